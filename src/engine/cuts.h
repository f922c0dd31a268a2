// What a removed device logged behind its cut (DESIGN 8): out of the log and every view, kept on disk, and back in once
// the user says so.
//
// Where a log is cut is the roster's business (sync/roster.h, LogLimits). The store keeps what counts in the log and
// the rest aside, so whoever reads the log or derives rows need not know of cuts.
#pragma once

#include "store/store.h"
#include "sync/roster.h"

namespace toxtore {

/// Puts aside what does not count any more, and takes in what does now; true if there was anything. Call inside
/// `store.transact`. Putting aside makes the view anew, which takes as long as receiving the log did.
bool apply_cuts(Store& store, const LogLimits& limits);

}  // namespace toxtore
