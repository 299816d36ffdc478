//===- RowsTest.cpp - Ops without gradient, by hand-made numbers ----------===//
#include "dialects/reference/Interpreter.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace sft;
using sft::reference::NamedTensors;
using sft::reference::Tensor;

namespace {

Tensor tensor(ArrayRef<int64_t> shape, std::vector<double> data) {
  Tensor result(shape);
  result.data = std::move(data);
  return result;
}

/// Runs a step whose outputs are named as they are looked up.
NamedTensors run(StringRef text, std::vector<Tensor> inputs) {
  MLIRContext context;
  context.loadDialect<SftDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  reference::Rank rank;
  rank.inputs = std::move(inputs);
  if (!module || failed(reference::runStep(*module->getOps<StepOp>().begin(),
                                           nullptr, rank, {}))) {
    ADD_FAILURE() << "the step could not be run";
  }
  return rank.outputs;
}

using Data = std::vector<double>;

TEST(Rows, GatherYieldsZerosForMinusOne) {
  auto outputs =
      run(R"(
    sft.step predict @gather(%t: tensor<3x2xf32>, %i: tensor<3xi32>) {
      %r = sft.gather_rows %t, %i : tensor<3x2xf32>, tensor<3xi32>
      sft.output prediction "r", %r : tensor<3x2xf32>
    })",
          {tensor({3, 2}, {1, 2, 3, 4, 5, 6}), tensor({3}, {2, -1, 0})});
  EXPECT_EQ(outputs.at("r").data, (Data{5, 6, 0, 0, 1, 2}));
}

TEST(Rows, ScatterSkipsMinusOne) {
  auto outputs = run(R"(
    sft.step predict @scatter(%t: tensor<3x2xf32>, %i: tensor<2xi32>,
                              %r: tensor<2x2xf32>) {
      %w = sft.scatter_rows %t, %i, %r
          : tensor<3x2xf32>, tensor<2xi32>, tensor<2x2xf32>
      sft.output prediction "w", %w : tensor<3x2xf32>
    })",
                     {tensor({3, 2}, {1, 2, 3, 4, 5, 6}), tensor({2}, {1, -1}),
                      tensor({2, 2}, {7, 8, 9, 9})});
  EXPECT_EQ(outputs.at("w").data, (Data{1, 2, 7, 8, 5, 6}));
}

TEST(Rows, ExpandPutsZerosWhereNothingOccurred) {
  auto outputs = run(R"(
    sft.step predict @expand(%s: tensor<4xi32>, %r: tensor<2x1xf32>,
                             %i: tensor<2xi32>) {
      %g = sft.expand_rows %s, %r, %i
          : tensor<4xi32>, tensor<2x1xf32>, tensor<2xi32>
      sft.output prediction "g", %g : tensor<4x1xf32>
    })",
                     {tensor({4}, {-1, 1, -1, 0}), tensor({2, 1}, {7, 8}),
                      tensor({2}, {3, 1})});
  EXPECT_EQ(outputs.at("g").data, (Data{0, 8, 0, 7}));
}

TEST(Rows, OccurringAreNumberedByFirstOccurrence) {
  Tensor x(ArrayRef<int64_t>{2, 5});
  x.data = {1, 1, 1};
  x.columns = {3, 4, 3};
  x.rowOffsets = {0, 2, 3};
  auto outputs = run(R"(
    !x = !sft.csr<2x5xf32, capacity = 4>
    sft.step predict @occurring(%x: !x) {
      %r, %s = sft.occurring_rows %x : !x to tensor<4xi32>, tensor<5xi32>
      sft.output prediction "r", %r : tensor<4xi32>
      sft.output prediction "s", %s : tensor<5xi32>
    })",
                     {x});
  EXPECT_EQ(outputs.at("r").data, (Data{3, 4, -1, -1}));
  EXPECT_EQ(outputs.at("s").data, (Data{-1, -1, -1, 0, 1}));
}

TEST(Rows, IndicesAreNumberedByFirstOccurrence) {
  auto outputs = run(R"(
    sft.step predict @occurring(%i: tensor<2x3xi32>) {
      %r, %s, %p = sft.occurring_indices %i of 5 : tensor<2x3xi32>
      sft.output prediction "r", %r : tensor<5xi32>
      sft.output prediction "s", %s : tensor<5xi32>
      sft.output prediction "p", %p : tensor<2x3xi32>
    })",
                     {tensor({2, 3}, {3, -1, 4, 5, 3, 0})});
  EXPECT_EQ(outputs.at("r").data, (Data{3, 4, 0, -1, -1}));
  EXPECT_EQ(outputs.at("s").data, (Data{2, -1, -1, 0, 1}));
  EXPECT_EQ(outputs.at("p").data, (Data{0, -1, 1, -1, 0, 2}));
}

TEST(Positions, IotaCountsFromItsOffset) {
  auto outputs = run(R"(
    sft.step predict @iota(%from: tensor<i64>) {
      %i = sft.iota from %from axis 1 : tensor<2x3xi32>
      sft.output prediction "i", %i : tensor<2x3xi32>
    })",
                     {tensor({}, {10})});
  EXPECT_EQ(outputs.at("i").data, (Data{10, 11, 12, 10, 11, 12}));
}

/// A shard draws what stands at its place of the whole.
TEST(Random, IsKeyedByGlobalIndex) {
  auto outputs = run(R"(
    sft.step predict @random(%seed: tensor<i64>, %row: tensor<i64>,
                             %zero: tensor<i64>) {
      %all = sft.random_uniform %seed, %zero stream 5 word 1 : tensor<4x3xf32>
      %whole = sft.slice %all [2, 0] [2, 3] : tensor<4x3xf32>
      %shard = sft.random_uniform %seed, %zero stream 5 word 1
          from (%row, %zero) of [4, 3] : tensor<2x3xf32>
      sft.output prediction "whole", %whole : tensor<2x3xf32>
      sft.output prediction "shard", %shard : tensor<2x3xf32>
    })",
                     {tensor({}, {42}), tensor({}, {2}), tensor({}, {0})});
  EXPECT_EQ(outputs.at("whole").data, outputs.at("shard").data);
}

TEST(Random, FirstNumberIsTheKnownAnswer) {
  auto outputs = run(R"(
    sft.step predict @random(%zero: tensor<i64>) {
      %u = sft.random_uniform %zero, %zero stream 0 word 0 : tensor<1xf32>
      sft.output prediction "u", %u : tensor<1xf32>
    })",
                     {tensor({}, {0})});
  EXPECT_EQ(outputs.at("u").data[0], ((0x6627e8d5 >> 9) + 0.5) * 0x1p-23);
}

} // namespace
