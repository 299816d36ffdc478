// RUN: sft-opt %s --sft-seed-shardings --sft-propagate-shardings \
// RUN:   --sft-find-partials --sft-verify-shardings | FileCheck %s

module attributes {sft.mesh = #sft.mesh<"data" = 2>} {

// The sum of truncated parts is not the truncated sum.
// CHECK-LABEL: sft.step predict @cast
sft.step predict @cast(%x: tensor<8x4xf64>) {
  %s = sft.reduce sum %x axes [0] : tensor<8x4xf64>
  // CHECK: sft.cast %{{.*}}sft.shardings = [#sft.sharding<{{\[\[}}]]>]} : tensor<4xf64> to tensor<4xi32>
  %i = sft.cast %s : tensor<4xf64> to tensor<4xi32>
  sft.output prediction "i", %i : tensor<4xi32>
}

// Rounding to a narrower type is linear but for rounding.
// CHECK-LABEL: sft.step evaluate @round
sft.step evaluate @round(%x: tensor<8x4xf64>) {
  %s = sft.reduce sum %x axes [0] : tensor<8x4xf64>
  // CHECK: sft.cast %{{.*}}sft.shardings = [#sft.sharding<{{\[\[}}]], partial sum [0]>]} : tensor<4xf64> to tensor<4xf32>
  %f = sft.cast %s : tensor<4xf64> to tensor<4xf32>
  sft.output prediction "f", %f : tensor<4xf32>
}

}
