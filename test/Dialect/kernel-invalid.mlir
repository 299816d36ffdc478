// RUN: sft-opt %s --split-input-file --verify-diagnostics

// C1
sft.step predict @contract_c1(%x: tensor<2x3xf32>, %y: tensor<3x4xf64>) {
  // expected-error @+1 {{sft.contract: element types of 'tensor<2x3xf32>' and 'tensor<3x4xf64>' differ; use sft.cast}}
  %z = sft.contract %x, %y none : tensor<2x3xf32>, tensor<3x4xf64> -> tensor<2x4xf32>
}

// -----

// C2
sft.step predict @contract_c2(%x: tensor<3xf32>, %y: tensor<3x4xf32>) {
  // expected-error @+1 {{sft.contract: 'tensor<3xf32>' is not a matrix}}
  %z = sft.contract %x, %y none : tensor<3xf32>, tensor<3x4xf32> -> tensor<4xf32>
}

// -----

// C3
sft.step predict @contract_c3(%x: tensor<2x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error @+1 {{sft.contract: contracted sizes 3 of 'tensor<2x3xf32>' and 4 of 'tensor<4x3xf32>' differ}}
  %z = sft.contract %x, %y none : tensor<2x3xf32>, tensor<4x3xf32> -> tensor<2x3xf32>
}

// -----

// C3, of what the flags transpose.
sft.step predict @contract_c3_transposed(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) {
  // expected-error @+1 {{sft.contract: contracted sizes 3 of 'tensor<2x3xf32>' and 4 of 'tensor<3x4xf32>' differ}}
  %z = sft.contract %x, %y none {transpose_y} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
}

// -----

// C4
sft.step predict @contract_c4(%x: tensor<5x2x3xf32>, %y: tensor<6x3x4xf32>) {
  // expected-error @+1 {{sft.contract: leading dimensions of 'tensor<5x2x3xf32>' and 'tensor<6x3x4xf32>' do not broadcast}}
  %z = sft.contract %x, %y none : tensor<5x2x3xf32>, tensor<6x3x4xf32> -> tensor<5x2x4xf32>
}

// -----

// C5
sft.step predict @contract_c5(%x: tensor<5x2x3xf32>, %y: tensor<3x4xf32>) {
  // expected-error @+1 {{has the result 'tensor<2x4xf32>', but the product is 'tensor<5x2x4xf32>'}}
  %z = sft.contract %x, %y none : tensor<5x2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
}

// -----

// C6
sft.step predict @contract_c6(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{has the bias 'tensor<3xf32>'; a row of the result is 'tensor<4xf32>'}}
  %z = sft.contract %x, %y bias %b none : tensor<2x3xf32>, tensor<3x4xf32>, tensor<3xf32> -> tensor<2x4xf32>
}

// -----

// C6, its type
sft.step predict @contract_c6_type(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>, %b: tensor<4xf64>) {
  // expected-error @+1 {{has the bias 'tensor<4xf64>'; a row of the result is 'tensor<4xf32>'}}
  %z = sft.contract %x, %y bias %b none : tensor<2x3xf32>, tensor<3x4xf32>, tensor<4xf64> -> tensor<2x4xf32>
}

// -----

sft.step predict @fill_c1() {
  // expected-error @+1 {{fills with one value}}
  %c = sft.fill dense<[1, 2]> : tensor<2xi64>
}

// -----

// C1: in_place pairs have one type
sft.step predict @kernel_c1_type(%x: tensor<8xf32>) {
  // expected-error @+1 {{in_place pairs each an operand with a result of its type, and none twice}}
  %y = sft.kernel(%a = %x) in_place [0, 0] : (tensor<8xf32>) -> tensor<4xf32> {
    %e = sft.slice %a [0] [4] : tensor<8xf32>
    sft.kernel_yield %e : tensor<4xf32>
  }
}

// -----

// C1: no operand occurs twice
sft.step predict @kernel_c1_twice(%x: tensor<8xf32>) {
  // expected-error @+1 {{in_place pairs each an operand with a result of its type, and none twice}}
  %y, %z = sft.kernel(%a = %x) in_place [0, 0, 0, 1] : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
    %e = sft.exp %a : tensor<8xf32>
    sft.kernel_yield %e, %a : tensor<8xf32>, tensor<8xf32>
  }
}

// -----

sft.step predict @kernel_yield_c1_type(%x: tensor<8xf32>) {
  %y = sft.kernel(%a = %x) : (tensor<8xf32>) -> tensor<4xf32> {
    // expected-error @+1 {{yields ('tensor<8xf32>'), but the kernel's results are ('tensor<4xf32>')}}
    sft.kernel_yield %a : tensor<8xf32>
  }
}

// -----

sft.step predict @kernel_yield_c1_count(%x: tensor<8xf32>) {
  %y, %z = sft.kernel(%a = %x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
    // expected-error @+1 {{yields ('tensor<8xf32>'), but the kernel's results are ('tensor<8xf32>', 'tensor<8xf32>')}}
    sft.kernel_yield %a : tensor<8xf32>
  }
}
