// What is done to a profile without running it: another passphrase, a restored backup, an examination.
//
// `toxtore` starts `toxtored` with these tasks, on the terminal of whoever types the command; so there is one program
// that opens profiles.
#pragma once

#include "daemon/options.h"

namespace toxtore {

/// Does the options' task (not Task::run). Says on standard output what was done, on standard error what failed.
ExitCode run_upkeep(const Options& options);

}  // namespace toxtore
