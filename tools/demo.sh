#!/bin/sh
# Installs what is missing, builds what is needed, compiles the digits
# classifier for two ranks and trains it on real images. Fails below 96 % of the
# held-out ones.
set -eu
cd "$(dirname "$0")/.."

sh tools/install-deps.sh
[ -f build/build.ninja ] || cmake --preset default
cmake --build build --target sftc sft-run

echo "demo: training the digits classifier on two ranks" >&2
results=$(tools/run-example.sh digits --mesh=data=2)
printf '%s\n' "$results"
printf '%s\n' "$results" | awk '
  $1 == "eval_accuracy" { accuracy = $2 }
  END {
    printf "demo: %.1f %% of the held-out images\n", 100 * accuracy
    exit (accuracy < 0.96)
  }'
