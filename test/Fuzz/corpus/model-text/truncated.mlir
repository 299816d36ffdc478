// RUN: sft-check %s --mesh=data=2 --steps=2 | FileCheck %s
// RUN: sft-check %s --mesh=data=4 --steps=2 | FileCheck %s
// A difference names the quantity, then the first op that made one.
// RUN: not sft-check %s --mesh=data=2 --tolerance=-1 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DIFFERS
// RUN: not sft-check %s --mesh=data 2>&1 | FileCheck %s --check-prefix=MESH

// CHECK-DAG: initialize variable w1 0.0e+00
// CHECK-DAG: train output loss
// CHECK-DAG: train variable w1
// CHECK-DAG: train variable w2
// CHECK-DAG: evaluate output loss
// CHECK-DAG: predict output logits

// DIFFERS: check.mlir:[[@LINE+5]]:1: error: initialize step 0, variable {{.*}} differs: rank 0
// DIFFERS: not