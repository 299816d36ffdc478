// RUN: sft-opt %s --sft-form-kernels --sft-generate-kernels=chip=z80 --verify-diagnostics

// expected-error @below {{unknown chip "z80"; try native, x86-64-v3, x86-64-v4}}
module {
sft.step predict @p(%x: tensor<8x4xf32>) {
  %e = sft.exp %x : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
}
}
