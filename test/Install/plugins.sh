#!/bin/sh
# plugins.sh BUILD SOURCE: installs the build and follows the READMEs of
# examples/custom-pass and examples/custom-op from outside of the tree.
set -eu
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$1" "$work/build"
ln -s "$source/examples" "$work/examples"
cd "$work"
# Where $HOME/sft is, by the READMEs.
export HOME="$work"
unset LD_LIBRARY_PATH
export CXX="${CXX:-$(command -v c++ || command -v clang++-22)}"
export CC="${CC:-$(command -v cc || command -v clang-22)}"

follow() { # EXAMPLE
  sed -n '/^```sh$/,/^```$/{/^```/!p}' "examples/$1/README.md" >"$1.sh"
  sh -eu "$1.sh" >"$1.log" 2>&1 || { cat "$1.log" && exit 1; }
}

# Fails where the file has no such line.
expect() { # FILE PATTERN
  grep -E "$2" "$1" || { echo "$1: no $2" && cat "$1" && exit 1; }
}

# sft-check ends with a status; here is what it cannot know.
follow custom-pass
expect custom-pass.log '1 all_reduce, 136 kB'
expect custom-pass.log '2 all_gather, 12.3 kB'
expect custom-pass.log '1 all_reduce, 4.67 kB'

follow custom-op
expect custom-op.log '^loss [0-9.]+e-1[0-9]$'
sft/bin/sft-opt examples/custom-op/model.mlir --verify-roundtrip \
  --load-dialect-plugin=custom-op-build/libact.so >/dev/null
