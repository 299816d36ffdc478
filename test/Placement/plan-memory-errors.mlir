// RUN: sft-opt %s --sft-plan-memory --verify-diagnostics

// expected-error @below {{has inputs without global type and sharding; the phases Sharding and Partition come first}}
sft.step predict @predict(%x: tensor<4xf32>) {
  sft.output prediction "p", %x : tensor<4xf32>
}
