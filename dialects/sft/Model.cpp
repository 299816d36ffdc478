#include "dialects/sft/Sft.h"

#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Model.cpp.inc"

namespace sft {

void registerModelOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Model.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// sft.model
//===----------------------------------------------------------------------===//

/// `@name(%x: type, ...) optimizer = .. schedule = .. clip_norm = .. {body}`.
ParseResult ModelOp::parse(OpAsmParser &parser, OperationState &state) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, "sym_name", state.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true)) {
    return failure();
  }
  SmallVector<Attribute> inputNames;
  for (OpAsmParser::Argument &argument : arguments) {
    inputNames.push_back(
        builder.getStringAttr(argument.ssaName.name.drop_front()));
  }
  state.addAttribute("input_names", builder.getArrayAttr(inputNames));

  StringRef key;
  while (succeeded(parser.parseOptionalKeyword(
      &key, {"optimizer", "schedule", "clip_norm"}))) {
    Attribute value;
    bool isNumber = key == "clip_norm";
    if (parser.parseEqual() ||
        (isNumber ? parser.parseAttribute(value, builder.getF64Type())
                  : parser.parseAttribute(value))) {
      return failure();
    }
    state.addAttribute(key, value);
  }
  if (parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.parseRegion(*state.addRegion(), arguments)) {
    return failure();
  }
  ensureTerminator(*state.regions.front(), builder, state.location);
  return success();
}

void ModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(getBody().getArguments(), printer, [&](Value argument) {
    printer.printRegionArgument(cast<BlockArgument>(argument));
  });
  printer << ')';
  if (getOptimizer()) {
    printer << " optimizer = " << *getOptimizer();
  }
  if (getSchedule()) {
    printer << " schedule = " << *getSchedule();
  }
  if (FloatAttr norm = getClipNormAttr()) {
    printer << " clip_norm = ";
    printer.printAttributeWithoutType(norm);
  }
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {"sym_name", "input_names", "optimizer", "schedule", "clip_norm"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

/// An input goes by the name of its argument, which is read back as such.
void ModelOp::getAsmBlockArgumentNames(Region &region,
                                       OpAsmSetValueNameFn setName) {
  for (auto [input, name] :
       llvm::zip(region.getArguments(),
                 getInputNames().getAsValueRange<StringAttr>())) {
    setName(input, name);
  }
}

static ArrayRef<int64_t> inputShape(Type type, SmallVector<int64_t> &storage) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    storage = csr.getShape();
    return storage;
  }
  return cast<ShapedType>(type).getShape();
}

int64_t ModelOp::getBatch() {
  SmallVector<int64_t> storage;
  if (getBody().getNumArguments() == 0) {
    return 1;
  }
  return inputShape(getBody().getArgument(0).getType(), storage).front();
}

/// An input is a static tensor with a leading batch dimension, or CSR.
static LogicalResult verifyInput(ModelOp model, BlockArgument input,
                                 StringRef name) {
  Type type = input.getType();
  auto error = [&] {
    return mlir::emitError(input.getLoc())
           << "input \"" << name << "\" of type " << type << ": ";
  };
  if (std::string why = invalidKeyReason(name); !why.empty()) {
    return error() << why;
  }
  if (llvm::all_of(name, llvm::isDigit)) {
    return error() << "a name of digits alone is lost when the model is "
                      "printed; begin with a letter";
  }
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!isa<CsrType>(type) && !tensor) {
    return error() << "an input is a ranked tensor or !sft.csr";
  }
  if (tensor && !tensor.hasStaticShape()) {
    return error() << "shapes are static; give the global batch size";
  }
  if (tensor && tensor.getRank() == 0) {
    return error() << "an input has the batch as leading dimension";
  }
  SmallVector<int64_t> storage;
  if (inputShape(type, storage).front() != model.getBatch()) {
    return error() << "the leading dimension is not the batch of "
                   << model.getBatch() << " rows that the first input has";
  }
  return success();
}

LogicalResult ModelOp::verify() {
  auto names = getInputNames().getAsValueRange<StringAttr>();
  if (getInputNames().size() != getBody().getNumArguments()) {
    return emitOpError("needs one input name for each argument");
  }
  llvm::StringSet<> seen;
  for (auto [name, input] : llvm::zip(names, getBody().getArguments())) {
    if (failed(verifyInput(*this, input, name))) {
      return failure();
    }
    if (!seen.insert(name).second) {
      return emitOpError() << "has two inputs named \"" << name << '"';
    }
  }
  if (getOptimizer() && !isa<OptimizerAttrInterface>(*getOptimizer())) {
    return emitOpError() << "optimizer is " << *getOptimizer()
                         << "; expected one like #sft.adam<lr = 1.0e-3>";
  }
  if (getSchedule() && !isa<ScheduleAttrInterface>(*getSchedule())) {
    return emitOpError() << "schedule is " << *getSchedule()
                         << "; expected one like #sft.cosine<steps = 1000>";
  }
  if (getClipNorm() && !(getClipNorm()->convertToDouble() > 0)) {
    return emitOpError("clip_norm is not positive");
  }
  return success();
}

static LogicalResult verifyHasElements(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (tensor && tensor.getNumElements() == 0) {
    return emitError(value.getLoc())
           << tensor
           << " has no elements; a dimension of a model is at least 1";
  }
  return success();
}

