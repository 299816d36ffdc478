//===- RanksTest.cpp - Virtual ranks, each at its own pace ----------------===//
#include "dialects/reference/Clock.h"
#include "dialects/reference/Interpreter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace sft;
using namespace sft::reference;
using testing::HasSubstr;

namespace {

/// Bodies of steps that get %x : tensor<2xf32> and give "y".
constexpr char kSumThenGather[] = R"(
  %s = sft.all_reduce sum %x axes [0] why "first" : tensor<2xf32> -> tensor<2xf32>
  %g = sft.all_gather %x dim 0 axes [0] why "first" : tensor<2xf32> to tensor<4xf32>
  sft.output prediction "y", %s : tensor<2xf32>
)";
constexpr char kGatherThenSum[] = R"(
  %g = sft.all_gather %x dim 0 axes [0] why "second" : tensor<2xf32> to tensor<4xf32>
  %s = sft.all_reduce sum %x axes [0] why "second" : tensor<2xf32> -> tensor<2xf32>
  sft.output prediction "y", %s : tensor<2xf32>
)";
constexpr char kSum[] = R"(
  %s = sft.all_reduce sum %x axes [0] why "alone" : tensor<2xf32> -> tensor<2xf32>
  sft.output prediction "y", %s : tensor<2xf32>
)";
constexpr char kMaximum[] = R"(
  %s = sft.all_reduce max %x axes [0] why "alone" : tensor<2xf32> -> tensor<2xf32>
  sft.output prediction "y", %s : tensor<2xf32>
)";
constexpr char kNothing[] = R"(
  sft.output prediction "y", %x : tensor<2xf32>
)";
/// Over rows and columns of a grid, in two orders.
constexpr char kRowsFirst[] = R"(
  %r = sft.all_reduce sum %x axes [0] why "" : tensor<2xf32> -> tensor<2xf32>
  %c = sft.all_reduce sum %r axes [1] why "" : tensor<2xf32> -> tensor<2xf32>
  sft.output prediction "y", %c : tensor<2xf32>
)";
constexpr char kColumnsFirst[] = R"(
  %c = sft.all_reduce sum %x axes [1] why "" : tensor<2xf32> -> tensor<2xf32>
  %r = sft.all_reduce sum %c axes [0] why "" : tensor<2xf32> -> tensor<2xf32>
  sft.output prediction "y", %r : tensor<2xf32>
)";
/// Rounding makes every order of additions another sum.
constexpr char kLong[] = R"(
  %a = sft.exp %x : tensor<2xf32>
  %b = sft.all_reduce sum %a axes [0, 1] why "" : tensor<2xf32> -> tensor<2xf32>
  %c = sft.sqrt %b : tensor<2xf32>
  %d = sft.mul %c, %x : tensor<2xf32>
  %e = sft.all_reduce sum %d axes [1] why "" : tensor<2xf32> -> tensor<2xf32>
  %f = sft.tanh %e : tensor<2xf32>
  %g = sft.reduce_scatter sum %f dim 0 axes [0] why "" : tensor<2xf32> to tensor<1xf32>
  %h = sft.all_gather %g dim 0 axes [0] why "" : tensor<1xf32> to tensor<2xf32>
  sft.output prediction "y", %h : tensor<2xf32>
)";

class Virtual : public testing::Test {
protected:
  Virtual()
      : handler(&context, [&](Diagnostic &diagnostic) { keep(diagnostic); }) {
    context.loadDialect<SftDialect>();
  }

  void keep(Diagnostic &diagnostic) {
    llvm::raw_string_ostream os(errors);
    os << diagnostic.getLocation() << ": " << diagnostic << "\n";
    for (Diagnostic &note : diagnostic.getNotes()) {
      os << note.getLocation() << ": " << note << "\n";
    }
  }

  StepOp parse(StringRef body) {
    std::string text =
        ("sft.step predict @p(%x: tensor<2xf32>) {" + body + "}").str();
    modules.push_back(parseSourceString<ModuleOp>(text, &context, "rank.mlir"));
    return *modules.back()->getOps<StepOp>().begin();
  }

