// The examination of a profile: its files, its database, its log and view. `toxtore doctor` shows what it finds.
//
// One way for a profile that runs and for one that does not: while `toxtored` runs it does this in a thread, on a
// database connection of its own; else `toxtored --doctor` opens the profile for it.
#pragma once

#include <vector>

#include "base/result.h"
#include "engine/examination.h"
#include "store/profile_folder.h"
#include "store/sql_store.h"

namespace toxtore {

/// `store`: a connection to the profile's database that nothing else uses. Reads all there is, and makes the view anew
/// in memory. Errors: of that memory; what is wrong with the profile is a finding.
Result<std::vector<Finding>> examine_profile(const ProfileFolder& files, SqlStore& store, std::uint64_t wall_ms);

/// What of it can be put right without risk: the rights of files, what a crash left, and the view, made anew from the
/// log. Nothing else may use the profile. Errors: the store's.
Result<void> repair_profile(const ProfileFolder& files, SqlStore& store);

}  // namespace toxtore
