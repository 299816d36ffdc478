#!/bin/sh
# The speed of SFT next to PyTorch and JAX, as a table; see README.md here.
#
#   test/Bench/compare.sh [--rounds=N] [WORKLOAD...]
#
# The first run installs the peers (6 GB: PyPI's PyTorch brings CUDA along and
# does not load without it) into $SFT_BENCH_VENV, by default
# ~/.cache/sft-bench-venv.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=${SFT_BENCH_VENV:-$HOME/.cache/sft-bench-venv}

if [ ! -e "$venv/installed" ]; then
  echo "installing PyTorch and JAX into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet numpy 'jax[cpu]' torch
  touch "$venv/installed"
fi

exec "$venv/bin/python" "$here/compare.py" "$@"
