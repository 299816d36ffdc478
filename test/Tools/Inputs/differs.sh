#!/bin/sh
# Status 1, interesting, where sft-check finds the partitioned model to differ
# with the pass that turns x - y round.
sft-check "$1" --mesh=data=2 --load-pass-plugin="$SFT_TEST_PLUGIN" \
  --insert-pass=after-partition:test-swap-operands 2>&1 |
  grep -q 'differs: rank' && exit 1
exit 0
