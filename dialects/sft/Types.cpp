#include "dialects/sft/Sft.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#define GET_TYPEDEF_CLASSES
#include "dialects/sft/Types.cpp.inc"

namespace sft {

void SftDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/sft/Types.cpp.inc"
      >();
}

/// `<32x10000xf32, capacity = 1600>` with an optional `, blocks = 2`.
Type CsrType::parse(AsmParser &parser) {
  SmallVector<int64_t> dims;
  Type element;
  int64_t capacity = 0, blocks = 1;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(dims, /*allowDynamic=*/false) ||
      parser.parseType(element) || parser.parseComma() ||
      parser.parseKeyword("capacity") || parser.parseEqual() ||
      parser.parseInteger(capacity)) {
    return {};
  }
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("blocks") || parser.parseEqual() ||
       parser.parseInteger(blocks))) {
    return {};
  }
  if (parser.parseGreater()) {
    return {};
  }
  if (dims.size() != 2) {
    parser.emitError(loc, "a CSR batch has two dimensions, rows x columns");
    return {};
  }
  return parser.getChecked<CsrType>(loc, parser.getContext(), dims[0], dims[1],
                                    element, capacity, blocks);
}

void CsrType::print(AsmPrinter &printer) const {
  printer << '<' << getRows() << 'x' << getColumns() << 'x' << getElementType()
          << ", capacity = " << getCapacity();
  if (getBlocks() != 1) {
    printer << ", blocks = " << getBlocks();
  }
  printer << '>';
}

LogicalResult CsrType::verify(function_ref<InFlightDiagnostic()> emitError,
                              int64_t rows, int64_t columns, Type element,
                              int64_t capacity, int64_t blocks) {
  constexpr int64_t limit = int64_t(1) << 31;
  if (rows < 1 || columns < 1 || rows >= limit || columns >= limit) {
    return emitError() << "rows and columns of a CSR batch are 1 to 2^31 - 1";
  }
  if (!element.isF32() && !element.isBF16() && !element.isF64()) {
    return emitError() << "elements of a CSR batch are floats, not " << element;
  }
  if (capacity < 1 || capacity >= limit) {
    return emitError() << "capacity of a CSR batch is 1 to 2^31 - 1";
  }
  if (blocks < 1 || rows % blocks != 0 || capacity % blocks != 0) {
    return emitError() << "blocks divides rows and capacity";
  }
  return success();
}

CsrType CsrType::withRows(int64_t rows) const {
  int64_t capacity = std::max(getCapacity() * rows / getRows(), int64_t(1));
  return CsrType::get(getContext(), rows, getColumns(), getElementType(),
                      capacity, 1);
}

SmallVector<RankedTensorType> CsrType::getComponentTypes() const {
  Type i32 = IntegerType::get(getContext(), 32);
  return {RankedTensorType::get({getRows() + getBlocks()}, i32),
          RankedTensorType::get({getCapacity()}, i32),
          RankedTensorType::get({getCapacity()}, getElementType())};
}

} // namespace sft
