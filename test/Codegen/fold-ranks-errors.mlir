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
    // expected-error @+1 {{is over several axes at once}}
    %s = sft.all_reduce sum %x axes [0, 1] why "test" : tensor<2xf32> -> tensor<2xf32>
    sft.output prediction "y", %s : tensor<2xf32>
  }
}
