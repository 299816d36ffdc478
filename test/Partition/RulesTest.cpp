//===- RulesTest.cpp - Ops on operands that are cut in every way ----------===//
//
// Each case is run as one rank and, partitioned, as the ranks of a mesh, with
// its operands whole, cut over any axes in any order or partial sums, and its
// results left to propagation or cut in any way. Values must agree, also where
// dimensions do not divide and are padded; of one place there are no parts.
//
//===----------------------------------------------------------------------===//
#include "RuleCases.h"
#include "Virtual.h"

#include "dialects/reference/RandomInput.h"
#include "passes/Partition/Passes.h"
#include "passes/Sharding/Passes.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"

#include <random>

using namespace mlir;
using namespace sft;
using reference::NamedTensors;
using reference::Rank;
using reference::Tensor;

namespace {

using Axes = SmallVector<int64_t, 2>;

/// The size that a value is a sum over if it is partial.
constexpr int64_t kSummands = 4;
/// Where there are more ways than this, a random sample is taken. All ways to
/// cut an op of two matrices on a 2x2-mesh are 3888; SFT_RULE_WAYS says another
/// limit.
size_t mostWays() {
  const char *said = std::getenv("SFT_RULE_WAYS");
  size_t ways = 4000;
  bool isNumber = !said || !StringRef(said).getAsInteger(10, ways);
  EXPECT_TRUE(isNumber && ways > 0) << "SFT_RULE_WAYS=" << said;
  return ways;
}

/// What is said about one operand or result: nothing, or its axes.
struct Cut {
  bool isSaid = true;
  SmallVector<Axes> dims;
  Axes partial;

  bool hasParts(ArrayRef<int64_t> shape, MeshAttr mesh) const {
    return llvm::all_of(llvm::zip_equal(shape, dims), [&](auto pair) {
      return std::get<0>(pair) > 1 || mesh.sizeOf(std::get<1>(pair)) == 1;
    });
  }
};

/// All ways to give some of the first `axes` axes to dimensions; each dimension
/// in each order.
SmallVector<Cut> allCuts(size_t rank, int64_t axes, bool mayBePartial) {
  SmallVector<Cut> cuts = {{true, SmallVector<Axes>(rank), {}}};
  for (int64_t axis = 0; axis < axes; ++axis) {
    SmallVector<Cut> more = cuts;
    for (const Cut &cut : cuts) {
      for (size_t d = 0; d < rank; ++d) {
        for (size_t at = 0; at <= cut.dims[d].size(); ++at) {
          more.push_back(cut);
          Axes &list = more.back().dims[d];
          list.insert(list.begin() + at, axis);
        }
      }
      if (mayBePartial) {
        more.push_back(cut);
        more.back().partial.push_back(axis);
      }
    }
    cuts = std::move(more);
  }
  return cuts;
}

/// A case on a mesh.
class Trial {
public:
  Trial(const RuleCase &rule, ArrayRef<int64_t> sizes);

  /// The choices for each operand of the last op, then for each result.
  SmallVector<SmallVector<Cut>> choices();
  void run(ArrayRef<Cut> cuts);

private:
  static Operation *lastOf(StepOp step) {
    return &step.getBody().front().back();
  }
  static StepOp stepOf(ModuleOp module) {
    return *module.getOps<StepOp>().begin();
  }
  AnnotationAttr annotation(ArrayRef<Axes> dims);
  void cutOperand(StepOp step, OpOperand &operand, const Cut &cut);
  void cutResult(OpResult result, const Cut &cut);
  LogicalResult partition(ModuleOp module);
  std::vector<Tensor> inputsOf(StepOp step);
  void compare(StepOp whole, StepOp parts);

