//===- LossTest.cpp - Losses at their edges, where random numbers miss ----===//
#include "dialects/reference/Interpreter.h"
#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace sft;

namespace {

/// A step whose last op is a loss of constants.
struct Program {
  explicit Program(StringRef ops) {
    context.loadDialect<SftDialect>();
    std::string text = ("sft.step predict @edge() {\n" + ops + "\n}").str();
    module = parseSourceString<ModuleOp>(text, &context);
  }

  Block &body() {
    return (*module->getOps<StepOp>().begin()).getBody().front();
  }
  OpBuilder end() { return OpBuilder::atBlockEnd(&body()); }
  /// The first element of a value.
  double evaluate(Value value);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

double Program::evaluate(Value value) {
  OpBuilder builder = end();
  auto output = OutputOp::create(builder, value.getLoc(),
                                 OutputKind::Prediction, "value", value);
  reference::Rank rank;
  EXPECT_TRUE(succeeded(
      runStep(cast<StepOp>(output->getParentOp()), nullptr, rank, {})));
  output.erase();
  return rank.outputs.at("value")[0];
}

/// The loss as its op and as its decomposition have it.
std::pair<double, double> bothValues(StringRef ops) {
  Program program(ops);
  Operation &loss = program.body().back();
  double whole = program.evaluate(loss.getResult(0));
  OpBuilder builder = program.end();
  auto parts = cast<DecomposableOpInterface>(loss).decompose(builder);
  return {whole, program.evaluate(parts[0])};
}

void expectBoth(StringRef ops, double expected) {
  auto [whole, parts] = bothValues(ops);
  EXPECT_DOUBLE_EQ(whole, expected);
  EXPECT_DOUBLE_EQ(parts, expected);
}

/// Of the loss by its first operand.
double firstSlope(StringRef ops) {
  Program program(ops);
  auto loss = cast<DifferentiableOpInterface>(program.body().back());
  OpBuilder builder = program.end();
  Value one = buildScalarLike(builder, loss.getLoc(), loss->getResult(0), 1);
  SmallVector<Value> gradients(loss->getNumOperands());
  loss.buildGradient(builder, one, gradients);
  return program.evaluate(gradients[0]);
}

TEST(SoftmaxCrossEntropy, DoesNotOverflow) {
  expectBoth(R"(%x = sft.constant dense<1.0e+300> : tensor<2x4xf64>
    %t = sft.constant dense<3> : tensor<2xi32>
    %l = sft.softmax_cross_entropy %x, %t : tensor<2x4xf64>, tensor<2xi32>)",
             std::log(4.0));
}

TEST(SoftmaxCrossEntropy, IsInfiniteForALabelThatIsNoClass) {
  for (StringRef label : {"-1", "4"}) {
    auto [whole, parts] =
        bothValues((R"(%x = sft.constant dense<1.0> : tensor<2x4xf64>
      %t = sft.constant dense<)" +
                    label + R"(> : tensor<2xi64>
      %l = sft.softmax_cross_entropy %x, %t : tensor<2x4xf64>, tensor<2xi64>)")
                       .str());
    EXPECT_TRUE(std::isinf(whole) && whole > 0);
    EXPECT_TRUE(std::isinf(parts) && parts > 0);
  }
}

TEST(Accuracy, CountsTies) {
  expectBoth(R"(%x = sft.constant dense<1.0> : tensor<2x4xf64>
    %t = sft.constant dense<3> : tensor<2xi32>
    %l = sft.accuracy %x, %t : tensor<2x4xf64>, tensor<2xi32>)",
             1);
}

TEST(Accuracy, IsZeroForALabelThatIsNoClass) {
  expectBoth(R"(%x = sft.constant dense<1.0> : tensor<2x4xf64>
    %t = sft.constant dense<4> : tensor<2xi32>
    %l = sft.accuracy %x, %t : tensor<2x4xf64>, tensor<2xi32>)",
             0);
}

TEST(BinaryCrossEntropy, DoesNotOverflow) {
  expectBoth(R"(%x = sft.constant dense<-1.0e+300> : tensor<4xf64>
    %t = sft.constant dense<0.0> : tensor<4xf64>
    %l = sft.binary_cross_entropy %x, %t : tensor<4xf64>)",
             0);
}

TEST(PerceptronLoss, MovesWeightsThatStartAtZero) {
  EXPECT_DOUBLE_EQ(firstSlope(R"(%x = sft.constant dense<0.0> : tensor<4xf64>
    %t = sft.constant dense<-1.0> : tensor<4xf64>
    %l = sft.perceptron_loss %x, %t : tensor<4xf64>)"),
                   0.25);
}

TEST(HingeLoss, IsFlatAtTheMargin) {
  EXPECT_DOUBLE_EQ(firstSlope(R"(%x = sft.constant dense<1.0> : tensor<4xf64>
    %t = sft.constant dense<1.0> : tensor<4xf64>
    %l = sft.hinge_loss %x, %t : tensor<4xf64>)"),
                   0);
}

TEST(MeanAbsoluteError, IsFlatAtZero) {
  EXPECT_DOUBLE_EQ(firstSlope(R"(%x = sft.constant dense<1.0> : tensor<4xf64>
    %t = sft.constant dense<1.0> : tensor<4xf64>
    %l = sft.mae_loss %x, %t : tensor<4xf64>)"),
                   0);
}

} // namespace
