#include "dialects/sft/Sft.h"

#include "llvm/ADT/StringExtras.h"

#include <charconv>
#include <cmath>

using namespace mlir;

namespace sft {

std::string invalidKeyReason(StringRef name) {
  if (name.empty() || name.size() > 255) {
    return "a name has 1 to 255 characters";
  }
  if (name.starts_with(".")) {
    return "a name does not start with '.'";
  }
  for (char c : name) {
    if (!llvm::isAlnum(c) && !StringRef("_.-").contains(c)) {
      return "a name is a key in files: letters, digits, '_', '.' and '-' only";
    }
  }
  return "";
}

FailureOr<Number> parseNumber(AsmParser &parser) {
  double value;
  if (failed(parser.parseFloat(value))) {
    return failure();
  }
  return Number(value);
}

std::string numberText(double value) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  StringRef shortest(buffer, size_t(end - buffer));
  if (!std::isfinite(value)) {
    return shortest.str();
  }
  // MLIR reads a float only with a point, and an exponent only behind one.
  auto [mantissa, exponent] = shortest.split('e');
  std::string text = (mantissa + (mantissa.contains('.') ? "" : ".0")).str();
  return exponent.empty() ? text : text + "e" + exponent.str();
}

void printNumber(AsmPrinter &printer, Number value) {
  printer << numberText(value);
}

/// Inference runs before the verifier and relies on tensors.
static ParseResult parseTensorType(OpAsmParser &parser, Type &type) {
  RankedTensorType tensor;
  ParseResult result = parser.parseType(tensor);
  type = tensor;
  return result;
}

ParseResult parseSameOrEach(OpAsmParser &parser, Type &a, Type &b) {
  if (parseTensorType(parser, a)) {
    return failure();
  }
  b = a;
  return succeeded(parser.parseOptionalComma()) ? parseTensorType(parser, b)
                                                : ParseResult(success());
}

void printSameOrEach(OpAsmPrinter &printer, Operation *, Type a, Type b) {
  printer << a;
  if (a != b) {
    printer << ", " << b;
  }
}

ParseResult parseSameType(OpAsmParser &parser, Type &a, Type &b) {
  ParseResult result = parseTensorType(parser, a);
  b = a;
  return result;
}

void printSameType(OpAsmPrinter &printer, Operation *, Type a, Type) {
  printer << a;
}

} // namespace sft
