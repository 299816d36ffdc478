// Whole steps: gradients against finite differences, what dropout, laziness and
// frozen parameters mean.
#include "Program.h"

#include <cmath>

using sft::reference::Tensor;

namespace {

Tensor tensor(llvm::ArrayRef<int64_t> shape, std::vector<double> data) {
  Tensor result(shape);
  result.data = std::move(data);
  return result;
}

constexpr char kClassifier[] = R"(
  sft.model @classifier(%x: tensor<4x3xf32>, %label: tensor<4xi32>)
      optimizer = #sft.sgd<lr = 1.0> {
    %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<3x5xf32>
    %b1 = sft.parameter "b1" init(#sft.uniform) : tensor<5xf32>
    %w2 = sft.parameter "w2" init(#sft.glorot_uniform) : tensor<5x2xf32>
    %z = sft.parameter "z" init(#sft.constant<2.0>) frozen : tensor<2xf32>
    %h = sft.linear %x, %w1, %b1
        : tensor<4x3xf32>, tensor<3x5xf32>, tensor<5xf32>
    %a = sft.tanh %h : tensor<4x5xf32>
    %l = sft.linear %a, %w2 : tensor<4x5xf32>, tensor<5x2xf32>
    %logits = sft.mul %l, %z : tensor<4x2xf32>, tensor<2xf32>
    %cross = sft.softmax_cross_entropy %logits, %label
        : tensor<4x2xf32>, tensor<4xi32>
    %penalty = sft.square %w1 : tensor<3x5xf32>
    %mean = sft.mean %penalty axes [0, 1] : tensor<3x5xf32>
    %loss = sft.add %cross, %mean : tensor<f32>
    sft.yield loss %loss : tensor<f32>, outputs {"logits" = %logits : tensor<4x2xf32>}
  })";

std::vector<Tensor> classifierBatch() {
  return {tensor({4, 3}, {1, 0, -1, .5, 2, 1, -1, 1, 0, .3, .2, .1}),
          tensor({4}, {0, 1, 1, 0})};
}

TEST(Steps, GradientsAreFiniteDifferences) {
  sft::Program program(kClassifier, "sft-training");
  program.run("initialize");
  auto before = program.rank.variables;
  program.run("train", classifierBatch());
  auto after = program.rank.variables;
  auto lossAt = [&](const std::string &name, size_t i, double shift) {
    program.rank.variables = before;
    program.rank.variables[name].data[i] += shift;
    program.run("evaluate", classifierBatch());
    return program["loss"][0];
  };
  for (std::string name : {"w1", "b1", "w2"}) {
    for (size_t i = 0; i < before[name].data.size(); ++i) {
      double h = 1e-5;
      double slope = (lossAt(name, i, h) - lossAt(name, i, -h)) / (2 * h);
      double gradient = before[name].data[i] - after[name].data[i];
      EXPECT_NEAR(gradient, slope, 1e-7) << name << '[' << i << ']';
    }
  }
  EXPECT_EQ(before["z"].data, after["z"].data);
}

TEST(Steps, PredictionNeedsNoLabels) {
  sft::Program program(kClassifier, "sft-training");
  program.run("initialize");
  program.run("predict", {classifierBatch()[0]});
  EXPECT_EQ(program["logits"].shape, llvm::SmallVector<int64_t>({4, 2}));
}

TEST(Steps, TrainingLearns) {
  sft::Program program(kClassifier, "sft-training");
  program.run("initialize");
  program.run("evaluate", classifierBatch());
  double before = program["loss"][0];
  for (int i = 0; i < 30; ++i) {
    program.run("train", classifierBatch());
  }
  program.run("evaluate", classifierBatch());
  EXPECT_LT(program["loss"][0], 0.5 * before);
}

TEST(Steps, DropoutKeepsTheMeanAndChangesEachStep) {
  sft::Program program(R"(
    sft.model @dropout(%x: tensor<1000x10xf32>) optimizer = #sft.sgd<lr = 1.0e-9> {
      %w = sft.parameter "w" init(#sft.ones) : tensor<10xf32>
      %p = sft.mul %x, %w : tensor<1000x10xf32>, tensor<10xf32>
      %d = sft.dropout %p rate 0.25 : tensor<1000x10xf32>
      %loss = sft.mean %d axes [0, 1] : tensor<1000x10xf32>
      sft.yield loss %loss : tensor<f32>
    })",
                       "sft-training");
  program.run("initialize");
  std::vector<Tensor> ones = {Tensor({1000, 10}, 1.0)};
  program.run("train", ones);
  double first = program["loss"][0];
  program.run("train", ones);
  double second = program["loss"][0];
  program.step = 0;
  program.run("train", ones);
  EXPECT_NEAR(program["loss"][0], first, 1e-6);
  EXPECT_NE(first, second);
  EXPECT_NE(first, 1);
  EXPECT_NEAR(first, 1, 0.03);
  EXPECT_NEAR(second, 1, 0.03);
  program.run("evaluate", ones);
  EXPECT_NEAR(program["loss"][0], 1, 1e-6);
}

std::string sparseModel(const std::string &optimizer) {
  return R"(
    sft.model @sparse(%x: !sft.csr<2x6xf32, capacity = 4>, %y: tensor<2x1xf32>)
        optimizer = )" +
         optimizer + R"( {
      %w = sft.parameter "w" init(#sft.ones) : tensor<6x1xf32>
      %z = sft.transform %x, %w : !sft.csr<2x6xf32, capacity = 4>, tensor<6x1xf32>
      %loss = sft.mse_loss %z, %y : tensor<2x1xf32>
      sft.yield loss %loss : tensor<f32>
    })";
}

