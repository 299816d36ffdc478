//===- ReshardingTest.cpp - From every sharding to every other ------------===//
#include "Virtual.h"

#include "passes/Partition/Resharder.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace sft;
using reference::Rank;
using reference::Tensor;

namespace {

using List = SmallVector<int64_t, 2>;

/// All shardings of a value of this rank; `partial`: also over some axes.
SmallVector<ShardingAttr> allShardings(size_t rank, MeshAttr mesh, bool partial,
                                       ReduceKind kind) {
  MLIRContext *context = &testContext();
  SmallVector<ShardingAttr> all = {
      ShardingAttr::replicated(context, int64_t(rank))};
  for (int64_t axis = 0; axis < int64_t(mesh.getSizes().size()); ++axis) {
    SmallVector<ShardingAttr> more = all;
    for (ShardingAttr sharding : all) {
      for (size_t d = 0; d < rank; ++d) {
        List list(sharding.getDims()[d].asArrayRef());
        for (size_t at = 0; at <= list.size(); ++at) {
          List longer = list;
          longer.insert(longer.begin() + at, axis);
          more.push_back(sharding.withDim(d, longer));
        }
      }
      if (partial) {
        List over(sharding.getPartial());
        over.push_back(axis);
        more.push_back(sharding.withPartial(over, kind));
      }
    }
    all = std::move(more);
  }
  return all;
}

SmallVector<int64_t> partShape(const Tensor &whole, ShardingAttr sharding,
                               MeshAttr mesh) {
  SmallVector<int64_t> shape(whole.shape);
  for (auto [size, axes] : llvm::zip_equal(shape, sharding.getDims())) {
    size /= mesh.sizeOf(axes.asArrayRef());
  }
  return shape;
}

/// What each rank holds of `whole`: a partial value is `whole` once it has been
/// combined.
std::vector<Tensor> scatter(const Tensor &whole, ShardingAttr sharding,
                            MeshAttr mesh) {
  std::vector<Tensor> byRank;
  for (int64_t rank = 0; rank < mesh.getNumRanks(); ++rank) {
    Tensor own = reference::shardOf(whole, partShape(whole, sharding, mesh),
                                    sharding, mesh, rank);
    auto group = reference::groupOf(mesh, sharding.getPartial(), rank);
    double share = double(rank - group.front() + 1);
    double total = 0;
    for (int64_t member : group) {
      total += double(member - group.front() + 1);
    }
    bool isLast = rank == group.back();
    for (double &value : own.data) {
      value = sharding.getReduce() == ReduceKind::Sum ? value * share / total
              : isLast                                ? value
                                                      : value - share;
    }
    byRank.push_back(std::move(own));
  }
  return byRank;
}

std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// Reshards in a step of its own and runs it on all ranks.
void check(RankedTensorType type, ShardingAttr from, ShardingAttr to,
           MeshAttr mesh) {
  std::string text;
  llvm::raw_string_ostream(text) << from << " to " << to << " on " << mesh;
  SCOPED_TRACE(text);
  Type local = localType(type, from, mesh);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
      "sft.step predict @reshard(%x: " + textOf(local) + ") {}",
      &testContext());
  StepOp step = *module->getOps<StepOp>().begin();
  OpBuilder builder = OpBuilder::atBlockEnd(&step.getBody().front());
  FailureOr<Value> value = buildResharding(
      builder, step.getLoc(), mesh, step.getBody().getArgument(0),
      from.getReduce(), planResharding(type, from, to, mesh), {"test", "", 0});
  ASSERT_TRUE(succeeded(value));
  OutputOp::create(builder, step.getLoc(), OutputKind::Prediction, "y", *value);
  ASSERT_TRUE(succeeded(verify(*module)));

  Tensor whole(type.getShape());
  for (int64_t i = 0; i < whole.size(); ++i) {
    whole[i] = double(i) - 20;
  }
  std::vector<Rank> ranks(size_t(mesh.getNumRanks()));
  std::vector<Tensor> start = scatter(whole, from, mesh);
  for (auto [rank, own] : llvm::zip_equal(ranks, start)) {
    rank.inputs = {own};
  }
  ASSERT_TRUE(succeeded(runStep(step, mesh, ranks, {})));
  std::vector<Tensor> made;
  for (Rank &rank : ranks) {
    made.push_back(rank.outputs.at("y"));
  }
  made = reference::combinePartial(made, to, mesh);
  for (auto [i, own] : llvm::enumerate(made)) {
    expectSame(own, reference::shardOf(whole, partShape(whole, to, mesh), to,
                                       mesh, int64_t(i)));
  }
}

/// Partial axes stay as they are or are combined.
bool mayBecome(ShardingAttr from, ShardingAttr to) {
  return llvm::all_of(to.getPartial(),
                      [&](int64_t axis) {
                        return llvm::is_contained(from.getPartial(), axis);
                      }) &&
         (!to.isPartial() || to.getReduce() == from.getReduce());
}

