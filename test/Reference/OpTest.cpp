//===- OpTest.cpp - Gradients and decompositions, by numbers --------------===//
#include "OpCases.h"

#include "dialects/reference/Interpreter.h"
#include "dialects/reference/RandomInput.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"

#include <gtest/gtest.h>

#include <random>

using namespace mlir;
using namespace sft;
using reference::NamedTensors;
using reference::Tensor;

namespace {

MLIRContext &context() {
  static MLIRContext instance;
  instance.loadDialect<SftDialect>();
  return instance;
}

/// A step that consists of the op of a case; more ops can be built behind it.
struct Program {
  explicit Program(const OpCase &testCase);

  Operation *op() { return &body().front(); }
  Block &body() { return step().getBody().front(); }
  StepOp step() { return *module->getOps<StepOp>().begin(); }
  OpBuilder end() { return OpBuilder::atBlockEnd(&body()); }
  /// Hands out values as "<prefix>0", ...; null ones are left out.
  void output(StringRef prefix, ValueRange values);
  NamedTensors run(ArrayRef<Tensor> inputs);

  OwningOpRef<ModuleOp> module;
};

Program::Program(const OpCase &testCase) {
  std::string text = ("sft.step predict @case(" + testCase.arguments +
                      ") { %r = " + testCase.op + "\n}")
                         .str();
  module = parseSourceString<ModuleOp>(text, &context());
}

void Program::output(StringRef prefix, ValueRange values) {
  OpBuilder builder = end();
  for (auto [i, value] : llvm::enumerate(values)) {
    if (value) {
      OutputOp::create(builder, value.getLoc(), OutputKind::Prediction,
                       (prefix + Twine(i)).str(), value);
    }
  }
}

NamedTensors Program::run(ArrayRef<Tensor> inputs) {
  reference::Rank rank;
  rank.inputs = inputs.vec();
  if (failed(runStep(step(), nullptr, rank, {}))) {
    ADD_FAILURE() << "the step could not be run";
  }
  return rank.outputs;
}

/// Numbers of both signs between 0.2 and 2 in magnitude (so that kinks at 0 are
/// far), or positive ones; indices below 3.
std::vector<Tensor> randomTensors(TypeRange types, bool isPositive) {
  std::mt19937_64 generator(1);
  auto uniform = [&] { return double(generator() >> 11) * 0x1p-53; };
  std::vector<Tensor> tensors;
  for (Type type : types) {
    Tensor tensor = reference::randomInput(type, {0.2, 2.0, 3}, uniform);
    bool isFloat = !isa<CsrType>(type) &&
                   isa<FloatType>(cast<ShapedType>(type).getElementType());
    for (double &value : tensor.data) {
      value = isFloat && !isPositive && uniform() < 0.5 ? -value : value;
    }
    tensors.push_back(tensor);
  }
  return tensors;
}

/// The sum of all results, each element with a weight of its own: a scalar
/// whose gradient by the results is the weights.
double weightedSum(const NamedTensors &results, ArrayRef<Tensor> weights) {
  double sum = 0;
  for (auto [i, weight] : llvm::enumerate(weights)) {
    const Tensor &result = results.at(("y" + Twine(i)).str());
    for (int64_t j = 0; j < weight.size(); ++j) {
      sum += result[j] * weight[j];
    }
  }
  return sum;
}

/// By central differences.
Tensor numericGradient(Program &forward, std::vector<Tensor> inputs,
                       size_t operand, ArrayRef<Tensor> weights) {
  constexpr double h = 1e-5;
  Tensor gradient(inputs[operand].shape);
  for (int64_t i = 0; i < gradient.size(); ++i) {
    double x = inputs[operand][i];
    inputs[operand][i] = x + h;
    double above = weightedSum(forward.run(inputs), weights);
    inputs[operand][i] = x - h;
    double below = weightedSum(forward.run(inputs), weights);
    inputs[operand][i] = x;
    gradient[i] = (above - below) / (2 * h);
  }
  return gradient;
}

void expectNear(const Tensor &actual, const Tensor &expected, double tolerance,
                const Twine &what) {
  ASSERT_EQ(actual.shape, expected.shape) << what.str();
  for (int64_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i],
                tolerance * (1 + std::fabs(expected[i])))
        << what.str() << ", element " << i;
  }
}

