#!/usr/bin/env bash
# Whole programs over real toxcore on 127.0.0.1, for longer than the test run has time for (docs/TESTING.md): a device
# is killed (-9) while it receives, delivers or synchronises, then two users with two devices each write to each other
# while devices are switched off and on.
#
#   scripts/kill.sh [--rounds N] [--messages M]    N kills of each kind (default 30), M messages each way (100: two minutes)
#
# Ends with a line "N passed, N failed"; logs: build/kill-logs/.
set -uo pipefail
cd "$(dirname "$0")/.."

rounds=30
messages=100
while [ "$#" -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift ;;
    --messages) messages=${2:?--messages needs a number}; shift ;;
    *) echo "kill: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
for number in "$rounds" "$messages"; do
  if ! [[ $number =~ ^[1-9][0-9]{0,4}$ ]]; then echo "kill: $number is no number from 1 to 99999" >&2; exit 2; fi
done

scripts/setup.sh --tests || exit 1
logs=build/kill-logs
mkdir -p "$logs"
if ! { { [ -f build/dev/build.ninja ] || cmake --preset dev; } &&
       cmake --build --preset dev --target crash_test two_users_test; } >"$logs/build.log" 2>&1; then
  tail -n 40 "$logs/build.log" >&2
  exit 1
fi

TOXTORE_CRASH_ROUNDS=$rounds build/dev/bin/crash_test >"$logs/crash.log" 2>&1 &
kills=$!
TOXTORE_SWITCH_MESSAGES=$messages build/dev/bin/two_users_test >"$logs/two_users.log" 2>&1 &
switches=$!
failed=0
wait "$kills" || { failed=$((failed + 1)); tail -n 40 "$logs/crash.log"; }
wait "$switches" || { failed=$((failed + 1)); tail -n 40 "$logs/two_users.log"; }
grep -hE '^round |arrived twice|SEED=|^\[  (     OK|FAILED)' "$logs/crash.log" "$logs/two_users.log"
echo "$((2 - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
