#!/usr/bin/env bash
# Installs what Toxtore needs to build and run: only what is missing, so a second run does nothing.
#
#   scripts/setup.sh           to build and to run the demo
#   scripts/setup.sh --tests   and to run the tests and checks
#   scripts/setup.sh --fuzz    and to fuzz
#
# On Debian 12 and 13 (and what descends from them) it uses apt-get, with sudo when it is not run as root. On other
# systems it lists the packages by their Debian names and stops.
set -euo pipefail

build_packages=(
  g++ cmake ninja-build pkg-config ccache
  libtoxcore-dev      # Tox itself
  libsqlcipher-dev    # the encrypted database
  libsodium-dev       # hashes, key derivation
  libzstd-dev         # bundles
  libboost-dev        # Asio
  nlohmann-json3-dev libcli11-dev libspdlog-dev libfmt-dev libqrencode-dev libexpected-dev
  jq                  # the demo reads JSON with it
)
test_packages=(
  libgtest-dev librapidcheck-dev
  libssl-dev          # a test decrypts the pages of the database by hand
  clang-format-19 clang-tidy-19
  toxic tmux          # a stock Tox client to test against
)
fuzz_packages=(clang-19 libclang-rt-19-dev)

packages=("${build_packages[@]}")
if [ "${1:-}" = "--tests" ]; then packages+=("${test_packages[@]}"); fi
if [ "${1:-}" = "--fuzz" ]; then packages+=("${fuzz_packages[@]}"); fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this is no Debian system. Please install, under the names that your system has for them:" >&2
  printf '  %s\n' "${packages[@]}" >&2
  exit 1
fi

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: not root, and there is no sudo. Please have these packages installed: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install() {
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
# The package lists may be absent or old; asking for them costs seconds, so only when it is needed.
install 2>/dev/null || { "${as_root[@]}" apt-get update -qq && install; }
