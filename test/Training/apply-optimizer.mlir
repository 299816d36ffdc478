// RUN: sft-opt %s --sft-apply-optimizer --split-input-file --verify-roundtrip | FileCheck %s

// The example of the pass's documentation: guard, rate, update.

// CHECK-LABEL: sft.step train @sgd
// CHECK-SAME: (%[[LOSS:[a-z0-9]+]]: tensor<f32>, %[[G:[a-z0-9]+]]: tensor<4xf32>) {
// CHECK-NEXT: %[[W:.*]] = sft.read @w
// CHECK-NEXT: sft.output loss "loss", %[[LOSS]]
// CHECK-NEXT: %[[GRADIENT:.*]] = sft.shard %[[G]] gradient_of @w : tensor<4xf32>
// CHECK-NEXT: %[[ZERO:.*]] = sft.constant dense<0.0{{.*}}> : tensor<f32>
// CHECK-NEXT: %[[ZEROS:.*]] = sft.mul %[[ZERO]], %[[GRADIENT]]
// CHECK-NEXT: %[[SUM:.*]] = sft.reduce sum %[[ZEROS]] axes [0] : tensor<4xf32>
// CHECK-NEXT: %[[ZERO:.*]] = sft.constant dense<0.0{{.*}}> : tensor<f32>
// CHECK-NEXT: %[[ZEROLOSS:.*]] = sft.mul %[[ZERO]], %[[LOSS]]
// CHECK-NEXT: %[[FINITE:.*]] = sft.add %[[SUM]], %[[ZEROLOSS]]
// CHECK-NEXT: sft.guard %[[FINITE]] : tensor<f32>
// CHECK-NEXT: %[[RATE:.*]] = sft.runtime_scalar learning_rate default 1.0{{0*}}e-01 : tensor<f32>
// CHECK-NEXT: sft.runtime_scalar step
// CHECK-NEXT: %[[MOVE:.*]] = sft.mul %[[RATE]], %[[GRADIENT]]
// CHECK-NEXT: %[[NEW:.*]] = sft.sub %[[W]], %[[MOVE]]
// CHECK-NEXT: sft.write @w, %[[NEW]]
// CHECK-NEXT: }
sft.variable parameter @w : tensor<4xf32>
sft.step initialize @initialize() {
}
sft.step train @sgd(%loss: tensor<f32>, %g: tensor<4xf32>)
    attributes {sft.optimizer = #sft.sgd<lr = 0.1>} {
  %w = sft.read @w : tensor<4xf32>
  sft.output loss "loss", %loss : tensor<f32>
  sft.gradient @w, %g : tensor<4xf32>
}

// -----

// State is a variable behind its parameter, starts at zero, and is written
// behind it.

// CHECK:      sft.variable parameter @w : tensor<4xf32>
// CHECK-NEXT: sft.variable state @w.m : tensor<4xf32>
// CHECK-NEXT: sft.variable state @w.v : tensor<4xf32>
// CHECK-NEXT: sft.variable parameter frozen @z : tensor<4xf32>
// CHECK-LABEL: sft.step initialize
// CHECK: %[[ZERO:.*]] = sft.constant dense<0.0{{.*}}> : tensor<4xf32>
// CHECK: sft.write @w.m, %[[ZERO]]
// CHECK: %[[ZERO:.*]] = sft.constant dense<0.0{{.*}}> : tensor<4xf32>
// CHECK: sft.write @w.v, %[[ZERO]]
// CHECK-LABEL: sft.step train @adam
// CHECK: sft.guard
// CHECK: sft.read @w.m
// CHECK: sft.read @w.v
// CHECK: sft.write @w,
// CHECK: sft.write @w.m,
// CHECK: sft.write @w.v,
sft.variable parameter @w : tensor<4xf32>
sft.variable parameter frozen @z : tensor<4xf32>
sft.step initialize @initialize() {
}
sft.step train @adam(%loss: tensor<f32>, %g: tensor<4xf32>)
    attributes {sft.optimizer = #sft.adam} {
  %w = sft.read @w : tensor<4xf32>
  sft.output loss "loss", %loss : tensor<f32>
  sft.gradient @w, %g : tensor<4xf32>
}

