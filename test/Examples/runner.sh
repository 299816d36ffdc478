#!/bin/sh
# runner.sh BUILD: what tools/run-example.sh makes of its command line.
set -eu
cd "$(dirname "$0")/../.."
export SFT_BUILD="$1"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

fail() {
  echo "error: $*" >&2
  exit 1
}

# expect STATUS TEXT FILE COMMAND...: the status, and the text in the file.
expect() {
  status=$1 text=$2 file=$3
  shift 3
  actual=0
  "$@" >"$out/stdout" 2>"$out/stderr" || actual=$?
  [ "$actual" -eq "$status" ] || fail "$*: status $actual: $(cat "$out/stderr")"
  grep -q -- "$text" "$out/$file" || fail "$*: no \"$text\" in $file"
}

run=tools/run-example.sh
expect 64 "usage:.*perceptron" stderr $run
expect 66 'no example "nothing"' stderr $run nothing
expect 0 "steps 480" stdout $run perceptron
expect 0 "2 ranks" stdout $run perceptron --mesh=data=2 -- --steps=1
# --steps takes the place of --epochs, and may go beyond it.
expect 0 "steps 7000" stdout $run perceptron -- --steps=7000
expect 0 "steps 48" stdout \
  $run perceptron -- --quiet --epochs=2 "--metrics=$out/metrics"
grep -q '"eval_accuracy"' "$out/metrics" || fail "no evaluation in --metrics"
expect 64 "no-such-flag" stderr $run perceptron -- --no-such-flag
expect 1 "is named by no" stderr $run perceptron --mesh=rows=5
expect 0 "sft-run .*perceptron.plan --steps=10" stdout \
  env SFT_LAUNCH=echo $run perceptron -- --steps=10
expect 0 "steps 10" stdout \
  env SFT_LAUNCH="mpirun -n 2 --oversubscribe" \
  $run perceptron --mesh=data=2 -- --steps=10
