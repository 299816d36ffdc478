#include "dialects/sft/Product.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Kernel.cpp.inc"

namespace sft {

void registerKernelOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Kernel.cpp.inc"
      >();
}

/// `(%a = %x, ...) [in_place [..]] : (types) -> types {attributes} {region}`.
ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &state) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  FunctionType type;
  if (parser.parseAssignmentList(arguments, operands)) {
    return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("in_place"))) {
    Attribute pairs = DenseI64ArrayAttr::parse(parser, Type());
    if (!pairs) {
      return failure();
    }
    state.addAttribute("in_place", pairs);
  }
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseColonType(type) ||
      parser.resolveOperands(operands, type.getInputs(), loc, state.operands)) {
    return failure();
  }
  for (auto [argument, input] : llvm::zip_equal(arguments, type.getInputs())) {
    argument.type = input;
  }
  state.addTypes(type.getResults());
  return failure(parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.parseRegion(*state.addRegion(), arguments));
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << '(';
  llvm::interleaveComma(
      llvm::zip_equal(getBody().getArguments(), getOperands()), printer,
      [&](auto pair) {
        printer << std::get<0>(pair) << " = " << std::get<1>(pair);
      });
  printer << ')';
  if (!getInPlace().empty()) {
    printer << " in_place [";
    llvm::interleaveComma(getInPlace(), printer);
    printer << ']';
  }
  printer << " : ";
  printer.printFunctionalType(*this);
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"in_place"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult KernelOp::verify() {
  ArrayRef<int64_t> pairs = getInPlace();
  llvm::SmallSet<int64_t, 4> operands, results;
  auto isIndex = [](int64_t i, unsigned count) {
    return i >= 0 && i < int64_t(count);
  };
  for (size_t i = 0; i < pairs.size(); i += 2) {
    bool isPair = i + 1 < pairs.size() && isIndex(pairs[i], getNumOperands()) &&
                  isIndex(pairs[i + 1], getNumResults());
    if (!isPair || !operands.insert(pairs[i]).second ||
        !results.insert(pairs[i + 1]).second ||
        getOperand(unsigned(pairs[i])).getType() !=
            getResult(unsigned(pairs[i + 1])).getType()) {
      return emitOpError("in_place pairs each an operand with a result of its "
                         "type, and none twice");
    }
  }
  return success();
}

std::optional<unsigned> KernelOp::operandOfResult(unsigned i) {
  ArrayRef<int64_t> pairs = getInPlace();
  for (size_t p = 0; p + 1 < pairs.size(); p += 2) {
    if (pairs[p + 1] == i) {
      return unsigned(pairs[p]);
    }
  }
  return std::nullopt;
}

LogicalResult ContractOp::verify() {
  RankedTensorType z = getZ().getType();
  // C1 to C4
  auto product =
      inferProduct(getOperationName(), getLoc(), getX().getType(),
                   getTransposeX(), getY().getType(), getTransposeY());
  if (failed(product)) {
    return failure();
  }
  // C5
  if (*product != z) {
    return emitOpError() << "has the result " << z << ", but the product is "
                         << *product;
  }
  // C6
  RankedTensorType row = z.clone({z.getShape().back()});
  if (getBias() && getBias().getType() != row) {
    return emitOpError() << "has the bias " << getBias().getType()
                         << "; a row of the result is " << row;
  }
  return success();
}

LogicalResult FillOp::verify() {
  // C1
  auto elements = dyn_cast<ElementsAttr>(getValue());
  return elements && elements.isSplat() ? success()
                                        : emitOpError("fills with one value");
}

} // namespace sft
