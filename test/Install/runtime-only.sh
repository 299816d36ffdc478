#!/bin/sh
# runtime-only.sh BUILD: the component `runtime` holds what running a plan
# needs, knows no LLVM, and is small.
set -eu
build=$1
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

cmake --install "$build" --prefix "$prefix" --component runtime --strip \
  >"$prefix/log"
run=$prefix/bin/sft-run
library=$(find "$prefix" -type f -name 'libsft.so.*')

if [ -e "$prefix/bin/sftc" ] || [ -d "$prefix/include/sft-compiler" ]; then
  echo "the compiler is in the component runtime" && exit 1
fi
if ldd "$run" "$library" | grep -E 'LLVM|MLIR|not found'; then
  exit 1
fi
bytes=$(cat "$run" "$library" | wc -c)
echo "sft-run and libsft.so: $bytes bytes"
[ "$bytes" -lt 8000000 ]
"$run" --version
