#!/usr/bin/env bash
# Format (clang-format), layers, shell syntax, and static checks (clang-tidy). All findings are errors.
#
#   scripts/lint.sh           checks everything; clang-tidy looks only at files that changed since they last passed
#   scripts/lint.sh --short   clang-tidy looks at the layers below the store only: the form in scripts/test.sh
#   scripts/lint.sh --fix     formats in place first
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
short=no
if [ "${1:-}" = "--short" ]; then short=yes; fi

mapfile -t files < <(find src sim tests fuzz -name '*.cpp' -o -name '*.h' | sort)
if [ "${1:-}" = "--fix" ]; then clang-format-19 -i "${files[@]}"; fi
clang-format-19 --dry-run -Werror "${files[@]}" || status=1

# A layer's include path does not reach above it (cmake/Layer.cmake). What that cannot see: system headers, and paths.
only_in() {  # pattern, folder
  if grep -rnE "#include $1" src sim tests/harness 2>/dev/null | grep -v "^$2"; then
    echo "lint: $1 may be included in $2 only"
    status=1
  fi
}
only_in '[<"](tox/)?tox(av|encryptsave)?\.h[>"]' src/tox/
only_in '[<"](sqlcipher/)?sqlite3\.h[>"]' src/store/
if grep -rnE '#include ".*\.\./' src tests fuzz; then
  echo "lint: an include must not climb with ../"
  status=1
fi

for script in scripts/*.sh .ci/run; do bash -n "$script" || status=1; done

# clang-tidy takes seconds a file, so a file that passed is not looked at again until it, a header or the checks change.
# It gets compile commands of its own: those of the build name precompiled headers that only g++ can read.
cmake --preset dev -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null || exit 1
stamps=build/tidy-stamps
mkdir -p "$stamps"
headers=$(cat .clang-tidy $(find src sim tests fuzz -name '*.h' | sort) | sha256sum | cut -d' ' -f1)
tidy_one() {
  local key
  key=$( (echo "$2"; cat "$1") | sha256sum | cut -d' ' -f1)
  if [ -e "$3/$key" ]; then return 0; fi
  if clang-tidy-19 -p build/tidy --quiet "$1" 2>/dev/null; then touch "$3/$key"; else return 1; fi
}
export -f tidy_one
sources() {
  if [ "$short" = yes ]; then
    find src/base src/model src/wire src/sync src/view -name '*.cpp' -not -name '*_test.cpp' | sort
  else
    # fuzzer_main.cpp is built by the fuzz preset only, with clang.
    find src sim tests fuzz -name '*.cpp' -not -name fuzzer_main.cpp | sort
  fi
}
sources | xargs -P "$(nproc)" -I{} bash -c 'tidy_one {} '"$headers $stamps" || status=1

if [ "$status" -eq 0 ]; then echo "lint: clean"; fi
exit "$status"