/// Appends the gradient for every operand: outputs "g0", ... where there is
/// one. The results' gradients are new arguments.
void appendGradients(Program &program, DifferentiableOpInterface op) {
  SmallVector<Value> resultGradients, operandGradients(op->getNumOperands());
  for (Type type : op->getResultTypes()) {
    resultGradients.push_back(program.body().addArgument(type, op.getLoc()));
  }
  OpBuilder builder = program.end();
  op.buildGradient(builder, resultGradients, operandGradients);
  for (auto [operand, gradient] :
       llvm::zip_equal(op->getOperands(), operandGradients)) {
    EXPECT_TRUE(!gradient || gradient.getType() == operand.getType())
        << "a gradient has its operand's type";
  }
  program.output("g", operandGradients);
}

bool isDifferentiable(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && isa<FloatType>(tensor.getElementType());
}

class Op : public testing::TestWithParam<OpCase> {};

TEST_P(Op, HasTheGradientOfFiniteDifferences) {
  Program forward(GetParam()), backward(GetParam());
  ASSERT_TRUE(forward.module && backward.module);
  auto op = dyn_cast<DifferentiableOpInterface>(backward.op());
  // Its gradient is not that of its value, on purpose.
  if (!op || isa<StopGradientOp>(op)) {
    return;
  }
  std::vector<Tensor> inputs =
      randomTensors(forward.body().getArgumentTypes(), GetParam().isPositive);
  std::vector<Tensor> weights =
      randomTensors(forward.op()->getResultTypes(), false);
  forward.output("y", forward.op()->getResults());
  appendGradients(backward, op);

  std::vector<Tensor> all = inputs;
  llvm::append_range(all, weights);
  NamedTensors gradients = backward.run(all);
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    if (isDifferentiable(operand.getType())) {
      Tensor none(inputs[i].shape);
      auto found = gradients.find(("g" + Twine(i)).str());
      expectNear(found == gradients.end() ? none : found->second,
                 numericGradient(forward, inputs, i, weights), 1e-7,
                 "gradient of operand " + Twine(i));
    }
  }
}

TEST_P(Op, DecomposesIntoTheSameValues) {
  Program program(GetParam());
  ASSERT_TRUE(program.module);
  auto op = dyn_cast<DecomposableOpInterface>(program.op());
  if (!op) {
    return;
  }
  OpBuilder builder = program.end();
  SmallVector<Value> parts = op.decompose(builder);
  ASSERT_EQ(TypeRange(parts), TypeRange(op->getResultTypes()));
  ASSERT_TRUE(succeeded(verify(*program.module)));
  program.output("y", op->getResults());
  program.output("d", parts);
  NamedTensors results = program.run(
      randomTensors(program.body().getArgumentTypes(), GetParam().isPositive));
  for (size_t i = 0; i < parts.size(); ++i) {
    expectNear(results.at(("d" + Twine(i)).str()),
               results.at(("y" + Twine(i)).str()), 1e-13, "result");
  }
}

std::string testName(const testing::TestParamInfo<OpCase> &info) {
  return (info.param.name().drop_front(4) + "_" + Twine(info.index)).str();
}
INSTANTIATE_TEST_SUITE_P(All, Op, testing::ValuesIn(opCases()), testName);

TEST(Ops, EveryOneThatIsDifferentiableOrDecomposableHasACase) {
  llvm::StringSet<> covered;
  for (const OpCase &testCase : opCases()) {
    covered.insert(testCase.name());
  }
  for (RegisteredOperationName name :
       context().getRegisteredOperationsByDialect("sft")) {
    if (name.hasInterface<DifferentiableOpInterface>() ||
        name.hasInterface<DecomposableOpInterface>()) {
      EXPECT_TRUE(covered.contains(name.getStringRef()))
          << name.getStringRef().str() << " needs a line in OpCases.cpp";
    }
  }
}

} // namespace
