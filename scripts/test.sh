#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test: the programs and tests as they are (dev), the tests once more
# under AddressSanitizer and UndefinedBehaviorSanitizer (asan), then format and static checks.
#
#   scripts/test.sh            everything
#   scripts/test.sh --quick    the unit and property tests of the dev build only
#
# Ends with a line "N passed, N failed", which counts single test cases. Logs: build/test-logs/.
set -uo pipefail
cd "$(dirname "$0")/.."

quick=no
if [ "${1:-}" = "--quick" ]; then quick=yes; fi

scripts/setup.sh --tests || exit 1
logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"

build() {  # preset, target...
  if [ ! -f "build/$1/build.ninja" ]; then cmake --preset "$1" >"$logs/configure-$1.log" || return 1; fi
  cmake --build --preset "$1" --target "${@:2}" >"$logs/build-$1.log" 2>&1
}

build_or_stop() {  # preset, target...
  echo "== building $1 (after $SECONDS s)"
  if ! build "$@"; then
    tail -n 60 "$logs/build-$1.log"
    echo "the build of $1 failed"
    echo "0 passed, 1 failed"
    exit 1
  fi
}

passed=0
failed=0
failures=()

# Test cases of one run: what GoogleTest counted, and one failure for a program that did not come to its end.
count() {  # name, exit status, log
  local ok bad
  ok=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) tests?\.$/\1/p' "$3" | tail -n 1)
  bad=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) tests?, listed below:$/\1/p' "$3" | tail -n 1)
  if [ "$2" -ne 0 ] && [ -z "$bad" ]; then bad=1; fi
  passed=$((passed + ${ok:-0}))
  failed=$((failed + ${bad:-0}))
  if [ "$2" -ne 0 ]; then
    failures+=("$1")
    echo "-- $1 failed; the end of $3:"
    tail -n 40 "$3"
  fi
  grep -E '^\[  SKIPPED \] .*[^.]$' "$3" | sort -u | sed "s|^|-- $1: |"
}

# Runs test programs, so many at a time.
run_all() {  # preset, how many at a time, program...
  local preset=$1 at_a_time=$2
  shift 2
  printf '%s\n' "$@" | xargs -P "$at_a_time" -I{} sh -c \
    "timeout 900 'build/$preset/bin/{}' --gtest_brief=0 >'$logs/$preset-{}.log' 2>&1 </dev/null; echo \$? >'$logs/$preset-{}.status'"
  for program in "$@"; do
    count "$preset/$program" "$(cat "$logs/$preset-$program.status")" "$logs/$preset-$program.log"
  done
}

check() {  # name, command...
  local name=$1
  shift
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
    tail -n 40 "$logs/$name.log"
  fi
}

finish() {
  if [ "${#failures[@]}" -gt 0 ]; then printf 'failed: %s\n' "${failures[@]}"; fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# Tests beside the code need no network; those of whole programs drive real toxcore on 127.0.0.1.
unit_tests=(base_test model_test wire_test sync_test view_test store_test engine_test tox_test rpc_test daemon_test cli_test
            fuzz_replay_test sim_test sim_planted_test)
# Those that go under the sanitizers: what reads bytes of others, keeps data or decides. daemon_test and cli_test mostly
# drive programs, and would take as long again to build; so would fuzz_replay_test, which reaches up to the command lines
# and runs under them in scripts/fuzz.sh.
sanitized_tests=(base_test model_test wire_test sync_test view_test store_test engine_test tox_test rpc_test)
program_tests=(crash_test contacts_test restore_test two_users_test remove_test invite_test toxic_test scenario_test behalf_test)

build_or_stop dev all
echo "== unit and property tests (after $SECONDS s)"
run_all dev 2 "${unit_tests[@]}"
if [ "$quick" = yes ]; then finish; fi
# Whole programs mostly wait for each other, so the next build takes what time they leave.
echo "== whole programs over real toxcore (after $SECONDS s)"
(renice -n 19 $BASHPID >/dev/null && build asan "${sanitized_tests[@]}") &
asan_build=$!
run_all dev 3 "${program_tests[@]}"

wait "$asan_build"
build_or_stop asan "${sanitized_tests[@]}"
echo "== unit and property tests under AddressSanitizer and UndefinedBehaviorSanitizer (after $SECONDS s)"
export RC_PARAMS="max_success=20"  # a fifth of the cases: the sanitizers make each several times slower
run_all asan 2 "${sanitized_tests[@]}"

echo "== format, layers, static checks (after $SECONDS s)"
check lint scripts/lint.sh --short
finish