  const RuleCase &rule;
  MLIRContext &context;
  MeshAttr mesh;
  OwningOpRef<ModuleOp> program;
  std::string error;
};

Trial::Trial(const RuleCase &rule, ArrayRef<int64_t> sizes)
    : rule(rule), context(testContext()) {
  // CSR batches are cut over "data" alone; elsewhere nothing is to be cut that
  // no one asked for.
  bool isSparse = rule.arguments.contains("csr");
  StringRef names[] = {isSparse ? "data" : "other", "tensor"};
  mesh = meshOf(ArrayRef(names).take_front(sizes.size()), sizes);
  std::string text = "sft.variable parameter @w : tensor<4x8xf64>\n"
                     "sft.variable state @names shard <[other]> : "
                     "tensor<8xf64>\n"
                     "sft.step predict @case(" +
                     rule.arguments.str() + ") {\n" + rule.body.str() + "\n}";
  program = parseSourceString<ModuleOp>(text, &context);
  if (program) {
    (*program)->setAttr(kMeshAttr, mesh);
  }
}

SmallVector<SmallVector<Cut>> Trial::choices() {
  SmallVector<SmallVector<Cut>> all;
  if (!program) {
    ADD_FAILURE() << "does not parse: " << rule.body.str();
    return all;
  }
  Operation *op = lastOf(stepOf(*program));
  auto axes = int64_t(mesh.getSizes().size());
  for (Type type : op->getOperandTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    bool isFloat = tensor && isa<FloatType>(tensor.getElementType());
    all.push_back(tensor ? allCuts(size_t(tensor.getRank()), axes, isFloat)
                         : SmallVector<Cut>{{false, {}, {}}});
  }
  for (Type type : op->getResultTypes()) {
    auto rank = size_t(cast<RankedTensorType>(type).getRank());
    all.push_back(allCuts(rank, axes, /*mayBePartial=*/false));
    all.back().push_back({false, {}, {}});
  }
  return all;
}

AnnotationAttr Trial::annotation(ArrayRef<Axes> dims) {
  Builder builder(&context);
  SmallVector<ArrayAttr> lists;
  for (const Axes &axes : dims) {
    lists.push_back(builder.getArrayAttr(
        llvm::map_to_vector(axes, [&](int64_t axis) -> Attribute {
          return mesh.getNames()[size_t(axis)];
        })));
  }
  return AnnotationAttr::get(&context, lists, 0);
}

/// A partial sum comes of a new input that has a dimension more.
void Trial::cutOperand(StepOp step, OpOperand &operand, const Cut &cut) {
  if (!cut.isSaid) {
    return;
  }
  Operation *op = operand.getOwner();
  OpBuilder builder(op);
  Value value = operand.get();
  SmallVector<Axes> dims = cut.dims;
  if (!cut.partial.empty()) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape = {kSummands};
    llvm::append_range(shape, type.getShape());
    SmallVector<Attribute> names(step.getInputNames().getValue());
    names.push_back(builder.getStringAttr("s" + Twine(names.size())));
    step.setInputNamesAttr(builder.getArrayAttr(names));
    value = step.getBody().front().addArgument(type.clone(shape), op->getLoc());
    dims.insert(dims.begin(), cut.partial);
  }
  value = ShardOp::create(builder, op->getLoc(), value.getType(), value,
                          annotation(dims), FlatSymbolRefAttr());
  if (!cut.partial.empty()) {
    value = ReduceOp::create(builder, op->getLoc(), ReduceKind::Sum, value,
                             ArrayRef<int64_t>{0}, false);
  }
  operand.set(value);
}

void Trial::cutResult(OpResult result, const Cut &cut) {
  Operation *op = result.getOwner();
  OpBuilder builder = OpBuilder::atBlockEnd(op->getBlock());
  Value value = result;
  if (cut.isSaid) {
    value = ShardOp::create(builder, op->getLoc(), value.getType(), value,
                            annotation(cut.dims), FlatSymbolRefAttr());
  }
  OutputOp::create(builder, op->getLoc(), OutputKind::Prediction,
                   ("y" + Twine(result.getResultNumber())).str(), value);
}

LogicalResult Trial::partition(ModuleOp module) {
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
        error.empty()) {
      error = diagnostic.str();
    }
    return success();
  });
  error.clear();
  PassManager manager(&context);
  manager.addPass(createSeparateConstants());
  manager.addPass(createPadDimensions());
  manager.addPass(createSeedShardings());
  manager.addPass(createPropagateShardings());
  manager.addPass(createFindPartials());
  manager.addPass(createScatterPartials());
  manager.addPass(createPropagateShardings());
  manager.addPass(createFindPartials());
  manager.addPass(createVerifyShardings());
  manager.addPass(createGlobalToLocal());
  manager.addPass(createLeadCollectives());
  manager.addPass(createVerifyPartition());
  return manager.run(module);
}

std::vector<Tensor> Trial::inputsOf(StepOp step) {
  std::mt19937_64 generator(1);
  auto uniform = [&] { return double(generator() >> 11) * 0x1p-53; };
  std::vector<Tensor> inputs;
  for (Type type : step.getBody().getArgumentTypes()) {
    inputs.push_back(
        reference::randomInput(type, {-2.0, 2.0, rule.count}, uniform));
    auto tensor = dyn_cast<RankedTensorType>(type);
    bool isInteger = tensor && isa<IntegerType>(tensor.getElementType()) &&
                     !tensor.getElementType().isInteger(1);
    for (double &value : inputs.back().data) {
      value += isInteger ? double(rule.lowest) : 0;
    }
  }
  return inputs;
}

SmallVector<int64_t> shapeOf(Type type) {
  auto csr = dyn_cast<CsrType>(type);
  return csr ? csr.getShape()
             : SmallVector<int64_t>(cast<RankedTensorType>(type).getShape());
}

