#!/bin/sh
# Installs the Debian packages that building and testing SFT needs. Does nothing
# when all of them are there. Asks for sudo unless run by root.
set -eu

packages="
  clang-22 lld-22 llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  liblld-22-dev clang-format-22 clang-tidy-22 libclang-rt-22-dev
  libdnnl-dev libopenmpi-dev openmpi-bin
  flatbuffers-compiler libflatbuffers-dev libxxhash-dev nlohmann-json3-dev
  zlib1g-dev libgtest-dev libgmock-dev libbenchmark-dev
  ccache cmake make ninja-build pkg-config
  python3 python3-numpy python3-psutil"

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in $packages; do
  is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo

echo "install-deps: installing$missing" >&2
# A list of somebody else that cannot be read is no reason to stop.
$as_root apt-get update -q || true
# shellcheck disable=SC2086  # a list of packages
if ! $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 -q -y --no-install-recommends \
    install $missing </dev/null; then
  echo "install-deps: apt-get could not install everything. On Debian 12, LLVM 22" \
    "comes from bookworm-security; elsewhere see https://apt.llvm.org." >&2
  exit 1
fi