// -----

// Clipping: one norm over all gradients scales each of them, and guards.

// CHECK-LABEL: sft.step train @clip
// CHECK-SAME: (%[[LOSS:[a-z0-9]+]]: tensor<f32>, %[[G:[a-z0-9]+]]: tensor<4xf32>, %[[H:[a-z0-9]+]]: tensor<f32>) {
// CHECK: %[[DW:.*]] = sft.shard %[[G]] gradient_of
// CHECK: %[[DZ:.*]] = sft.shard %[[H]] gradient_of
// CHECK: %[[GG:.*]] = sft.square %[[DW]]
// CHECK: %[[SUM:.*]] = sft.reduce sum %[[GG]]
// CHECK: %[[HH:.*]] = sft.square %[[DZ]]
// CHECK: %[[ALL:.*]] = sft.add %[[SUM]], %[[HH]]
// CHECK: %[[NORM:.*]] = sft.sqrt %[[ALL]]
// CHECK-DAG: %[[LIMIT:.*]] = sft.constant dense<5.0
// CHECK-DAG: %[[QUOTIENT:.*]] = sft.div %[[LIMIT]], %[[NORM]]
// CHECK-DAG: %[[ONE:.*]] = sft.constant dense<1.0
// CHECK: %[[SCALE:.*]] = sft.min %[[QUOTIENT]], %[[ONE]]
// CHECK: %[[CLIPPED_G:.*]] = sft.mul %[[SCALE]], %[[DW]]
// CHECK: %[[CLIPPED_H:.*]] = sft.mul %[[SCALE]], %[[DZ]]
// CHECK: %[[FINITE:.*]] = sft.add %[[NORM]],
// CHECK: sft.guard %[[FINITE]]
// CHECK: sft.mul %{{.*}}, %[[CLIPPED_G]]
// CHECK: sft.write @w
// CHECK: sft.mul %{{.*}}, %[[CLIPPED_H]]
// CHECK: sft.write @u
sft.variable parameter @w : tensor<4xf32>
sft.variable parameter @u : tensor<f32>
sft.step initialize @initialize() {
}
sft.step train @clip(%loss: tensor<f32>, %g: tensor<4xf32>, %h: tensor<f32>)
    attributes {sft.optimizer = #sft.sgd, sft.clip_norm = 5.0} {
  %w = sft.read @w : tensor<4xf32>
  %u = sft.read @u : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
  sft.gradient @w, %g : tensor<4xf32>
  sft.gradient @u, %h : tensor<f32>
}

// -----

// A lazy optimizer touches only the rows that occurred; the guard looks at them
// alone.

// CHECK-LABEL: sft.step train @lazy
// CHECK-SAME: %[[ROWS:[a-z0-9]+]]: tensor<2x3xf32>, %[[I:[a-z0-9]+]]: tensor<2xi32>) {
// CHECK: %[[W:.*]] = sft.read @w
// CHECK: sft.mul %{{.*}}, %[[ROWS]] : tensor<f32>, tensor<2x3xf32>
// CHECK: sft.guard
// CHECK: %[[V:.*]] = sft.read @w.v : tensor<8x3xf32>
// CHECK-DAG: %[[WROWS:.*]] = sft.gather_rows %[[W]], %[[I]]
// CHECK-DAG: %[[VROWS:.*]] = sft.gather_rows %[[V]], %[[I]]
// CHECK: sft.square %[[ROWS]] : tensor<2x3xf32>
// CHECK: %[[NEWV:.*]] = sft.add %[[VROWS]],
// CHECK: %[[NEWW:.*]] = sft.sub %[[WROWS]],
// CHECK: %[[TABLE:.*]] = sft.scatter_rows %[[W]], %[[I]], %[[NEWW]]
// CHECK: %[[STATE:.*]] = sft.scatter_rows %[[V]], %[[I]], %[[NEWV]]
// CHECK: sft.write @w, %[[TABLE]]
// CHECK: sft.write @w.v, %[[STATE]]
sft.variable parameter @w : tensor<8x3xf32>
sft.step initialize @initialize() {
}
sft.step train @lazy(%loss: tensor<f32>, %slots: tensor<8xi32>,
                     %rows: tensor<2x3xf32>, %indices: tensor<2xi32>)
    attributes {sft.optimizer = #sft.adagrad<lazy = true>} {
  %w = sft.read @w : tensor<8x3xf32>
  sft.output loss "loss", %loss : tensor<f32>
  %g = sft.expand_rows %slots, %rows, %indices
      : tensor<8xi32>, tensor<2x3xf32>, tensor<2xi32>
  sft.gradient @w, %g : tensor<8x3xf32>
}