  /// Runs a body for each rank of `grid`.
  LogicalResult run(StringRef grid, ArrayRef<StringRef> bodies,
                    const Options &options = {}) {
    auto steps = llvm::map_to_vector(
        bodies, [&](StringRef body) { return parse(body); });
    ranks.assign(bodies.size(), {});
    for (auto [i, rank] : llvm::enumerate(ranks)) {
      Tensor x(ArrayRef<int64_t>{2});
      x.data = {0.1 * double(i + 1), -1.7 / double(i + 1)};
      rank.inputs = {x};
    }
    return runSteps(steps, cast<MeshAttr>(parseAttribute(grid, &context)),
                    ranks, {}, options);
  }

  /// Every rank's "y", one behind the other.
  std::vector<double> results() {
    std::vector<double> all;
    for (Rank &rank : ranks) {
      llvm::append_range(all, rank.outputs["y"].data);
    }
    return all;
  }

  MLIRContext context;
  std::string errors;
  ScopedDiagnosticHandler handler;
  std::vector<OwningOpRef<ModuleOp>> modules;
  std::vector<Rank> ranks;
};

constexpr StringRef kPair = "#sft.mesh<\"data\" = 2>";
constexpr StringRef kGrid = "#sft.mesh<\"data\" = 2, \"tensor\" = 2>";

Options delayedBy(uint64_t seed) {
  Options options;
  options.timing.delays = seed;
  return options;
}

