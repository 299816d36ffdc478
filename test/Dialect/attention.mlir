// RUN: sft-opt %s --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-decompose | FileCheck %s --check-prefix=PARTS

// The scale is 1 / sqrt(16) where none is given.
// CHECK-LABEL: sft.step predict @self
// PARTS-LABEL: sft.step predict @self
sft.step predict @self(%q: tensor<2x8x4x16xf32>, %k: tensor<2x8x4x16xf32>,
                       %v: tensor<2x8x4x16xf32>) {
  // CHECK: sft.attention %{{.*}}, %{{.*}}, %{{.*}} causal : tensor<2x8x4x16xf32>
  // PARTS: %[[Y:.*]], %{{.*}} = sft.attention_forward %{{.*}}, %{{.*}}, %{{.*}} scale 2.500000e-01 causal : tensor<2x8x4x16xf32>
  %y = sft.attention %q, %k, %v causal : tensor<2x8x4x16xf32>
  // PARTS: sft.output prediction "y", %[[Y]]
  sft.output prediction "y", %y : tensor<2x8x4x16xf32>
}

// CHECK-LABEL: sft.step predict @cross
// PARTS-LABEL: sft.step predict @cross
sft.step predict @cross(%q: tensor<2x8x4x16xf32>, %k: tensor<2x5x4x16xf32>,
                        %v: tensor<2x5x4x16xf32>) {
  // CHECK: sft.attention %{{.*}}, %{{.*}}, %{{.*}} scale 5.000000e-01 : tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  // PARTS: sft.attention_forward %{{.*}}, %{{.*}}, %{{.*}} scale 5.000000e-01 : tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  %y = sft.attention %q, %k, %v scale 0.5
      : tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  sft.output prediction "y", %y : tensor<2x8x4x16xf32>
}

// CHECK-LABEL: sft.step predict @gradient
sft.step predict @gradient(
    %q: tensor<2x8x4x16xf32>, %k: tensor<2x5x4x16xf32>,
    %v: tensor<2x5x4x16xf32>, %g: tensor<2x8x4x16xf32>) {
  %y, %lse = sft.attention_forward %q, %k, %v scale 0.25
      : tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  // CHECK: sft.attention_backward {{.*}} scale 2.500000e-01 : tensor<2x4x8xf32>, tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  %dq, %dk, %dv = sft.attention_backward %q, %k, %v, %y, %lse, %g scale 0.25
      : tensor<2x4x8xf32>, tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  sft.output prediction "dk", %dk : tensor<2x5x4x16xf32>
}
