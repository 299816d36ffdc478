// RUN: sft-opt %s --sft-differentiate --split-input-file --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-differentiate --split-input-file --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=LOC

// The example of the pass's documentation.

// CHECK-LABEL: sft.step train @square
// CHECK-NEXT: %[[W:.*]] = sft.read @w
// CHECK-NEXT: %[[LOSS:.*]] = sft.square %[[W]]
// CHECK-NEXT: %[[ONE:.*]] = sft.constant dense<1.0{{.*}}> : tensor<f32>
// CHECK-NEXT: %[[GW:.*]] = sft.mul %[[ONE]], %[[W]]
// CHECK-NEXT: %[[TWO:.*]] = sft.constant dense<2.0{{.*}}> : tensor<f32>
// CHECK-NEXT: %[[G:.*]] = sft.mul %[[TWO]], %[[GW]]
// CHECK-NEXT: sft.output loss "loss", %[[LOSS]]
// CHECK-NEXT: sft.gradient @w, %[[G]] : tensor<f32>
sft.variable parameter @w : tensor<f32>
sft.step train @square() {
  %w = sft.read @w : tensor<f32>
  %loss = sft.square %w : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// A value that is used twice gets the sum of two gradients.

// CHECK-LABEL: sft.step train @fan_out
// CHECK: %[[E:.*]] = sft.exp
// CHECK: %[[ONE:.*]] = sft.constant dense<1.0
// CHECK: %[[GN:.*]] = sft.neg %[[ONE]]
// CHECK: %[[GE:.*]] = sft.mul %[[ONE]], %[[E]]
// CHECK: %[[SUM:.*]] = sft.add %[[GN]], %[[GE]] : tensor<f32>
// CHECK: sft.gradient @w, %[[SUM]]
sft.variable parameter @w : tensor<f32>
sft.step train @fan_out() {
  %w = sft.read @w : tensor<f32>
  %e = sft.exp %w : tensor<f32>
  %n = sft.neg %w : tensor<f32>
  %loss = sft.add %e, %n : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// So does a variable that is read twice.

// CHECK-LABEL: sft.step train @read_twice
// CHECK: %[[A:.*]] = sft.read @w
// CHECK: %[[B:.*]] = sft.read @w
// CHECK: %[[ONE:.*]] = sft.constant dense<1.0
// CHECK: %[[GA:.*]] = sft.mul %[[ONE]], %[[B]]
// CHECK: %[[GB:.*]] = sft.mul %[[ONE]], %[[A]]
// CHECK: %[[SUM:.*]] = sft.add %[[GA]], %[[GB]]
// CHECK: sft.gradient @w, %[[SUM]]
sft.variable parameter @w : tensor<f32>
sft.step train @read_twice() {
  %a = sft.read @w : tensor<f32>
  %b = sft.read @w : tensor<f32>
  %loss = sft.mul %a, %b : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// Nothing is computed for what no trained parameter influences: here the sine
// of an input and the cosine of a frozen parameter.

// CHECK-LABEL: sft.step train @skips
// CHECK: sft.sin
// CHECK: sft.cos
// CHECK-NOT: sft.cos
// CHECK-NOT: sft.sin
// CHECK-NOT: sft.gradient @z
// CHECK: sft.gradient @w
sft.variable parameter @w : tensor<f32>
sft.variable parameter frozen @z : tensor<f32>
sft.step train @skips(%x: tensor<f32>) {
  %w = sft.read @w : tensor<f32>
  %z = sft.read @z : tensor<f32>
  %s = sft.sin %x : tensor<f32>
  %c = sft.cos %z : tensor<f32>
  %a = sft.mul %s, %c : tensor<f32>
  %loss = sft.mul %a, %w : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// A gradient op has the location of the forward op that it comes from.

// LOC-LABEL: sft.step train @locations
// LOC: sft.exp {{.*}} loc("exp.py":3:1)
// LOC: sft.sin {{.*}} loc("sin.py":4:1)
// LOC: sft.cos {{.*}} loc("sin.py":4:1)
// LOC: sft.mul {{.*}} loc("sin.py":4:1)
// LOC: sft.mul {{.*}} loc("exp.py":3:1)
// LOC: sft.gradient @w, {{.*}} loc("w.py":1:1)
sft.variable parameter @w : tensor<f32> loc("w.py":1:1)
sft.step train @locations() {
  %w = sft.read @w : tensor<f32> loc("read.py":2:1)
  %e = sft.exp %w : tensor<f32> loc("exp.py":3:1)
  %loss = sft.sin %e : tensor<f32> loc("sin.py":4:1)
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// Other steps are left alone.

// CHECK-LABEL: sft.step evaluate @evaluate
// CHECK-NOT: sft.gradient
sft.variable parameter @w : tensor<f32>
sft.step evaluate @evaluate() {
  %w = sft.read @w : tensor<f32>
  %loss = sft.square %w : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}
