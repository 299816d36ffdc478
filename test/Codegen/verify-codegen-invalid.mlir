// RUN: sft-opt %s --sft-verify-codegen --split-input-file --verify-diagnostics

sft.step predict @no_code(%x: tensor<8xf32>) {
  // expected-error @+1 {{has no generated code}}
  %y = sft.kernel(%a = %x) : (tensor<8xf32>) -> tensor<8xf32> {
    %e = sft.exp %a : tensor<8xf32>
    sft.kernel_yield %e : tensor<8xf32>
  }
  sft.output prediction "y", %y : tensor<8xf32>
}

// -----

sft.step predict @element_type(%x: tensor<8x8xf64>) {
  // expected-error @+1 {{matrix products are computed in f32 only; cast the operands}}
  %y = sft.contract %x, %x none : tensor<8x8xf64>, tensor<8x8xf64> -> tensor<8x8xf64>
  sft.output prediction "y", %y : tensor<8x8xf64>
}

// -----

sft.step predict @no_lowering(%x: tensor<8xf32>) {
  // expected-error @+1 {{has no lowering: it implements neither LoopOpInterface nor KernelOpInterface}}
  %y = sft.exp %x : tensor<8xf32>
  sft.output prediction "y", %y : tensor<8xf32>
}