void checkAll(ArrayRef<int64_t> shape, MeshAttr mesh, ReduceKind kind) {
  auto type = RankedTensorType::get(shape, Float64Type::get(&testContext()));
  SmallVector<ShardingAttr> all =
      allShardings(shape.size(), mesh, /*partial=*/true, kind);
  for (ShardingAttr from : all) {
    for (ShardingAttr to : all) {
      if (mayBecome(from, to)) {
        check(type, from, to, mesh);
      }
      if (testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

class Resharding : public testing::TestWithParam<int64_t> {
protected:
  MeshAttr mesh = meshOf({"data", "tensor"}, {2, GetParam()});
};

TEST_P(Resharding, OfMatricesAndSums) {
  checkAll({8, 16}, mesh, ReduceKind::Sum);
}
TEST_P(Resharding, OfMatricesAndMaxima) {
  checkAll({8, 16}, mesh, ReduceKind::Max);
}
TEST_P(Resharding, OfThreeDimensionsAndSums) {
  checkAll({8, 8, 8}, mesh, ReduceKind::Sum);
}
TEST_P(Resharding, OfThreeDimensionsAndMaxima) {
  checkAll({8, 8, 8}, mesh, ReduceKind::Max);
}

TEST(AxisInParts, OverPartsOfAnAxis) {
  MeshAttr parts = meshOf({"tensor:0", "tensor:1"}, {2, 4});
  checkAll({8, 16}, parts, ReduceKind::Sum);
  checkAll({8, 8, 8}, parts, ReduceKind::Sum);
}

/// One message for all parts, as for the axis.
TEST(AxisInParts, PartsOfAnAxisMoveTogether) {
  MeshAttr mesh = meshOf({"tensor:0", "tensor:1"}, {2, 2});
  auto type = RankedTensorType::get({8, 16}, Float64Type::get(&testContext()));
  auto whole = ShardingAttr::replicated(&testContext(), 2);
  ShardingAttr rows = whole.withDim(0, {0, 1}),
               columns = whole.withDim(1, {0, 1});
  ShardingAttr partial = whole.withPartial({0, 1}, ReduceKind::Sum);
  for (auto [from, to] : {std::pair(rows, whole),
                          {whole, rows},
                          {partial, rows},
                          {rows, columns}}) {
    EXPECT_EQ(planResharding(type, from, to, mesh).moves.size(), 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Meshes, Resharding, testing::Values(2, 4));

/// The moves between two ways to cut a matrix of this size, 4 bytes an element.
sft::Resharding planOf(ArrayRef<int64_t> shape, MeshAttr mesh, List fromRows,
                       List fromColumns, List toRows, List toColumns) {
  MLIRContext *context = &testContext();
  ShardingAttr whole = ShardingAttr::replicated(context, 2);
  auto type = RankedTensorType::get(shape, Float32Type::get(context));
  return planResharding(type,
                        whole.withDim(0, fromRows).withDim(1, fromColumns),
                        whole.withDim(0, toRows).withDim(1, toColumns), mesh);
}

/// One permute, from whom each member receives, and what a rank sends.
void expectPermute(const sft::Resharding &way, MeshAttr mesh, List axes,
                   ArrayRef<int64_t> from, int64_t bytes) {
  ASSERT_EQ(way.moves.size(), 1u);
  ASSERT_EQ(way.moves[0].kind, Move::Permute);
  EXPECT_EQ(way.moves[0].axes, axes);
  EXPECT_EQ(ArrayRef<int64_t>(sendersOf(way.moves[0], mesh)), from);
  EXPECT_EQ(way.bytes, bytes);
  EXPECT_DOUBLE_EQ(way.seconds, kLatency + double(bytes) / kBandwidth);
}

TEST(Permutes, AxesInAnotherOrder) {
  MeshAttr mesh = meshOf({"data", "tensor"}, {2, 4});
  expectPermute(planOf({8, 16}, mesh, {0, 1}, {}, {1, 0}, {}), mesh, {0, 1},
                {0, 2, 4, 6, 1, 3, 5, 7}, 64);
}

TEST(Permutes, AxesThatChangeDimensions) {
  MeshAttr mesh = meshOf({"data", "tensor"}, {2, 2});
  expectPermute(planOf({8, 16}, mesh, {0}, {1}, {1}, {0}), mesh, {0, 1},
                {0, 2, 1, 3}, 128);
}

/// Of two that hold a part, who wants it has it, or the first one sends it.
TEST(Permutes, OverAnotherAxis) {
  MeshAttr mesh = meshOf({"data", "tensor"}, {2, 2});
  expectPermute(planOf({8, 16}, mesh, {0}, {}, {1}, {}), mesh, {0, 1},
                {0, 2, 1, 3}, 256);
}

/// Parts of other sizes are no permutation.
TEST(Permutes, NotOfOtherParts) {
  MeshAttr mesh = meshOf({"data", "tensor"}, {2, 4});
  for (const Move &move : planOf({8, 16}, mesh, {0}, {1}, {1}, {0}).moves) {
    EXPECT_NE(move.kind, Move::Permute);
  }
}

/// Along a third axis nobody moves.
TEST(Permutes, LeavesOtherAxesAlone) {
  MeshAttr mesh = meshOf({"data", "tensor", "pipe"}, {2, 2, 2});
  for (int64_t outer : {0, 2}) {
    List other = {0, 1, 2};
    llvm::erase(other, outer);
    List have = {outer, other[0], other[1]}, want = {outer, other[1], other[0]};
    expectPermute(planOf({8, 16}, mesh, have, {}, want, {}), mesh, other,
                  {0, 2, 1, 3}, 64);
    std::rotate(have.begin(), have.begin() + 1, have.end());
    std::rotate(want.begin(), want.begin() + 1, want.end());
    expectPermute(planOf({8, 16}, mesh, have, {}, want, {}), mesh, other,
                  {0, 2, 1, 3}, 64);
  }
}

} // namespace
