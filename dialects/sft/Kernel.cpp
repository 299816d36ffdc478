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

/// How many values of type `part` one of type `whole` consists of, one after
/// the other in memory. Nothing if the types do not fit.
static std::optional<int64_t> partsOf(Type whole, Type part) {
  if (auto csr = dyn_cast<CsrType>(whole)) {
    auto each = dyn_cast<CsrType>(part);
    int64_t parts = each ? csr.getBlocks() / each.getBlocks() : 0;
    bool fits = parts > 0 &&
                csr == CsrType::get(csr.getContext(), each.getRows() * parts,
                                    each.getColumns(), each.getElementType(),
                                    each.getCapacity() * parts,
                                    each.getBlocks() * parts);
    return fits ? std::optional(parts) : std::nullopt;
  }
  auto x = cast<RankedTensorType>(whole);
  auto y = dyn_cast<RankedTensorType>(part);
  if (!y || x.getRank() != y.getRank() || x.getRank() == 0) {
    return std::nullopt;
  }
  size_t cut = 0;
  while (cut + 1 < size_t(x.getRank()) && x.getDimSize(cut) == 1) {
    ++cut;
  }
  SmallVector<int64_t> shape(y.getShape());
  int64_t parts = x.getDimSize(cut) / shape[cut];
  shape[cut] *= parts;
  return parts > 0 && x == y.clone(shape) ? std::optional(parts) : std::nullopt;
}

LogicalResult ViewOp::verify() {
  std::optional<int64_t> parts = partsOf(getX().getType(), getY().getType());
  if (!parts) {
    return emitOpError() << getX().getType() << " is not parts of "
                         << getY().getType() << " one after the other";
  }
  return getPart() < uint64_t(*parts) ? success()
                                      : emitOpError()
                                            << "there is no part " << getPart()
                                            << " of " << *parts;
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

LogicalResult KernelYieldOp::verify() {
  // C1
  TypeRange results = (*this)->getParentOp()->getResultTypes();
  if (getOperandTypes() != results) {
    return emitOpError() << "yields (" << getOperandTypes()
                         << "), but the kernel's results are (" << results
                         << ")";
  }
  return success();
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
