#!/bin/sh
# readme.sh BUILD: runs the commands of the README's "A first model", in order.
set -eu
readme=$(cd "$(dirname "$0")/../.." && pwd)/README.md
export PATH="$1/bin:$PATH"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$out"

# The part in Python needs a package that the tests do without.
python='cp circle.safetensors start.safetensors; : '
! /usr/bin/python3 -c "import safetensors" 2>/dev/null || python=/usr/bin/python3
awk -v python="$python" '
  /^## /          { chapter = /A first model/ }
  /^```$/         { if (code == "python") print "PYTHON"; code = "" }
  chapter && code { print }
  /^```[a-z]+$/   { code = substr($0, 4) }
  chapter && /^```python$/ { print python " <<\"PYTHON\"" }
  /^```(json|mlir)$/ { code = "" }' "$readme" >commands
sh -eu commands >results
cat results
[ "$(grep -c eval_accuracy results)" -eq 2 ] && [ -s out.npz ]
