#include "OpCases.h"

static constexpr bool kPositive = true;

// clang-format off: one line a case.
static const OpCase kCases[] = {
    // Elementwise
    {"%x: tensor<2x3xf64>", "sft.neg %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.exp %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.log %x : tensor<2x3xf64>", kPositive},
    {"%x: tensor<2x3xf64>", "sft.sqrt %x : tensor<2x3xf64>", kPositive},
    {"%x: tensor<2x3xf64>", "sft.rsqrt %x : tensor<2x3xf64>", kPositive},
    {"%x: tensor<2x3xf64>", "sft.abs %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.square %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.sign %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.cos %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.sin %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.floor %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.erf %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.tanh %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.sigmoid %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.relu %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.silu %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.softplus %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.gelu %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.gelu %x tanh : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.stop_gradient %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.add %x, %y : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<3xf64>", "sft.add %x, %y : tensor<2x3xf64>, tensor<3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<f64>", "sft.sub %x, %y : tensor<2x3xf64>, tensor<f64>"},
    {"%x: tensor<2x1xf64>, %y: tensor<1x3xf64>", "sft.sub %x, %y : tensor<2x1xf64>, tensor<1x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.mul %x, %y : tensor<2x3xf64>"},
    {"%x: tensor<3x1xf64>, %y: tensor<2x1x4xf64>", "sft.mul %x, %y : tensor<3x1xf64>, tensor<2x1x4xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.div %x, %y : tensor<2x3xf64>"},
    {"%x: tensor<3xf64>, %y: tensor<2x3xf64>", "sft.div %x, %y : tensor<3xf64>, tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.pow %x, %y : tensor<2x3xf64>", kPositive},
    {"%x: tensor<2x3xf64>, %y: tensor<f64>", "sft.pow %x, %y : tensor<2x3xf64>, tensor<f64>", kPositive},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.min %x, %y : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x1xf64>", "sft.min %x, %y : tensor<2x3xf64>, tensor<2x1xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.max %x, %y : tensor<2x3xf64>"},
    {"%x: tensor<f64>, %y: tensor<2x3xf64>", "sft.max %x, %y : tensor<f64>, tensor<2x3xf64>"},
    {"%c: tensor<2x3xi1>, %x: tensor<2x3xf64>, %y: tensor<2x3xf64>", "sft.select %c, %x, %y : tensor<2x3xi1>, tensor<2x3xf64>, tensor<2x3xf64>"},
    {"%c: tensor<2x1xi1>, %x: tensor<3xf64>, %y: tensor<f64>", "sft.select %c, %x, %y : tensor<2x1xi1>, tensor<3xf64>, tensor<f64>"},
    {"%x: tensor<2x3xf64>", "sft.cast %x : tensor<2x3xf64> to tensor<2x3xf32>"},
    {"%x: tensor<2x3xi32>", "sft.cast %x : tensor<2x3xi32> to tensor<2x3xf64>"},

    // Linear
    {"%x: tensor<2x3xf64>, %y: tensor<3x4xf64>", "sft.matmul %x, %y : tensor<2x3xf64>, tensor<3x4xf64>"},
    {"%x: tensor<3x2xf64>, %y: tensor<3x4xf64>", "sft.matmul %x, %y {transpose_x} : tensor<3x2xf64>, tensor<3x4xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<4x3xf64>", "sft.matmul %x, %y {transpose_y} : tensor<2x3xf64>, tensor<4x3xf64>"},
    {"%x: tensor<3x2xf64>, %y: tensor<4x3xf64>", "sft.matmul %x, %y {transpose_x, transpose_y} : tensor<3x2xf64>, tensor<4x3xf64>"},
    {"%x: tensor<5x2x3xf64>, %y: tensor<5x3x4xf64>", "sft.matmul %x, %y : tensor<5x2x3xf64>, tensor<5x3x4xf64>"},
    {"%x: tensor<5x2x3xf64>, %y: tensor<3x4xf64>", "sft.matmul %x, %y : tensor<5x2x3xf64>, tensor<3x4xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<5x3x4xf64>", "sft.matmul %x, %y : tensor<2x3xf64>, tensor<5x3x4xf64>"},
    {"%x: tensor<5x1x2x3xf64>, %y: tensor<2x3x4xf64>", "sft.matmul %x, %y : tensor<5x1x2x3xf64>, tensor<2x3x4xf64>"},
    {"%x: tensor<5x3x2xf64>, %y: tensor<3x4xf64>", "sft.matmul %x, %y {transpose_x} : tensor<5x3x2xf64>, tensor<3x4xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<5x4x3xf64>", "sft.matmul %x, %y {transpose_y} : tensor<2x3xf64>, tensor<5x4x3xf64>"},
    {"%x: tensor<1x3x2xf64>, %y: tensor<5x4x3xf64>", "sft.matmul %x, %y {transpose_x, transpose_y} : tensor<1x3x2xf64>, tensor<5x4x3xf64>"},
    {"%x: tensor<2x3xf64>, %w: tensor<3x4xf64>", "sft.linear %x, %w : tensor<2x3xf64>, tensor<3x4xf64>"},
    {"%x: tensor<2x3xf64>, %w: tensor<3x4xf64>, %b: tensor<4xf64>", "sft.linear %x, %w, %b : tensor<2x3xf64>, tensor<3x4xf64>, tensor<4xf64>"},
    {"%x: tensor<2x2x3xf64>, %w: tensor<3x4xf64>, %b: tensor<4xf64>", "sft.linear %x, %w, %b : tensor<2x2x3xf64>, tensor<3x4xf64>, tensor<4xf64>"},

    // Attention
    {"%q: tensor<2x3x2x4xf64>, %k: tensor<2x3x2x4xf64>, %v: tensor<2x3x2x4xf64>", "sft.attention %q, %k, %v : tensor<2x3x2x4xf64>"},
    {"%q: tensor<1x4x2x3xf64>, %k: tensor<1x4x2x3xf64>, %v: tensor<1x4x2x3xf64>", "sft.attention %q, %k, %v causal scale 0.7 : tensor<1x4x2x3xf64>"},
    {"%q: tensor<1x2x2x3xf64>, %k: tensor<1x5x2x3xf64>, %v: tensor<1x5x2x3xf64>", "sft.attention %q, %k, %v : tensor<1x2x2x3xf64>, tensor<1x5x2x3xf64>"},

    // Reduce
    {"%x: tensor<2x3xf64>", "sft.reduce sum %x axes [0] : tensor<2x3xf64>"},
    {"%x: tensor<2x3x2xf64>", "sft.reduce sum %x axes [0, 2] : tensor<2x3x2xf64>"},
    {"%x: tensor<2x3x2xf64>", "sft.reduce sum %x axes [1] keep : tensor<2x3x2xf64>"},
    {"%x: tensor<2x3xf64>", "sft.reduce max %x axes [0, 1] : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.reduce max %x axes [1] : tensor<2x3xf64>"},
    {"%x: tensor<2x3x2xf64>", "sft.reduce min %x axes [1] : tensor<2x3x2xf64>"},
    {"%x: tensor<2x3xf64>", "sft.reduce min %x axes [0] keep : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.mean %x axes [0, 1] : tensor<2x3xf64>"},
    {"%x: tensor<2x3x2xf64>", "sft.mean %x axes [1] keep : tensor<2x3x2xf64>"},
    {"%x: tensor<2x3xf64>", "sft.softmax %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3x2xf64>", "sft.softmax %x axis 1 : tensor<2x3x2xf64>"},
    {"%x: tensor<2x3xf64>", "sft.log_softmax %x : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>", "sft.log_softmax %x axis 0 : tensor<2x3xf64>"},
    {"%x: tensor<2x5xf64>, %s: tensor<5xf64>, %b: tensor<5xf64>", "sft.layer_norm %x, %s, %b : tensor<2x5xf64>, tensor<5xf64>"},
    {"%x: tensor<2x2x3xf64>, %s: tensor<3xf64>, %b: tensor<3xf64>", "sft.layer_norm %x, %s, %b {epsilon = 0.1} : tensor<2x2x3xf64>, tensor<3xf64>"},
    {"%x: tensor<2x5xf64>, %s: tensor<5xf64>", "sft.rms_norm %x, %s : tensor<2x5xf64>, tensor<5xf64>"},
    {"%x: tensor<2x2x3xf64>, %s: tensor<3xf64>", "sft.rms_norm %x, %s {epsilon = 0.1} : tensor<2x2x3xf64>, tensor<3xf64>"},

    // Loss
    {"%p: tensor<4x2xf64>, %t: tensor<4x2xf64>", "sft.mse_loss %p, %t : tensor<4x2xf64>"},
    {"%p: tensor<4x2xf64>, %t: tensor<4x2xf64>", "sft.mae_loss %p, %t : tensor<4x2xf64>"},
    {"%p: tensor<4x2xf64>, %t: tensor<4x2xf64>", "sft.binary_cross_entropy %p, %t : tensor<4x2xf64>"},
    {"%p: tensor<8x2xf64>, %t: tensor<8x2xf64>", "sft.hinge_loss %p, %t : tensor<8x2xf64>"},
    {"%p: tensor<8x2xf64>, %t: tensor<8x2xf64>", "sft.perceptron_loss %p, %t : tensor<8x2xf64>"},
    {"%p: tensor<4x3xf64>, %t: tensor<4xi32>", "sft.softmax_cross_entropy %p, %t : tensor<4x3xf64>, tensor<4xi32>"},
    {"%p: tensor<2x4x3xf64>, %t: tensor<2x4xi64>", "sft.softmax_cross_entropy %p, %t : tensor<2x4x3xf64>, tensor<2x4xi64>"},
    {"%p: tensor<8x3xf64>, %t: tensor<8xi32>", "sft.accuracy %p, %t : tensor<8x3xf64>, tensor<8xi32>"},
    {"%p: tensor<8xf64>, %t: tensor<8xf64>", "sft.binary_accuracy %p, %t : tensor<8xf64>"},

    // Shape
    {"%x: tensor<2x3xf64>", "sft.reshape %x : tensor<2x3xf64> to tensor<3x2xf64>"},
    {"%x: tensor<2x3xf64>", "sft.reshape %x : tensor<2x3xf64> to tensor<6xf64>"},
    {"%x: tensor<2x3xf64>", "sft.transpose %x [1, 0] : tensor<2x3xf64>"},
    {"%x: tensor<2x3x4xf64>", "sft.transpose %x [1, 2, 0] : tensor<2x3x4xf64>"},
    {"%x: tensor<3xf64>", "sft.broadcast %x : tensor<3xf64> to tensor<2x3xf64>"},
    {"%x: tensor<2x1xf64>", "sft.broadcast %x : tensor<2x1xf64> to tensor<4x2x3xf64>"},
    {"%x: tensor<4x5xf64>", "sft.slice %x [1, 2] [3, 2] : tensor<4x5xf64>"},
    {"%x: tensor<2x3xf64>", "sft.pad %x low [1, 0] high [0, 2] : tensor<2x3xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<2x2xf64>", "sft.concat %x, %y axis 1 : tensor<2x3xf64>, tensor<2x2xf64>"},
    {"%x: tensor<2x3xf64>, %y: tensor<1x3xf64>, %z: tensor<3x3xf64>", "sft.concat %x, %y, %z axis 0 : tensor<2x3xf64>, tensor<1x3xf64>, tensor<3x3xf64>"},

    {"%x: tensor<2x3xf64>", "sft.shard %x to <[-, tensor]> : tensor<2x3xf64>"},

    // Index
    {"%t: tensor<3x2xf64>, %i: tensor<5xi32>", "sft.embedding %t, %i : tensor<3x2xf64>, tensor<5xi32>"},
    {"%t: tensor<3x2xf64>, %i: tensor<2x4xi64>", "sft.embedding %t, %i : tensor<3x2xf64>, tensor<2x4xi64>"},
    {"%i: tensor<5xi32>, %u: tensor<5x2xf64>", "sft.scatter_add %i, %u : tensor<5xi32>, tensor<5x2xf64> to tensor<4x2xf64>"},

    // Sparse
    {"%x: !sft.csr<4x6xf64, capacity = 12>, %w: tensor<6x2xf64>", "sft.transform %x, %w : !sft.csr<4x6xf64, capacity = 12>, tensor<6x2xf64>"},
    {"%x: !sft.csr<6x3xf64, capacity = 18>, %w: tensor<3x2xf64>", "sft.transform %x, %w : !sft.csr<6x3xf64, capacity = 18>, tensor<3x2xf64>"},
};
// clang-format on

llvm::ArrayRef<OpCase> opCases() { return kCases; }
