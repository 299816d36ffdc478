# phases.sh MODEL DIR: leaves the compiler after each phase, goes on from there,
# and compares the plans: names, places, source lines, kernels; all but the
# command line and the digest, which covers it.
set -eu
model=$1
mkdir -p "$2"
cd "$2"

show() {
  sft-plan show "$1" | grep -vE '^  (digest|command_line) '
}

sftc "$model" --mesh=data=2 --quiet -o whole.plan
show whole.plan >whole.txt
for phase in input training sharding partition pipeline codegen placement; do
  sftc "$model" --mesh=data=2 --to=$phase >$phase.mlir
  sftc $phase.mlir --mesh=data=2 --from=$phase --quiet -o $phase.plan
  show $phase.plan >$phase.txt
  diff whole.txt $phase.txt && echo "$phase: same"
done
