#!/bin/sh
# faults.sh MPIRUN PROGRAM MODE STATUS TEXT: runs three ranks of which one
# misbehaves, and checks that the job ends with STATUS (nonzero: any but 0),
# that TEXT is in its report, and that no process of it is left.
set -u
mpirun=$1 program=$2 mode=$3 want=$4 text=$5
token=sft-fault-$$-$mode
log=$(mktemp)
trap 'rm -f "$log"; pkill -9 -f "$token"' EXIT

fail() {
  echo "faults.sh: $mode: $1"
  cat "$log"
  exit 1
}

# pgrep finds neither itself nor this shell, whose command line lacks the token.
expect_none_left() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    pgrep -f "$token" >/dev/null || return 0
    sleep 0.2
  done
  fail "processes are left: $(pgrep -af "$token")"
}

await_ready() {
  for _ in $(seq 100); do
    [ "$(grep -c ready "$log")" -eq 3 ] && return 0
    sleep 0.1
  done
  fail "the ranks did not start"
}

timeout -k 1 30 "$mpirun" -n 3 --oversubscribe "$program" "$mode" "$token" \
  >"$log" 2>&1 &
runner=$!
if [ "$mode" = launcher ]; then
  await_ready
  sleep 0.2
  pkill -STOP -n -f "$program $mode $token" # a stopped rank must go too
  pkill -9 -o -f "$mpirun.*$token" -P "$runner"
fi
wait "$runner"
status=$?

expect_none_left
case $want in
nonzero) [ "$status" -ne 0 ] || fail "ended with 0" ;;
*) [ "$status" -eq "$want" ] || fail "ended with $status, not $want" ;;
esac
grep -qF -- "$text" "$log" || fail "no \"$text\" in the report"
