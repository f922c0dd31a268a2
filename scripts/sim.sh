#!/usr/bin/env bash
# The simulator (docs/TESTING.md): many devices in one thread on virtual time, with faults.
#
#   scripts/sim.sh --first SEED --seeds N    so many seeds from that one on (default: 1,000 from 1 on)
#   scripts/sim.sh --minutes M               as many as that allows
#   scripts/sim.sh --show SEED               one seed with the end of its trace
#   scripts/sim.sh --shrink SEED             cuts a failing seed down to few steps
#   scripts/sim.sh --deliveries N            how many messages come twice or are unsure, by misfortune, over N seeds
#   scripts/sim.sh --arrivals N              how long a message takes that waited for the friend, over N messages
#
# Uses all cores. The last line is "sim: N seeds, V violations"; the exit code is 1 if there was any.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh >&2
log=build/sim-build.log
mkdir -p build
if [ ! -f build/sim/build.ninja ]; then cmake --preset sim >"$log"; fi
cmake --build --preset sim --target toxtore-sim >"$log" 2>&1 || { tail -n 60 "$log" >&2; exit 2; }

build/sim/bin/toxtore-sim --jobs "$(nproc)" "$@"