LogicalResult ModelOp::verifyRegions() {
  for (BlockArgument input : getBody().getArguments()) {
    if (failed(verifyHasElements(input))) {
      return failure();
    }
  }
  for (Operation &op : getBody().front()) {
    for (Value result : op.getResults()) {
      if (failed(verifyHasElements(result))) {
        return failure();
      }
    }
  }
  // C3
  llvm::StringMap<Location> parameters;
  for (auto parameter : getBody().getOps<ParameterOp>()) {
    auto [it, isNew] =
        parameters.try_emplace(parameter.getName(), parameter.getLoc());
    if (!isNew) {
      InFlightDiagnostic diagnostic = parameter.emitOpError()
                                      << '"' << parameter.getName()
                                      << "\" is declared twice";
      diagnostic.attachNote(it->second) << "first declared here";
      return diagnostic;
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// sft.parameter
//===----------------------------------------------------------------------===//

LogicalResult ParameterOp::verify() {
  if (std::string why = invalidKeyReason(getName()); !why.empty()) {
    return emitOpError() << '"' << getName() << "\": " << why;
  }
  if (!isa<InitializerAttrInterface>(getInit())) {
    return emitOpError() << "init is " << getInit()
                         << "; expected one like #sft.he_normal or #sft.zeros";
  }
  // C3
  size_t rank = getType().getShape().size();
  if (getShard() && getShard()->getDims().size() != rank) {
    return emitOpError() << "shard names axes for "
                         << getShard()->getDims().size() << " of " << rank
                         << " dimensions; write `-` for one that is not cut";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// sft.yield
//===----------------------------------------------------------------------===//

namespace {
struct ParsedOutputs {
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
  SmallVector<Attribute> names;
};
} // namespace

/// `{"name" = %value : type, ...}`.
static ParseResult parseOutputs(OpAsmParser &parser, ParsedOutputs &outputs) {
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Braces, [&]() -> ParseResult {
        std::string name;
        if (parser.parseString(&name) || parser.parseEqual() ||
            parser.parseOperand(outputs.operands.emplace_back()) ||
            parser.parseColonType(outputs.types.emplace_back())) {
          return failure();
        }
        outputs.names.push_back(parser.getBuilder().getStringAttr(name));
        return success();
      });
}

ParseResult YieldOp::parse(OpAsmParser &parser, OperationState &state) {
  ParsedOutputs outputs;
  int32_t hasLoss = 0;
  if (succeeded(parser.parseOptionalKeyword("loss"))) {
    OpAsmParser::UnresolvedOperand loss;
    Type type;
    if (parser.parseOperand(loss) || parser.parseColonType(type) ||
        parser.resolveOperand(loss, type, state.operands)) {
      return failure();
    }
    hasLoss = 1;
  }
  bool expectOutputs = !hasLoss || succeeded(parser.parseOptionalComma());
  if (expectOutputs && succeeded(parser.parseOptionalKeyword("outputs"))) {
    if (parseOutputs(parser, outputs) ||
        parser.resolveOperands(outputs.operands, outputs.types,
                               parser.getNameLoc(), state.operands)) {
      return failure();
    }
  }
  Builder &builder = parser.getBuilder();
  state.addAttribute("output_names", builder.getArrayAttr(outputs.names));
  state.addAttribute(getOperandSegmentSizeAttr(),
                     builder.getDenseI32ArrayAttr(
                         {hasLoss, int32_t(outputs.operands.size())}));
  return parser.parseOptionalAttrDict(state.attributes);
}

void YieldOp::print(OpAsmPrinter &printer) {
  if (getLoss()) {
    printer << " loss " << getLoss() << " : " << getLoss().getType();
  }
  if (!getOutputs().empty()) {
    printer << (getLoss() ? ", " : " ") << "outputs {";
    llvm::interleaveComma(llvm::zip_equal(getOutputNames(), getOutputs()),
                          printer, [&](auto output) {
                            auto [name, value] = output;
                            printer << name << " = " << value << " : "
                                    << value.getType();
                          });
    printer << '}';
  }
  printer.printOptionalAttrDict((*this)->getAttrs(),
                                {"output_names", getOperandSegmentSizeAttr()});
}

LogicalResult YieldOp::verify() {
  if (getOutputNames().size() != getOutputs().size()) {
    return emitOpError("needs one name for each output");
  }
  if (getLoss()) {
    auto type = dyn_cast<RankedTensorType>(getLoss().getType());
    if (!type || type.getRank() != 0 ||
        !isa<FloatType>(type.getElementType())) {
      return emitOpError()
             << "the loss is a float scalar like tensor<f32>, not "
             << getLoss().getType() << "; take sft.mean over all axes";
    }
  }
  llvm::StringSet<> seen;
  int64_t batch = cast<ModelOp>((*this)->getParentOp()).getBatch();
  for (auto [name, value] : llvm::zip(
           getOutputNames().getAsValueRange<StringAttr>(), getOutputs())) {
    if (std::string why = invalidKeyReason(name); !why.empty()) {
      return emitOpError() << "output \"" << name << "\": " << why;
    }
    if (!seen.insert(name).second) {
      return emitOpError() << "has two outputs named \"" << name << '"';
    }
    auto type = dyn_cast<RankedTensorType>(value.getType());
    bool isMetric = type && type.getRank() == 0;
    if (isMetric && !type.getElementType().isF32() &&
        !type.getElementType().isF64()) {
      return emitOpError() << "metric \"" << name << "\" is " << type
                           << "; a metric is tensor<f32>, use sft.cast";
    }
    if (!type || !type.hasStaticShape() ||
        (type.getRank() > 0 && type.getDimSize(0) != batch)) {
      return emitOpError() << "output \"" << name << "\" is " << value.getType()
                           << "; expected a scalar (a metric) or a tensor with "
                              "the batch of "
                           << batch << " as leading dimension";
    }
  }
  return success();
}

} // namespace sft
