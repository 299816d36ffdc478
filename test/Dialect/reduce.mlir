// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// sft.output states the inferred type: a wrong one does not parse.

// CHECK-LABEL: sft.step predict @rows
sft.step predict @rows(%x: tensor<4x8xf32>) {
  // CHECK: sft.reduce sum %{{.*}} axes [0] : tensor<4x8xf32>
  %s = sft.reduce sum %x axes [0] : tensor<4x8xf32>
  sft.output prediction "s", %s : tensor<8xf32>
}

// CHECK-LABEL: sft.step predict @kept
sft.step predict @kept(%x: tensor<4x8x2xi32>) {
  // CHECK: sft.reduce max %{{.*}} axes [0, 2] keep : tensor<4x8x2xi32>
  %m = sft.reduce max %x axes [0, 2] keep : tensor<4x8x2xi32>
  sft.output prediction "m", %m : tensor<1x8x1xi32>
}

// CHECK-LABEL: sft.step predict @mean
sft.step predict @mean(%x: tensor<4x8xf32>) {
  // CHECK: sft.mean %{{.*}} axes [0, 1] : tensor<4x8xf32>
  %m = sft.mean %x axes [0, 1] : tensor<4x8xf32>
  sft.output prediction "m", %m : tensor<f32>
  // CHECK: sft.mean %{{.*}} axes [1] keep : tensor<4x8xf32>
  %k = sft.mean %x axes [1] keep : tensor<4x8xf32>
  sft.output prediction "k", %k : tensor<4x1xf32>
}

// CHECK-LABEL: sft.step predict @softmax
sft.step predict @softmax(%x: tensor<4x8xf32>) {
  // CHECK: sft.softmax %{{.*}} : tensor<4x8xf32>
  %y = sft.softmax %x : tensor<4x8xf32>
  // CHECK: sft.log_softmax %{{.*}} axis 0 : tensor<4x8xf32>
  %z = sft.log_softmax %y axis 0 : tensor<4x8xf32>
}

// CHECK-LABEL: sft.step predict @norms
sft.step predict @norms(%x: tensor<4x8xf32>, %s: tensor<8xf32>,
                        %b: tensor<8xf32>) {
  // CHECK: sft.layer_norm %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  %y = sft.layer_norm %x, %s, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.rms_norm %{{.*}}, %{{.*}} {epsilon = 1.250000e-01 : f64} : tensor<4x8xf32>, tensor<8xf32>
  %z = sft.rms_norm %y, %s {epsilon = 0.125} : tensor<4x8xf32>, tensor<8xf32>
  sft.output prediction "z", %z : tensor<4x8xf32>
}