/// Two rows: columns 1 and 4, column 4.
std::vector<Tensor> sparseBatch() {
  Tensor x(llvm::ArrayRef<int64_t>{2, 6});
  x.data = {1, 2, 1};
  x.columns = {1, 4, 4};
  x.rowOffsets = {0, 2, 3};
  return {x, tensor({2, 1}, {0, 5})};
}

TEST(Steps, LazyWeightDecayRestsWhereNothingOccurred) {
  sft::Program program(
      sparseModel("#sft.sgd<lr = 0.1, weight_decay = 1.0, lazy = true>"),
      "sft-training");
  program.run("initialize");
  program.run("train", sparseBatch());
  // z = (3, 1), dL/dz = (3, -4): rows 1 and 4 have gradients 3 and 2.
  std::vector<double> expected = {1, 1 - 0.1 * 4, 1, 1, 1 - 0.1 * 3, 1};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(program["w"].data[i], expected[i], 1e-7) << i;
  }
}

TEST(Steps, LazyEqualsEagerWhereNothingMovesByItself) {
  sft::Program lazy(sparseModel("#sft.adagrad<lr = 0.1, lazy = true>"),
                    "sft-training");
  sft::Program eager(sparseModel("#sft.adagrad<lr = 0.1>"), "sft-training");
  for (sft::Program *program : {&lazy, &eager}) {
    program->run("initialize");
    program->run("train", sparseBatch());
    program->run("train", sparseBatch());
  }
  EXPECT_EQ(lazy["w"].data, eager["w"].data);
  EXPECT_EQ(lazy["w.v"].data, eager["w.v"].data);
  EXPECT_NE(lazy["w"].data[1], 1);
}

TEST(Steps, LazyEmbeddingMovesItsRowsAsEager) {
  auto model = [](const std::string &optimizer) {
    return "sft.model @embedding(%i: tensor<2x2xi32>, %y: tensor<2x2x1xf32>)"
           "    optimizer = " +
           optimizer + R"( {
      %t = sft.parameter "t" init(#sft.ones) : tensor<6x1xf32>
      %e = sft.embedding %t, %i : tensor<6x1xf32>, tensor<2x2xi32>
      %loss = sft.mse_loss %e, %y : tensor<2x2x1xf32>
      sft.yield loss %loss : tensor<f32>
    })";
  };
  std::vector<Tensor> batch = {tensor({2, 2}, {4, 1, 4, 4}),
                               tensor({2, 2, 1}, {2, 3, 4, 5})};
  // 0.5 (t - y) for each element: row 1 has -1, row 4 -0.5 - 1.5 - 2.
  for (const char *lazy : {", lazy = true>", ">"}) {
    sft::Program program(
        model(std::string("#sft.sgd<lr = 0.1, weight_decay = 1.0") + lazy),
        "sft-training");
    program.run("initialize");
    program.run("train", batch);
    double rest = *lazy == ',' ? 1 : 0.9;
    std::vector<double> expected = {rest, 1, rest, rest, 1 + 0.1 * 3, rest};
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(program["t"].data[i], expected[i], 1e-7) << lazy << i;
    }
  }
}

} // namespace
