//===- InterpreterTest.cpp - Models, steps and ranks ----------------------===//
#include "dialects/reference/Interpreter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <limits>

using namespace mlir;
using namespace sft;
using namespace sft::reference;

namespace {

class Interpreter : public testing::Test {
protected:
  Interpreter()
      : handler(&context, [&](Diagnostic &diagnostic) {
          errors += diagnostic.str() + "\n";
        }) {
    context.loadDialect<SftDialect>();
  }

  template <typename Op> Op parse(StringRef text) {
    module = parseSourceString<ModuleOp>(text, &context);
    return module ? *module->getOps<Op>().begin() : Op();
  }
  MeshAttr mesh(StringRef text) {
    return cast<MeshAttr>(parseAttribute(text, &context));
  }
  static Tensor vector(std::vector<double> values) {
    Tensor tensor(ArrayRef<int64_t>{int64_t(values.size())});
    tensor.data = std::move(values);
    return tensor;
  }

  MLIRContext context;
  std::string errors;
  ScopedDiagnosticHandler handler;
  OwningOpRef<ModuleOp> module;
};

TEST_F(Interpreter, RunsAModel) {
  auto model = parse<ModelOp>(R"(
    sft.model @m(%x: tensor<2xf32>) {
      %w = sft.parameter "w" init(#sft.ones) : tensor<2xf32>
      %y = sft.mul %x, %w : tensor<2xf32>
      %loss = sft.reduce sum %y axes [0] : tensor<2xf32>
      sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<2xf32>}
    })");
  auto result = runModel(model, {vector({2, 3})}, {{"w", vector({10, 100})}});
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->loss, 320.0);
  EXPECT_EQ(result->outputs["y"].data, (std::vector<double>{20, 300}));

  EXPECT_TRUE(failed(runModel(model, {vector({2, 3})}, {})));
  EXPECT_NE(errors.find("\"w\" was given no value"), std::string::npos);
  EXPECT_TRUE(failed(runModel(model, {vector({2})}, {})));
  EXPECT_NE(errors.find("'tensor<2xf32>' has another shape"),
            std::string::npos);
}

constexpr char kIncrement[] = R"(
  sft.step train @train() {
    %v = sft.read @v : tensor<1xf32>
    %t = sft.runtime_scalar step : tensor<i64>
    %f = sft.cast %t : tensor<i64> to tensor<f32>
    %n = sft.add %v, %f : tensor<1xf32>, tensor<f32>
    %s = sft.reduce sum %n axes [0] : tensor<1xf32>
    sft.output loss "loss", %s : tensor<f32>
    sft.guard %s : tensor<f32>
    sft.write @v, %n : tensor<1xf32>
  })";

TEST_F(Interpreter, WritesAtTheEndOfAStep) {
  auto step = parse<StepOp>(kIncrement);
  Rank rank;
  rank.variables["v"] = vector({4});
  ASSERT_TRUE(succeeded(runStep(step, nullptr, rank, {3, 0, std::nullopt})));
  EXPECT_EQ(rank.variables["v"][0], 7);
  EXPECT_EQ(rank.outputs["loss"][0], 7);
  EXPECT_FALSE(rank.stopped);
}

TEST_F(Interpreter, WritesNothingBehindAGuardThatStops) {
  auto step = parse<StepOp>(kIncrement);
  Rank rank;
  double infinity = std::numeric_limits<double>::infinity();
  rank.variables["v"] = vector({infinity});
  ASSERT_TRUE(succeeded(runStep(step, nullptr, rank, {3, 0, std::nullopt})));
  EXPECT_TRUE(rank.stopped);
  EXPECT_EQ(rank.outputs["loss"][0], infinity);
}

TEST_F(Interpreter, RefusesRanksThatDisagreeAtAGuard) {
  auto step = parse<StepOp>(kIncrement);
  std::vector<Rank> ranks(2);
  ranks[0].variables["v"] = vector({1});
  ranks[1].variables["v"] = vector({std::nan("")});
  EXPECT_TRUE(
      failed(runStep(step, mesh("#sft.mesh<\"data\" = 2>"), ranks, {})));
  EXPECT_NE(errors.find("stops rank 1 but not rank 0"), std::string::npos);
}

TEST_F(Interpreter, RoundsToTheElementTypeIfAsked) {
  auto step = parse<StepOp>(kIncrement);
  Rank rank;
  rank.variables["v"] = vector({0.1});
  Options options;
  options.roundToType = true;
  ASSERT_TRUE(succeeded(runStep(step, nullptr, rank, {}, options)));
  EXPECT_EQ(rank.variables["v"][0], double(0.1f));
}

TEST_F(Interpreter, GroupsRanksByAxes) {
  MeshAttr grid = mesh("#sft.mesh<\"data\" = 2, \"tensor\" = 3>");
  EXPECT_EQ(groupOf(grid, {0}, 4), (SmallVector<int64_t>{1, 4}));
  EXPECT_EQ(groupOf(grid, {1}, 4), (SmallVector<int64_t>{3, 4, 5}));
  EXPECT_EQ(groupOf(grid, {1, 0}, 4), (SmallVector<int64_t>{0, 3, 1, 4, 2, 5}));
}

