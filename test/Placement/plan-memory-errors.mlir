// RUN: sft-opt %s --split-input-file --sft-plan-memory --verify-diagnostics

// expected-error @below {{has inputs without global type and sharding; the phases Sharding and Partition come first}}
sft.step predict @predict(%x: tensor<4xf32>) {
  sft.output prediction "p", %x : tensor<4xf32>
}

// -----

sft.step predict @predict(
    // expected-error @below {{an input's leading dimension is the batch; a scalar has none}}
    %x: tensor<f32> of tensor<f32> sharding <[]>) {
  sft.output prediction "y", %x : tensor<f32>
}