TEST(Clock, RanksTakeTurns) {
  Clock clock(3, std::nullopt);
  std::vector<size_t> order;
  for (int i = 0; i < 6; ++i) {
    order.push_back(*clock.next());
    clock.advance(order.back());
  }
  EXPECT_EQ(order, (std::vector<size_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(clock.getNow(), 1);
  clock.stop(0);
  clock.stop(2);
  EXPECT_EQ(clock.next(), 1u);
  clock.stop(1);
  EXPECT_EQ(clock.next(), std::nullopt);
}

TEST(Clock, DelaysAreShortAndLong) {
  Clock clock(1, 7);
  int64_t shortest = INT64_MAX, longest = 0, before = 0;
  for (int i = 0; i < 1000; ++i) {
    clock.advance(*clock.next());
    clock.next();
    int64_t delay = clock.getNow() - before - 1;
    before = clock.getNow();
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
  }
  EXPECT_EQ(shortest, 0);
  EXPECT_GT(longest, 100);
  EXPECT_LE(longest, Clock::kLongestDelay);
}

TEST_F(Virtual, DelaysChangeTheOrderButNoBit) {
  std::vector<StringRef> bodies(4, kLong);
  ASSERT_TRUE(succeeded(run(kGrid, bodies))) << errors;
  std::vector<double> inTurns = results();
  std::set<std::vector<int64_t>> orders;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<int64_t> order;
    Options options = delayedBy(seed);
    options.progress = [&](int64_t rank, Operation *) {
      order.push_back(rank);
    };
    ASSERT_TRUE(succeeded(run(kGrid, bodies, options))) << errors;
    EXPECT_EQ(results(), inTurns) << "seed " << seed;
    orders.insert(order);
  }
  EXPECT_GE(orders.size(), 19u);
}

TEST_F(Virtual, AnObserverSeesValuesInTheProgramsOrder) {
  std::vector<StringRef> names;
  StepOp step = parse(kLong);
  std::vector<Rank> four(4);
  for (Rank &rank : four) {
    rank.inputs = {Tensor({2}, 0.5)};
  }
  Options options = delayedBy(3);
  options.observer = [&](Value value, ArrayRef<Tensor> byRank) {
    EXPECT_EQ(byRank.size(), 4u);
    EXPECT_TRUE(llvm::none_of(byRank, [](auto &t) { return t.data.empty(); }));
    if (Operation *op = value.getDefiningOp()) {
      names.push_back(op->getName().stripDialect());
    }
  };
  auto mesh = cast<MeshAttr>(parseAttribute(kGrid, &context));
  ASSERT_TRUE(succeeded(runStep(step, mesh, four, {}, options))) << errors;
  EXPECT_EQ(names, (std::vector<StringRef>{"exp", "all_reduce", "sqrt", "mul",
                                           "all_reduce", "tanh",
                                           "reduce_scatter", "all_gather"}));
}

TEST_F(Virtual, ProgramsMayDifferWhereTheirCollectivesMatch) {
  // The texts behind `why` are for people.
  std::string body = StringRef(kSum).str();
  body.replace(body.find("alone"), 5, "other");
  ASSERT_TRUE(succeeded(run(kPair, {kSum, body}))) << errors;
  EXPECT_EQ(results()[0], 0.1 + 0.2);
  EXPECT_EQ(results()[2], 0.1 + 0.2);
}

TEST_F(Virtual, CollectivesInAnotherOrderAreRefused) {
  EXPECT_TRUE(failed(run(kPair, {kSumThenGather, kGatherThenSum})));
  EXPECT_THAT(errors, HasSubstr("rank.mlir\":2:8): 'sft.all_gather' op of rank "
                                "1 meets another op of rank 0"));
  EXPECT_THAT(errors, HasSubstr("rank.mlir\":2:8): rank 0 is at "
                                "sft.all_reduce"));
}

TEST_F(Virtual, AnotherReductionIsRefused) {
  EXPECT_TRUE(failed(run(kPair, {kSum, kMaximum})));
  EXPECT_THAT(errors, HasSubstr("of rank 1 meets another op of rank 0"));
}

TEST_F(Virtual, ARankThatHasEndedIsNamed) {
  for (const Options &options : {Options(), delayedBy(1)}) {
    errors.clear();
    EXPECT_TRUE(failed(run(kPair, {kNothing, kSum}, options)));
    EXPECT_THAT(errors,
                HasSubstr("rank.mlir\":2:8): 'sft.all_reduce' op rank 1 has "
                          "waited"));
    EXPECT_THAT(errors, HasSubstr("for its group, ranks 0, 1, and no rank can "
                                  "go on"));
    EXPECT_THAT(errors, HasSubstr("rank 0 has ended"));
  }
}

TEST_F(Virtual, ACycleIsNamedWithEveryLine) {
  EXPECT_TRUE(failed(
      run(kGrid, {kRowsFirst, kColumnsFirst, kColumnsFirst, kRowsFirst})));
  EXPECT_THAT(errors, HasSubstr("op rank 0 has waited"));
  EXPECT_THAT(errors, HasSubstr("for its group, ranks 0, 2, and no rank can"));
  EXPECT_THAT(errors, HasSubstr("rank.mlir\":2:8): rank 1 waits at "
                                "sft.all_reduce for ranks 0, 1"));
  EXPECT_THAT(errors, HasSubstr("rank 2 waits at sft.all_reduce for ranks 2, "
                                "3"));
  EXPECT_THAT(errors, HasSubstr("rank 3 waits at sft.all_reduce for ranks 1, "
                                "3"));
}

TEST_F(Virtual, ADeadlineNamesTheRankThatIsLate) {
  std::string slow;
  for (int i = 0; i < 10; ++i) {
    slow += "%u" + std::to_string(i) + " = sft.exp %x : tensor<2xf32>\n";
  }
  slow += kSum;
  Options options;
  options.timing.deadline = 20;
  EXPECT_TRUE(succeeded(run(kPair, {slow, kSum}, options))) << errors;
  options.timing.deadline = 5;
  EXPECT_TRUE(failed(run(kPair, {slow, kSum}, options)));
  EXPECT_THAT(errors, HasSubstr("op rank 1 has waited 6 ticks for its group, "
                                "ranks 0, 1, longer than the deadline of 5"));
  EXPECT_THAT(errors, HasSubstr("rank.mlir\":7:"));
  EXPECT_THAT(errors, HasSubstr("rank 0 is at sft.exp"));
}

TEST_F(Virtual, AMissingAxisIsRefused) {
  EXPECT_TRUE(failed(run(kPair, {kRowsFirst, kRowsFirst})));
  EXPECT_THAT(errors, HasSubstr("communicates over mesh axis 1, but the mesh "
                                "has 1 axes"));
}

} // namespace