TEST_F(Interpreter, EvaluatesCollectivesGroupByGroup) {
  auto step = parse<StepOp>(R"(
    sft.step predict @p(%x: tensor<1xf32>) {
      %s:2 = sft.all_reduce sum %x, %x axes [0] why "" : tensor<1xf32>, tensor<1xf32> -> tensor<1xf32>, tensor<1xf32>
      %m = sft.all_reduce max %x axes [0, 1] why "" : tensor<1xf32> -> tensor<1xf32>
      %g = sft.all_gather %x dim 0 axes [1] why "" : tensor<1xf32> to tensor<2xf32>
      sft.output prediction "sum", %s#1 : tensor<1xf32>
      sft.output prediction "max", %m : tensor<1xf32>
      sft.output prediction "gathered", %g : tensor<2xf32>
    })");
  ASSERT_TRUE(step) << errors;
  std::vector<Rank> ranks(4);
  for (size_t i = 0; i < 4; ++i) {
    ranks[i].inputs = {vector({double(i)})};
  }
  MeshAttr grid = mesh("#sft.mesh<\"data\" = 2, \"tensor\" = 2>");
  ASSERT_TRUE(succeeded(runStep(step, grid, ranks, {})));
  EXPECT_EQ(ranks[3].outputs["sum"][0], 1 + 3);
  EXPECT_EQ(ranks[0].outputs["max"][0], 3);
  EXPECT_EQ(ranks[2].outputs["gathered"].data, (std::vector<double>{2, 3}));
}

TEST_F(Interpreter, PermutesAGroup) {
  auto step = parse<StepOp>(R"(
    sft.step predict @p(%x: tensor<1xf32>) {
      %s = sft.permute %x from [1, 2, 0] axes [1] why "" : tensor<1xf32>
      %t = sft.permute %x from [0, 2, 4, 1, 3, 5] axes [1, 0] why "" : tensor<1xf32>
      sft.output prediction "shifted", %s : tensor<1xf32>
      sft.output prediction "turned", %t : tensor<1xf32>
    })");
  ASSERT_TRUE(step) << errors;
  std::vector<Rank> ranks(6);
  for (size_t i = 0; i < 6; ++i) {
    ranks[i].inputs = {vector({double(i)})};
  }
  MeshAttr grid = mesh("#sft.mesh<\"data\" = 2, \"tensor\" = 3>");
  ASSERT_TRUE(succeeded(runStep(step, grid, ranks, {})));
  std::vector<double> shifted, turned;
  for (Rank &rank : ranks) {
    shifted.push_back(rank.outputs["shifted"][0]);
    turned.push_back(rank.outputs["turned"][0]);
  }
  EXPECT_EQ(shifted, (std::vector<double>{1, 2, 0, 4, 5, 3}));
  // Members 0 to 5 are ranks 0, 3, 1, 4, 2, 5.
  EXPECT_EQ(turned, (std::vector<double>{0, 2, 4, 1, 3, 5}));
}

TEST_F(Interpreter, PermutesAsManyAsThereAre) {
  auto step = parse<StepOp>(R"(
    sft.step predict @p(%x: tensor<1xf32>) {
      %y = sft.permute %x from [1, 2, 0] axes [0] why "" : tensor<1xf32>
      sft.output prediction "y", %y : tensor<1xf32>
    })");
  ASSERT_TRUE(step) << errors;
  std::vector<Rank> ranks(2);
  ranks[0].inputs = ranks[1].inputs = {vector({1})};
  EXPECT_TRUE(
      failed(runStep(step, mesh("#sft.mesh<\"data\" = 2>"), ranks, {})));
  EXPECT_NE(errors.find("permutes 3 members, but the group has 2"),
            std::string::npos)
      << errors;
}

TEST_F(Interpreter, GathersSparseRows) {
  auto step = parse<StepOp>(R"(
    sft.step predict @p(%x: !sft.csr<2x3xf32, capacity = 2>, %w: tensor<3x1xf32>) {
      %g = sft.all_gather %x dim 0 axes [0] why "" : !sft.csr<2x3xf32, capacity = 2> to !sft.csr<4x3xf32, capacity = 4, blocks = 2>
      %z = sft.transform %g, %w : !sft.csr<4x3xf32, capacity = 4, blocks = 2>, tensor<3x1xf32>
      sft.output prediction "z", %z : tensor<4x1xf32>
    })");
  ASSERT_TRUE(step) << errors;
  Tensor rows = zeroOf(step.getBody().getArgument(0).getType());
  rows.rowOffsets = {0, 0, 1};
  rows.columns = {2};
  rows.data = {5};
  Tensor weights(ArrayRef<int64_t>{3, 1});
  weights.data = {1, 10, 100};
  std::vector<Rank> ranks(2);
  ranks[0].inputs = {rows, weights};
  rows.columns = {1};
  ranks[1].inputs = {rows, weights};
  ASSERT_TRUE(
      succeeded(runStep(step, mesh("#sft.mesh<\"data\" = 2>"), ranks, {})));
  EXPECT_EQ(ranks[0].outputs["z"].data, (std::vector<double>{0, 500, 0, 50}));
}

} // namespace
