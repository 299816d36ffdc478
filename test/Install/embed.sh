#!/bin/sh
# embed.sh BUILD SOURCE: installs the build into a folder of its own, builds
# examples/embed against it, with CMake and with pkg-config, and runs both.
set -eu
build=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
unset LD_LIBRARY_PATH
# The compiler that builds SFT will do where there is no other.
CC=${CC:-$(command -v cc || command -v clang-22)}
export CC

cmake --install "$build" --prefix "$prefix" >"$work/install.log"
"$prefix/bin/sftc" "$source/examples/embed/line.mlir" --mesh=data=2 \
  -o "$work/line.plan"

run() {
  timeout -k 1 60 "$1" "$work/line.plan" | tee "$work/output"
  grep -q '^y = 3.000 x -1.000$' "$work/output"
}

cmake -S "$source/examples/embed" -B "$work/cmake" -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log"
cmake --build "$work/cmake"
run "$work/cmake/embed"

cp "$source/examples/embed/embed.c" "$source/examples/embed/Makefile" "$work"
pc=$(find "$prefix" -name sft.pc)
PKG_CONFIG_PATH=$(dirname "$pc") make -C "$work"
run "$work/embed"