// -----

// The table of an embedding as well: sums for the rows that occurred only.

// CHECK-LABEL: sft.step train @embedded
// CHECK-SAME: %[[IDS:[a-z0-9]+]]: tensor<4x2xi32>, %[[DY:[a-z0-9]+]]: tensor<4x2x3xf32>) {
// CHECK: %[[T:.*]] = sft.read @t
// CHECK: %[[I:.*]], %{{.*}}, %[[PLACES:.*]] = sft.occurring_indices %[[IDS]] of 9 : tensor<4x2xi32>
// CHECK: %[[SUMS:.*]] = sft.scatter_add %[[PLACES]], %[[DY]] : tensor<4x2xi32>, tensor<4x2x3xf32> to tensor<8x3xf32>
// CHECK-NOT: gradient_of
// CHECK: sft.gather_rows %[[T]], %[[I]]
// CHECK: sft.mul %{{.*}}, %[[SUMS]]
// CHECK: sft.scatter_rows %[[T]], %[[I]],
sft.variable parameter @t : tensor<9x3xf32>
sft.step initialize @initialize() {
}
sft.step train @embedded(%loss: tensor<f32>, %ids: tensor<4x2xi32>,
                         %dy: tensor<4x2x3xf32>)
    attributes {sft.optimizer = #sft.sgd<lazy = true>} {
  %t = sft.read @t : tensor<9x3xf32>
  sft.output loss "loss", %loss : tensor<f32>
  %g = sft.scatter_add %ids, %dy
      : tensor<4x2xi32>, tensor<4x2x3xf32> to tensor<9x3xf32>
  sft.gradient @t, %g : tensor<9x3xf32>
}

// -----

// Any other optimizer updates the whole table, and clipping scales the rows
// alone.

// CHECK-LABEL: sft.step train @eager
// CHECK-SAME: %[[SLOTS:[a-z0-9]+]]: tensor<8xi32>, %[[ROWS:[a-z0-9]+]]: tensor<2x3xf32>, %[[I:[a-z0-9]+]]: tensor<2xi32>) {
// CHECK: %[[SCALED:.*]] = sft.mul %{{.*}}, %[[ROWS]] : tensor<f32>, tensor<2x3xf32>
// CHECK: %[[WHOLE:.*]] = sft.expand_rows %[[SLOTS]], %[[SCALED]], %[[I]]
// CHECK: %[[DW:.*]] = sft.shard %[[WHOLE]] gradient_of @w
// CHECK: sft.mul %{{.*}}, %[[DW]] : tensor<f32>, tensor<8x3xf32>
sft.variable parameter @w : tensor<8x3xf32>
sft.step initialize @initialize() {
}
sft.step train @eager(%loss: tensor<f32>, %slots: tensor<8xi32>,
                      %rows: tensor<2x3xf32>, %indices: tensor<2xi32>)
    attributes {sft.optimizer = #sft.sgd, sft.clip_norm = 1.0} {
  %w = sft.read @w : tensor<8x3xf32>
  sft.output loss "loss", %loss : tensor<f32>
  %g = sft.expand_rows %slots, %rows, %indices
      : tensor<8xi32>, tensor<2x3xf32>, tensor<2xi32>
  sft.gradient @w, %g : tensor<8x3xf32>
}
