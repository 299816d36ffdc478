#include "dialects/sft/Sft.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Step.cpp.inc"

namespace sft {

void registerStepOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Step.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// sft.step
//===----------------------------------------------------------------------===//

/// `kind @name(%x: type [below [n]] [of global] [sharding <..>], ...) {body}`.
ParseResult StepOp::parse(OpAsmParser &parser, OperationState &state) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  FailureOr<StepKind> kind = FieldParser<StepKind>::parse(parser);
  if (failed(kind) ||
      parser.parseSymbolName(name, "sym_name", state.attributes)) {
    return failure();
  }
  state.addAttribute("kind", StepKindAttr::get(builder.getContext(), *kind));
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<Attribute> names, limits, globals, shardings;
  bool isLimited = false;
  auto argument = [&]() -> ParseResult {
    OpAsmParser::Argument &input = arguments.emplace_back();
    if (parser.parseArgument(input, /*allowType=*/true)) {
      return failure();
    }
    names.push_back(builder.getStringAttr(input.ssaName.name.drop_front()));
    auto below = DenseI64ArrayAttr::get(builder.getContext(), {});
    if (succeeded(parser.parseOptionalKeyword("below"))) {
      isLimited = true;
      if (parser.parseCustomAttributeWithFallback(below)) {
        return failure();
      }
    }
    limits.push_back(below);
    if (succeeded(parser.parseOptionalKeyword("of"))) {
      Type global;
      ShardingAttr sharding;
      if (parser.parseType(global) || parser.parseKeyword("sharding") ||
          parser.parseCustomAttributeWithFallback(sharding)) {
        return failure();
      }
      globals.push_back(TypeAttr::get(global));
      shardings.push_back(sharding);
    }
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, argument)) {
    return failure();
  }
  state.addAttribute("input_names", builder.getArrayAttr(names));
  if (isLimited) {
    state.addAttribute("index_limits", builder.getArrayAttr(limits));
  }
  if (!globals.empty()) {
    state.addAttribute("global_types", builder.getArrayAttr(globals));
    state.addAttribute("shardings", builder.getArrayAttr(shardings));
  }
  Region &body = *state.addRegion();
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.parseRegion(body, arguments)) {
    return failure();
  }
  if (body.empty()) {
    body.emplaceBlock();
  }
  return success();
}

void StepOp::print(OpAsmPrinter &printer) {
  printer << ' ' << stringifyStepKind(getKind()) << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      llvm::enumerate(getBody().getArguments()), printer, [&](auto argument) {
        size_t i = argument.index();
        printer.printRegionArgument(argument.value());
        if (ArrayRef<int64_t> limits = getLimitsOf(i); !limits.empty()) {
          printer << " below [" << limits << "]";
        }
        if (getGlobalTypes()) {
          printer << " of " << (*getGlobalTypes())[i] << " sharding ";
          printer.printStrippedAttrOrType(
              cast<ShardingAttr>((*getShardings())[i]));
        }
      });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {"kind", "sym_name", "input_names", "index_limits",
                            "global_types", "shardings"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

ArrayRef<int64_t> StepOp::getLimitsOf(size_t input) {
  return getIndexLimits()
             ? cast<DenseI64ArrayAttr>((*getIndexLimits())[input]).asArrayRef()
             : ArrayRef<int64_t>();
}

/// C3
static LogicalResult verifyLimits(StepOp step) {
  ArrayRef<BlockArgument> inputs = step.getBody().getArguments();
  if (step.getIndexLimits() && step.getIndexLimits()->size() != inputs.size()) {
    return step.emitOpError("needs limits for each input or for none");
  }
  for (auto [i, input] : llvm::enumerate(inputs)) {
    ArrayRef<int64_t> limits = step.getLimitsOf(i);
    auto type = dyn_cast<RankedTensorType>(input.getType());
    bool fits = limits.size() <= 1 ||
                (type && type.getRank() > 0 &&
                 int64_t(limits.size()) ==
                     computeProduct(type.getShape().drop_front()));
    if (!fits || llvm::any_of(limits, [](int64_t n) { return n < 0; })) {
      return step.emitOpError()
             << "has limits [" << limits << "] for an input " << input.getType()
             << "; there is one for all or one for each element of a row, none "
                "negative";
    }
  }
  return success();
}

/// As in sft.model.
void StepOp::getAsmBlockArgumentNames(Region &region,
                                      OpAsmSetValueNameFn setName) {
  for (auto [input, name] :
       llvm::zip(region.getArguments(),
                 getInputNames().getAsValueRange<StringAttr>())) {
    setName(input, name);
  }
}

LogicalResult StepOp::verify() {
  if (getInputNames().size() != getBody().getNumArguments()) {
    return emitOpError("needs one input name for each argument");
  }
  if (failed(verifyLimits(*this))) {
    return failure();
  }
  // C4
  for (std::optional<ArrayAttr> each : {getGlobalTypes(), getShardings()}) {
    if (each && each->size() != getInputNames().size()) {
      return emitOpError() << "has " << getInputNames().size()
                           << " inputs, but global types and shardings for "
                           << each->size();
    }
  }
  return success();
}

LogicalResult StepOp::verifyRegions() {
  llvm::StringMap<Location> written;
  WriteOp firstWrite;
  for (Operation &op : getBody().front()) {
    if (auto write = dyn_cast<WriteOp>(op)) {
      firstWrite = firstWrite ? firstWrite : write;
      if (!written.try_emplace(write.getVariable(), write.getLoc()).second) {
        return write.emitOpError() << "writes @" << write.getVariable()
                                   << " a second time in this step";
      }
    }
    if (isa<GuardOp>(op) && firstWrite) {
      return firstWrite.emitOpError("stands before the step's guard");
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Sharding rules
//===----------------------------------------------------------------------===//

/// A value from outside: dimensions on their own.
static FactorRule sourceRule(Value result) {
  FactorRule rule;
  FactorRule::Dims dims;
  for (int64_t size : cast<ShapedType>(result.getType()).getShape()) {
    dims.push_back({rule.addFactor(size)});
  }
  rule.results.push_back(dims);
  return rule;
}

FactorRule ReadOp::getFactorRule() { return sourceRule(getResult()); }
FactorRule RuntimeScalarOp::getFactorRule() { return sourceRule(getResult()); }

} // namespace sft
