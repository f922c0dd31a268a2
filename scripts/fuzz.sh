#!/usr/bin/env bash
# Fuzzes with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer: what reads bytes of others, and the
# engine under any sequence of inputs. One target after the other, on one core, at the lowest priority.
#
#   scripts/fuzz.sh [--minutes M] [TARGET...]    M minutes for each target (default 1; all targets)
#   scripts/fuzz.sh --list                       the targets
#   scripts/fuzz.sh --keep [TARGET...]           adds to fuzz/seeds what reaches more than the seeds do
#
# The corpus grows in build/fuzz/corpus/TARGET and is used again next time. What is found is written to
# build/fuzz/found/; the last line counts it. A finding is kept by copying its file to fuzz/seeds/TARGET, where
# fuzz_replay_test runs it ever after.
set -uo pipefail
cd "$(dirname "$0")/.."

minutes=1
keep=no
targets=()
all=(packets events bundles statements texts nodes key_files backups profiles rpc_lines toxtore_arguments toxtored_arguments
     engine)

# A longest input: what fits the limit of each kind with a little more, so that the limit itself is tried.
longest() {
  case $1 in
    packets) echo 1400 ;;
    events | bundles) echo 66000 ;;
    *) echo 4096 ;;
  esac
}

while [ "$#" -gt 0 ]; do
  case $1 in
    --minutes) minutes=${2:?--minutes needs a number}; shift ;;
    --keep) keep=yes ;;
    --list) printf '%s\n' "${all[@]}"; exit ;;
    -*) echo "fuzz: unknown option $1" >&2; exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
if [ "${#targets[@]}" -eq 0 ]; then targets=("${all[@]}"); fi
if ! [[ $minutes =~ ^[1-9][0-9]*$ ]]; then echo "fuzz: --minutes takes a whole number from 1 on" >&2; exit 2; fi
for target in "${targets[@]}"; do
  if [[ " ${all[*]} " != *" $target "* ]]; then echo "fuzz: no such target: $target" >&2; exit 2; fi
done

scripts/setup.sh --fuzz || exit 1
log=build/fuzz/build.log
mkdir -p build/fuzz/found
if ! { { [ -f build/fuzz/build.ninja ] || cmake --preset fuzz; } &&
       cmake --build --preset fuzz --target fuzz_seeds "${targets[@]/#/fuzz_}"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi

prepare() {  # target
  mkdir -p "build/fuzz/corpus/$1" "fuzz/seeds/$1"
  build/fuzz/bin/fuzz_seeds "$1" "build/fuzz/corpus/$1"
}

run() {  # target
  local dictionary=()
  if [ -f "fuzz/$1.dict" ]; then dictionary=("-dict=fuzz/$1.dict"); fi
  nice -n 19 "build/fuzz/bin/fuzz_$1" -max_total_time=$((minutes * 60)) -max_len="$(longest "$1")" -timeout=20 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$1-" "${dictionary[@]}" \
    "build/fuzz/corpus/$1" "fuzz/seeds/$1" >"build/fuzz/$1.log" 2>&1
}

# Adds few inputs that reach together every line that any reaches. Those beyond 1 KiB are left out, for the tree is to
# stay small, and the vectors, which are seeds as they are. An input is named by the hash of its bytes.
keep_seeds() {  # target
  nice -n 19 "build/fuzz/bin/fuzz_$1" -set_cover_merge=1 -use_counters=0 -max_len=1024 "fuzz/seeds/$1" \
    "build/fuzz/corpus/$1" >"build/fuzz/$1-merge.log" 2>&1
  find "build/fuzz/corpus/$1" -name 'vector-*' -exec sha1sum {} + | cut -d' ' -f1 |
    while read -r hash; do rm -f "fuzz/seeds/$1/$hash"; done
}

found=0
for target in "${targets[@]}"; do
  prepare "$target"
  if [ "$keep" = yes ]; then keep_seeds "$target"; continue; fi
  if run "$target"; then
    echo "fuzz: $target: $(sed -nE 's/^stat::number_of_executed_units: +//p' "build/fuzz/$target.log") runs, nothing found"
  else
    found=$((found + 1))
    echo "fuzz: $target: found something; the end of build/fuzz/$target.log:"
    tail -n 30 "build/fuzz/$target.log"
  fi
done
if [ "$keep" = yes ]; then exit; fi
echo "fuzz: ${#targets[@]} targets, $minutes minutes each, $found with findings"
[ "$found" -eq 0 ]
