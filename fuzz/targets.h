// The fuzz targets: each takes any bytes, does with them what the program does with bytes of others, and checks what
// must hold of the result. A crash, a sanitizer's word or an exception is a finding.
//
// One file per target, named like it. scripts/fuzz.sh runs them under libFuzzer; fuzz_replay_test, an ordinary test,
// runs them once over each seed.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace toxtore::fuzz {

using Target = void (*)(ByteView input);

void packets(ByteView input);            ///< one packet
void events(ByteView input);             ///< one event frame
void bundles(ByteView input);            ///< see bundles.cpp
void statements(ByteView input);         ///< a set of roster statements, length u16 before each
void texts(ByteView input);              ///< Tox IDs, keys, dots, invitations, and any text for a terminal
void nodes(ByteView input);              ///< a bootstrap node file
void key_files(ByteView input);          ///< see key_files.cpp
void backups(ByteView input);            ///< see backups.cpp
void profiles(ByteView input);           ///< a .tox file
void rpc_lines(ByteView input);          ///< lines of the control socket
void toxtore_arguments(ByteView input);  ///< words, each ended by NUL
void toxtored_arguments(ByteView input);
void engine(ByteView input);  ///< see engine.cpp

/// All of them by name.
const std::map<std::string, Target>& targets();

/// Seeds of a target that docs/vectors gives; with those in fuzz/seeds they are where fuzzing begins.
std::vector<Bytes> vector_seeds(const std::string& target);

/// An exception that ends the run, with the rule that was broken.
inline void require(bool holds, const char* rule) {
  if (!holds) throw std::logic_error(rule);
}

}  // namespace toxtore::fuzz
