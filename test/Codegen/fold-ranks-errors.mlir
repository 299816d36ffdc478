// RUN: sft-opt %s --sft-fold-ranks="axis=data ranks=2" --split-input-file --verify-diagnostics

// expected-error @+1 {{6 ranks along "data" cannot be shared by 2: each has to get as many as the others, a power of two}}
module attributes {sft.mesh = #sft.mesh<"data" = 6>} {
}

// -----

// expected-error @+1 {{the mesh has no axis "data"}}
module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 4, "tensor" = 2>} {
  // expected-error @+1 {{is cut over data,tensor: neighbours along "data" do not hold neighbouring parts}}
  sft.variable state @m : tensor<1xf32> of tensor<8xf32> sharding <[[0, 1]]>
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 4, "tensor" = 2>} {
  sft.step predict @sum(%x: tensor<2xf32>) attributes {
      global_types = [tensor<8xf32>], shardings = [#sft.sharding<[[0]]>]} {
    // expected-error @+1 {{is over several axes at once, which fewer ranks of one cannot share}}
    %s = sft.all_reduce sum %x axes [0, 1] why "test" : tensor<2xf32> -> tensor<2xf32>
    sft.output prediction "y", %s : tensor<2xf32>
  }
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
  sft.step predict @sum(%x: tensor<2xbf16>) attributes {
      global_types = [tensor<8xbf16>], shardings = [#sft.sharding<[[0]]>]} {
    // expected-error @+1 {{sums of bf16 depend on how many ranks add them}}
    %s = sft.all_reduce sum %x axes [0] why "test" : tensor<2xbf16> -> tensor<2xbf16>
    sft.output prediction "y", %s : tensor<2xbf16>
  }
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 4, "tensor" = 2>} {
  // expected-error @+1 {{is cut over data,tensor}}
  sft.step predict @input(%x: tensor<1xf32>) attributes {
      global_types = [tensor<8xf32>], shardings = [#sft.sharding<[[0, 1]]>]} {
    %g = sft.all_gather %x dim 0 axes [1] why "test" : tensor<1xf32> to tensor<2xf32>
    sft.output prediction "y", %g : tensor<2xf32>
  }
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
  sft.step predict @shift(%x: tensor<2xf32>) attributes {
      global_types = [tensor<8xf32>], shardings = [#sft.sharding<[[0]]>]} {
    // expected-error @+1 {{is a permute between ranks that fewer of them cannot share; sft-split-collectives makes an all_gather of it}}
    %s = sft.permute %x from [1, 2, 3, 0] axes [0] why "test" : tensor<2xf32>
    sft.output prediction "y", %s : tensor<2xf32>
  }
}
