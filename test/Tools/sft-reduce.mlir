// A model shrinks to what the fault needs: here a difference of two values.
// RUN: env SFT_TEST_PLUGIN=%test_plugin \
// RUN:   sft-reduce %s --sft-drop-ops=test=%S/Inputs/differs.sh -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir

// CHECK: sft.model @m(%x: tensor<8x4xf32>, %y: tensor<8x4xf32>)
// CHECK-NEXT: %[[D:.*]] = sft.sub %{{.*}}, %{{.*}} : tensor<8x4xf32>
// CHECK-NEXT: sft.yield outputs {"p" = %[[D]] : tensor<8x4xf32>}

// What does not show the fault is not reduced.
// RUN: not sft-reduce %s --sft-drop-ops=test=true 2>&1 | FileCheck %s --check-prefix=SOUND
// SOUND: error: the test "true" does not end with status 1 for the input
// RUN: not sft-reduce %s --sft-drop-ops=test=%t.none 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: cannot run the test "{{.*}}.none"
sft.model @m(%x: tensor<8x4xf32>, %y: tensor<8x4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  %a = sft.exp %x : tensor<8x4xf32>
  %b = sft.mul %y, %w : tensor<8x4xf32>, tensor<4xf32>
  %c = sft.sub %a, %b : tensor<8x4xf32>
  %p = sft.relu %c : tensor<8x4xf32>
  %q = sft.tanh %p : tensor<8x4xf32>
  sft.yield outputs {"p" = %q : tensor<8x4xf32>}
}
