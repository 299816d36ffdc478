// A parameter that its author cuts over "data" stays as it is under ZeRO; its
// optimizer's state is cut alike.
// RUN: sft-check %s --mesh=model=2,data=2 --zero=1 | FileCheck %s
// RUN: sft-check %s --mesh=model=2,data=2 --zero=3 | FileCheck %s
// CHECK: train variable w
// RUN: sft-opt %s --sft-training --sft-assign-mesh=mesh=model=2,data=2 \
// RUN:   --sft-seed-shardings --sft-propagate-shardings --sft-zero=stage=3 \
// RUN:   | FileCheck %s --check-prefix=STATE
// STATE: sft.variable parameter @w {{.*}}<{{\[\[}}1, 0], []]>
// STATE: sft.variable state @w.m {{.*}}<{{\[\[}}1, 0], []]>
sft.model @m(%x: tensor<8x4xf32>) optimizer = #sft.adam {
  %w = sft.parameter "w" init(#sft.normal) shard <[{data, model}, -]> : tensor<4x4xf32>
  %y = sft.linear %x, %w : tensor<8x4xf32>, tensor<4x4xf32>
  %s = sft.square %y : tensor<8x4xf32>
  %loss = sft.mean %s axes [0, 1] : tensor<8x4xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"p" = %y : tensor<8x4xf32>}
}