void Trial::compare(StepOp whole, StepOp parts) {
  std::vector<Tensor> inputs = inputsOf(whole);
  Tensor w(ArrayRef<int64_t>{4, 8});
  for (int64_t i = 0; i < w.size(); ++i) {
    w[i] = double(i);
  }
  Rank one{inputs, {{"w", w}}, {}, false};
  ASSERT_TRUE(succeeded(runStep(whole, nullptr, one, {})));
  std::vector<Rank> ranks(size_t(mesh.getNumRanks()));
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    for (auto [input, part, sharding] :
         llvm::zip_equal(inputs, parts.getBody().getArgumentTypes(),
                         parts.getShardingsAttr())) {
      rank.inputs.push_back(reference::shardOf(input, shapeOf(part),
                                               cast<ShardingAttr>(sharding),
                                               mesh, int64_t(i)));
    }
    auto variable = cast<VariableOp>(SymbolTable::lookupNearestSymbolFrom(
        parts, StringAttr::get(&context, "w")));
    rank.variables["w"] =
        reference::shardOf(w, shapeOf(variable.getType()),
                           variable.getShardingAttr(), mesh, int64_t(i));
  }
  ASSERT_TRUE(succeeded(runStep(parts, mesh, ranks, {})));
  for (auto &[name, expected] : one.outputs) {
    for (Rank &rank : ranks) {
      expectSame(rank.outputs.at(name), expected);
    }
  }
}

void Trial::run(ArrayRef<Cut> cuts) {
  OwningOpRef<ModuleOp> module = program->clone();
  StepOp step = stepOf(*module);
  Operation *op = lastOf(step);
  bool hasParts = true;
  SmallVector<Value> values(op->getOperands());
  llvm::append_range(values, op->getResults());
  for (auto [value, cut] : llvm::zip_equal(values, cuts)) {
    hasParts &=
        !cut.isSaid ||
        cut.hasParts(cast<ShapedType>(value.getType()).getShape(), mesh);
  }
  for (OpOperand &operand : op->getOpOperands()) {
    cutOperand(step, operand, cuts[operand.getOperandNumber()]);
  }
  for (auto [result, cut] : llvm::zip_equal(
           op->getResults(), cuts.drop_front(op->getNumOperands()))) {
    cutResult(result, cut);
  }
  OwningOpRef<ModuleOp> whole = module->clone();
  std::string text;
  llvm::raw_string_ostream(text) << *whole;
  SCOPED_TRACE(text);
  if (failed(partition(*module))) {
    EXPECT_FALSE(hasParts) << error;
    EXPECT_NE(error.find("does not divide"), std::string::npos) << error;
    return;
  }
  ASSERT_TRUE(hasParts) << "parts of one place were not refused";
  compare(stepOf(*whole), step);
}

void tryAll(const RuleCase &rule, ArrayRef<int64_t> sizes) {
  Trial trial(rule, sizes);
  SmallVector<SmallVector<Cut>> choices = trial.choices();
  if (choices.empty()) {
    return;
  }
  size_t ways = 1;
  for (const auto &each : choices) {
    ways *= each.size();
  }
  size_t tried = std::min(ways, mostWays());
  testing::Test::RecordProperty("ways", std::to_string(ways));
  testing::Test::RecordProperty("tried", std::to_string(tried));
  std::mt19937_64 generator(1);
  for (size_t n = 0; n < tried; ++n) {
    size_t way = tried == ways ? n : generator() % ways;
    SmallVector<Cut> cuts;
    for (const auto &each : choices) {
      cuts.push_back(each[way % each.size()]);
      way /= each.size();
    }
    trial.run(cuts);
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

class Rule : public testing::TestWithParam<RuleCase> {};

TEST_P(Rule, OnTwoRanks) { tryAll(GetParam(), {2}); }
TEST_P(Rule, OnTwoByTwoRanks) { tryAll(GetParam(), {2, 2}); }

/// "matmul" of the last line of the body.
StringRef opName(const RuleCase &rule) {
  StringRef line = rule.body.rsplit('\n').second;
  line = line.empty() ? rule.body : line;
  return line.split(" = ").second.take_until([](char c) { return c == ' '; });
}

std::string testName(const testing::TestParamInfo<RuleCase> &info) {
  return (opName(info.param).drop_front(4) + "_" + Twine(info.index)).str();
}
INSTANTIATE_TEST_SUITE_P(All, Rule, testing::ValuesIn(ruleCases()), testName);

TEST(Rules, EveryOneIsTried) {
  llvm::StringSet<> covered;
  for (const RuleCase &rule : ruleCases()) {
    covered.insert(opName(rule));
  }
  for (RegisteredOperationName name :
       testContext().getRegisteredOperationsByDialect("sft")) {
    if (name.hasInterface<ShardingRuleOpInterface>()) {
      EXPECT_TRUE(covered.contains(name.getStringRef()))
          << name.getStringRef().str() << " needs a line in RuleCases.cpp";
    }
  }
}

} // namespace
