#!/bin/sh
# Compiles and runs an example of the build tree:
#
#   tools/run-example.sh NAME [sftc flags] [-- sft-run flags]
#   tools/run-example.sh digits --mesh=data=2 -- --steps=100 --metrics=m.jsonl
#
#   SFT_LAUNCH="mpirun -n 2 --oversubscribe"   launches sft-run
#   SFT_BUILD=DIR                              build tree (default: build)
#
# examples/NAME/run.conf holds the flags of sft-run that stand where the command
# line gives no other, one a line; {source} is the example's folder, {data} the
# one that its data.py fills (build/examples/NAME).
set -eu

fail() {
  echo "run-example: $*" >&2
  exit "${status:-64}"
}

names() {
  for conf in "$root"/examples/*/run.conf; do
    basename "$(dirname "$conf")"
  done | tr '\n' ' '
}

root=$(cd "$(dirname "$0")/.." && pwd)
build=${SFT_BUILD:-$root/build}
[ $# -gt 0 ] || fail "usage: tools/run-example.sh NAME [sftc flags]" \
  "[-- sft-run flags]; examples: $(names)"
name=$1
shift
source=$root/examples/$name
data=$build/examples/$name
plan=$data/$name.plan
[ -f "$source/model.mlir" ] || status=66 fail "there is no example \"$name\"" \
  "in $root/examples; there are: $(names)"
[ -x "$build/bin/sftc" ] || status=69 fail "$build/bin/sftc is not there; build" \
  "first: cmake --preset default && cmake --build build"

# Makes the data unless they are newer than all that they are made of.
prepare() {
  mkdir -p "$data"
  [ -f "$source/data.py" ] || return 0
  if [ ! -f "$data/made" ] || [ -n "$(find "$source" -newer "$data/made")" ]
  then
    /usr/bin/python3 -B "$source/data.py" "$data"
    touch "$data/made"
  fi
}

# Whether the command line decides what this flag of run.conf would.
is_given() { # FLAG ARGUMENT...
  flag=$1
  shift
  for argument; do
    case $flag,$argument in
    --epochs,--steps=* | --steps,--epochs=*) return 0 ;;
    *,"$flag" | *,"$flag="*) return 0 ;;
    esac
  done
  return 1
}

# The line with {source} or {data} replaced.
expand() { # LINE
  case $1 in
  *"{source}"*) echo "${1%%"{source}"*}$source${1#*"{source}"}" ;;
  *"{data}"*) echo "${1%%"{data}"*}$data${1#*"{data}"}" ;;
  *) echo "$1" ;;
  esac
}

compile() { # The whole command line: what stands before "--" is for sftc.
  left=$#
  dashes=
  while [ "$left" -gt 0 ]; do
    [ "$1" != -- ] || dashes=seen
    [ -n "$dashes" ] || set -- "$@" "$1"
    shift
    left=$((left - 1))
  done
  "$build/bin/sftc" "$source/model.mlir" -o "$plan" "$@"
}

prepare >&2 # standard output has the results alone
compile "$@"
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
[ $# -eq 0 ] || shift
while IFS= read -r line; do
  is_given "${line%%=*}" "$@" || set -- "$@" "$(expand "$line")"
done <"$source/run.conf"
# shellcheck disable=SC2086  # a command with its flags
exec ${SFT_LAUNCH:-} "$build/bin/sft-run" "$plan" "$@"
