// RUN: sft-opt %s --canonicalize=test-convergence | FileCheck %s --implicit-check-not=sft.reshape --implicit-check-not=sft.transpose --implicit-check-not=sft.broadcast --implicit-check-not=sft.slice --implicit-check-not=sft.pad --implicit-check-not=sft.concat

// CHECK-LABEL: sft.step evaluate @identities(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
sft.step evaluate @identities(%x: tensor<4x8xf32>) {
  %a = sft.reshape %x : tensor<4x8xf32> to tensor<4x8xf32>
  %b = sft.transpose %a [0, 1] : tensor<4x8xf32>
  %c = sft.broadcast %b : tensor<4x8xf32> to tensor<4x8xf32>
  %d = sft.slice %c [0, 0] [4, 8] : tensor<4x8xf32>
  %e = sft.pad %d low [0, 0] high [0, 0] : tensor<4x8xf32>
  %f = sft.concat %e axis 0 : tensor<4x8xf32>
  // CHECK: sft.output metric "m", %[[X]]
  sft.output metric "m", %f : tensor<4x8xf32>
}

// CHECK-LABEL: sft.step evaluate @reshapes(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
sft.step evaluate @reshapes(%x: tensor<4x8xf32>) {
  %a = sft.reshape %x : tensor<4x8xf32> to tensor<32xf32>
  %b = sft.reshape %a : tensor<32xf32> to tensor<8x4xf32>
  // CHECK: %[[Y:.*]] = sft.reshape %[[X]] : tensor<4x8xf32> to tensor<8x4xf32>
  // CHECK: sft.output metric "m", %[[Y]]
  sft.output metric "m", %b : tensor<8x4xf32>
  %c = sft.reshape %b : tensor<8x4xf32> to tensor<4x8xf32>
  // CHECK: sft.output metric "n", %[[X]]
  sft.output metric "n", %c : tensor<4x8xf32>
}

// CHECK-LABEL: sft.step evaluate @transposes(
// CHECK-SAME: %[[X:.*]]: tensor<2x3x4xf32>
sft.step evaluate @transposes(%x: tensor<2x3x4xf32>) {
  %a = sft.transpose %x [1, 0, 2] : tensor<2x3x4xf32>
  %b = sft.transpose %a [2, 0, 1] : tensor<3x2x4xf32>
  // CHECK: %[[Y:.*]] = sft.transpose %[[X]] [2, 1, 0] : tensor<2x3x4xf32>
  // CHECK: sft.output metric "m", %[[Y]]
  sft.output metric "m", %b : tensor<4x3x2xf32>
  %c = sft.transpose %b [2, 1, 0] : tensor<4x3x2xf32>
  // CHECK: sft.output metric "n", %[[X]]
  sft.output metric "n", %c : tensor<2x3x4xf32>
}

// CHECK-LABEL: sft.step evaluate @broadcasts(
// CHECK-SAME: %[[X:.*]]: tensor<8xf32>
sft.step evaluate @broadcasts(%x: tensor<8xf32>) {
  %a = sft.broadcast %x : tensor<8xf32> to tensor<1x8xf32>
  // CHECK: %[[Y:.*]] = sft.broadcast %[[X]] : tensor<8xf32> to tensor<4x8xf32>
  %b = sft.broadcast %a : tensor<1x8xf32> to tensor<4x8xf32>
  // CHECK: sft.output metric "m", %[[Y]]
  sft.output metric "m", %b : tensor<4x8xf32>
}

// CHECK-LABEL: sft.step evaluate @boxes(
// CHECK-SAME: %[[X:.*]]: tensor<9x9xf32>
sft.step evaluate @boxes(%x: tensor<9x9xf32>) {
  %a = sft.slice %x [1, 2] [8, 6] : tensor<9x9xf32>
  // CHECK: %[[Y:.*]] = sft.slice %[[X]] [4, 2] [2, 5] : tensor<9x9xf32>
  %b = sft.slice %a [3, 0] [2, 5] : tensor<8x6xf32>
  %c = sft.pad %b low [1, 2] high [0, 0] : tensor<2x5xf32>
  // CHECK: %[[Z:.*]] = sft.pad %[[Y]] low [1, 3] high [4, 0] : tensor<2x5xf32>
  %d = sft.pad %c low [0, 1] high [4, 0] : tensor<3x7xf32>
  // CHECK: sft.output metric "m", %[[Z]]
  sft.output metric "m", %d : tensor<7x8xf32>
}

// CHECK-LABEL: sft.step evaluate @constants
sft.step evaluate @constants() {
  // CHECK: %[[C:.*]] = sft.constant dense<2.000000e+00> : tensor<3x2xf32>
  %x = sft.constant dense<2.0> : tensor<6xf32>
  %a = sft.reshape %x : tensor<6xf32> to tensor<2x3xf32>
  %b = sft.transpose %a [1, 0] : tensor<2x3xf32>
  %c = sft.broadcast %b : tensor<3x2xf32> to tensor<5x3x2xf32>
  %d = sft.slice %c [1, 0, 0] [1, 3, 2] : tensor<5x3x2xf32>
  %e = sft.reshape %d : tensor<1x3x2xf32> to tensor<3x2xf32>
  // CHECK: sft.output metric "m", %[[C]]
  sft.output metric "m", %e : tensor<3x2xf32>
}
