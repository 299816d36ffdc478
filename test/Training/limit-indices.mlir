// RUN: sft-opt %s --sft-limit-indices --split-input-file --verify-roundtrip | FileCheck %s

// The example of the pass's documentation.

// CHECK-LABEL: sft.step predict @example(
// CHECK-SAME: %{{.*}}: tensor<4x2xi32> below [65])
sft.step predict @example(%id: tensor<4x2xi32>) {
  %t = sft.read @table : tensor<65x8xf32>
  %e = sft.embedding %t, %id : tensor<65x8xf32>, tensor<4x2xi32>
  sft.output prediction "e", %e : tensor<4x2x8xf32>
}

// -----

// Labels are classes, in every step that takes them; features are no indices.

// CHECK-LABEL: sft.step train @train
// CHECK-SAME: (%{{.*}}: tensor<4x3xf32>, %{{.*}}: tensor<4xi32> below [3])
// CHECK-LABEL: sft.step evaluate @evaluate
// CHECK-SAME: (%{{.*}}: tensor<4xi32> below [3])
sft.step train @train(%x: tensor<4x3xf32>, %label: tensor<4xi32>) {
  %l = sft.softmax_cross_entropy %x, %label : tensor<4x3xf32>, tensor<4xi32>
  sft.output loss "loss", %l : tensor<f32>
}
sft.step evaluate @evaluate(%label: tensor<4xi32>) {
  %x = sft.read @x : tensor<4x9xf32>
  %a = sft.accuracy %x, %label : tensor<4x9xf32>, tensor<4xi32>
  sft.output metric "accuracy", %a : tensor<f32>
}

// -----

// Columns of one input that go different ways keep their own limits; the last
// one is no index.

// CHECK-LABEL: @columns(
// CHECK-SAME: %{{.*}}: tensor<4x3xf32> below [5, 9, 0])
sft.step predict @columns(%row: tensor<4x3xf32>) {
  %ids = sft.cast %row : tensor<4x3xf32> to tensor<4x3xi32>
  %c1 = sft.slice %ids [0, 0] [4, 1] : tensor<4x3xi32>
  %c2 = sft.slice %ids [0, 1] [4, 1] : tensor<4x3xi32>
  %t1 = sft.read @t1 : tensor<5x8xf32>
  %t2 = sft.read @t2 : tensor<9x8xf32>
  %e1 = sft.embedding %t1, %c1 : tensor<5x8xf32>, tensor<4x1xi32>
  %e2 = sft.embedding %t2, %c2 : tensor<9x8xf32>, tensor<4x1xi32>
  sft.output prediction "e1", %e1 : tensor<4x1x8xf32>
  sft.output prediction "e2", %e2 : tensor<4x1x8xf32>
}

// -----

// Through concat, transpose, pad, broadcast and reshape; the tighter of two
// limits holds.

// CHECK-LABEL: @shapes(
// CHECK-SAME: %{{.*}}: tensor<4x2xi32> below [7], %{{.*}}: tensor<4x1xi32> below [6])
sft.step predict @shapes(%a: tensor<4x2xi32>, %b: tensor<4x1xi32>) {
  %t = sft.read @t : tensor<7x8xf32>
  %u = sft.read @u : tensor<6x8xf32>
  %c = sft.concat %a, %b axis 1 : tensor<4x2xi32>, tensor<4x1xi32>
  %d = sft.transpose %c [1, 0] : tensor<4x3xi32>
  %p = sft.pad %d low [0, 0] high [1, 0] : tensor<3x4xi32>
  %e = sft.embedding %t, %p : tensor<7x8xf32>, tensor<4x4xi32>
  %w = sft.broadcast %b : tensor<4x1xi32> to tensor<4x3xi32>
  %r = sft.reshape %w : tensor<4x3xi32> to tensor<12xi32>
  %f = sft.embedding %u, %r : tensor<6x8xf32>, tensor<12xi32>
  sft.output prediction "e", %e : tensor<4x4x8xf32>
  sft.output prediction "f", %f : tensor<12x8xf32>
}

// -----

// No more is demanded than the model needs: of some rows nothing follows for
// the others, and what is computed from an input is no index in the file.

// CHECK-LABEL: @free(
// CHECK-NOT: below
// CHECK: sft.output
sft.step predict @free(%a: tensor<4x2xi32>, %b: tensor<4xi32>) {
  %t = sft.read @t : tensor<7x8xf32>
  %s = sft.slice %a [1, 0] [2, 2] : tensor<4x2xi32>
  %zero = sft.constant dense<0> : tensor<i32>
  %m = sft.max %b, %zero : tensor<4xi32>, tensor<i32>
  %e = sft.embedding %t, %s : tensor<7x8xf32>, tensor<2x2xi32>
  %f = sft.embedding %t, %m : tensor<7x8xf32>, tensor<4xi32>
  sft.output prediction "f", %f : tensor<4x8xf32>
}
