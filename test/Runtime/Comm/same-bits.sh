#!/bin/sh
# same-bits.sh MPIRUN PROGRAM RANKS: the transports give the same bits.
set -eu
mpirun=$1 program=$2 ranks=$3

digest() {
  "$@" --gtest_filter='*Digest*' | grep "^digest $ranks ranks"
}

threads=$(digest "$program")
shared=$(digest "$mpirun" -n "$ranks" --oversubscribe "$program")
messages=$(digest "$mpirun" -n "$ranks" --oversubscribe -x SFT_MPI_SHARED=0 \
  "$program")
echo "$threads"
[ "$threads" = "$shared" ] && [ "$threads" = "$messages" ]
