#include "dialects/sft/Sft.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

#define GET_ATTRDEF_CLASSES
#include "dialects/sft/Attributes.cpp.inc"

namespace sft {

void SftDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/sft/Attributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Mesh
//===----------------------------------------------------------------------===//

/// `<"data" = 2, "tensor" = 2>`.
Attribute MeshAttr::parse(AsmParser &parser, Type) {
  SmallVector<StringAttr> names;
  SmallVector<int64_t> sizes;
  SMLoc loc = parser.getCurrentLocation();
  auto axis = [&]() -> ParseResult {
    std::string name;
    if (parser.parseString(&name) || parser.parseEqual() ||
        parser.parseInteger(sizes.emplace_back())) {
      return failure();
    }
    names.push_back(StringAttr::get(parser.getContext(), name));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, axis)) {
    return {};
  }
  return parser.getChecked<MeshAttr>(loc, parser.getContext(), names, sizes);
}

void MeshAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleaveComma(
      llvm::zip_equal(getNames(), getSizes()), printer, [&](auto axis) {
        printer << std::get<0>(axis) << " = " << std::get<1>(axis);
      });
  printer << '>';
}

/// Why an axis cannot have this name behind the one of name `before`, or "".
static std::string invalidAxisReason(StringRef name, StringRef before) {
  auto [owner, part] = name.split(':');
  std::string why = invalidKeyReason(owner);
  if (!why.empty() || owner.size() == name.size()) {
    return why;
  }
  uint32_t number = 0;
  bool follows =
      !part.getAsInteger(10, number) &&
      (number == 0 || before == (owner + ":" + Twine(number - 1)).str());
  return follows ? "" : "parts of an axis stand together, numbered from 0";
}

LogicalResult MeshAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<StringAttr> names,
                               ArrayRef<int64_t> sizes) {
  llvm::StringSet<> seen;
  int64_t ranks = 1;
  StringRef before;
  for (auto [name, size] : llvm::zip_equal(names, sizes)) {
    if (std::string why = invalidAxisReason(name.getValue(), before);
        !why.empty()) {
      return emitError() << "mesh axis " << name << ": " << why;
    }
    auto [owner, part] = name.getValue().split(':');
    bool isFurtherPart = !part.empty() && part != "0";
    if (!isFurtherPart && !seen.insert(owner).second) {
      return emitError() << "mesh axis " << name << " occurs twice";
    }
    before = name.getValue();
    if (size < 1 || size > (1 << 20) || (ranks *= size) > (1 << 20)) {
      return emitError() << "mesh axis " << name << " = " << size
                         << ": sizes are at least 1 and a mesh has at most "
                            "1048576 ranks";
    }
  }
  return success();
}

int64_t MeshAttr::getNumRanks() const {
  return llvm::product_of(getSizes(), int64_t(1));
}

int64_t MeshAttr::indexOf(StringRef axis) const {
  for (auto [i, name] : llvm::enumerate(getNames())) {
    if (name.getValue() == axis) {
      return int64_t(i);
    }
  }
  return -1;
}

int64_t MeshAttr::sizeOf(ArrayRef<int64_t> axes) const {
  int64_t size = 1;
  for (int64_t axis : axes) {
    size *= getSizes()[size_t(axis)];
  }
  return size;
}

SmallVector<int64_t> MeshAttr::axesOf(StringRef name) const {
  int64_t whole = indexOf(name);
  if (whole >= 0) {
    return {whole};
  }
  auto all = llvm::seq<int64_t>(0, int64_t(getNames().size()));
  return llvm::filter_to_vector(
      all, [&](int64_t axis) { return ownerOf(axis) == name; });
}

StringRef MeshAttr::ownerOf(int64_t axis) const {
  return getNames()[size_t(axis)].getValue().split(':').first;
}

bool MeshAttr::isPart(int64_t axis) const {
  return getNames()[size_t(axis)].getValue().contains(':');
}

std::string MeshAttr::nameOf(ArrayRef<int64_t> axes) const {
  SmallVector<StringRef> names;
  while (!axes.empty()) {
    SmallVector<int64_t> parts = axesOf(ownerOf(axes.front()));
    bool areAll = axes.take_front(parts.size()) == ArrayRef<int64_t>(parts);
    names.push_back(areAll ? ownerOf(axes.front())
                           : getNames()[size_t(axes.front())].getValue());
    axes = axes.drop_front(areAll ? parts.size() : 1);
  }
  return llvm::join(names, ",");
}

//===----------------------------------------------------------------------===//
// Annotation
//===----------------------------------------------------------------------===//

/// `-`, `axis` or `{axis, axis}`.
static ParseResult parseAnnotatedDim(AsmParser &parser,
                                     SmallVectorImpl<ArrayAttr> &dims) {
  Builder builder(parser.getContext());
  SmallVector<Attribute> axes;
  auto axis = [&]() -> ParseResult {
    std::string name;
    if (parser.parseKeywordOrString(&name)) {
      return failure();
    }
    axes.push_back(builder.getStringAttr(name));
    return success();
  };
  if (failed(parser.parseOptionalMinus())) {
    if (succeeded(parser.parseOptionalLBrace())) {
      if (parser.parseCommaSeparatedList(axis) || parser.parseRBrace()) {
        return failure();
      }
    } else if (axis()) {
      return failure();
    }
  }
  dims.push_back(builder.getArrayAttr(axes));
  return success();
}

Attribute AnnotationAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<ArrayAttr> dims;
  int64_t priority = 0;
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parseAnnotatedDim(parser, dims);
      })) {
    return {};
  }
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("priority") || parser.parseEqual() ||
       parser.parseInteger(priority))) {
    return {};
  }
  if (parser.parseGreater()) {
    return {};
  }
  return parser.getChecked<AnnotationAttr>(loc, parser.getContext(), dims,
                                           priority);
}

void AnnotationAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getDims(), printer, [&](ArrayAttr axes) {
    if (axes.empty()) {
      printer << '-';
      return;
    }
    printer << (axes.size() > 1 ? "{" : "");
    llvm::interleaveComma(axes.getAsRange<StringAttr>(), printer,
                          [&](StringAttr axis) {
                            printer.printKeywordOrString(axis.getValue());
                          });
    printer << (axes.size() > 1 ? "}" : "");
  });
  printer << ']';
  if (getPriority() != 0) {
    printer << ", priority = " << getPriority();
  }
  printer << '>';
}

LogicalResult
AnnotationAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                       ArrayRef<ArrayAttr> dims, int64_t priority) {
  llvm::StringSet<> seen;
  for (ArrayAttr axes : dims) {
    for (StringAttr axis : axes.getAsRange<StringAttr>()) {
      if (!seen.insert(axis.getValue()).second) {
        return emitError() << "axis " << axis
                           << " occurs twice; an axis cuts one dimension";
      }
    }
  }
  return priority < 0 ? emitError() << "priority " << priority << " is negative"
                      : success();
}

//===----------------------------------------------------------------------===//
// Sharding
//===----------------------------------------------------------------------===//

static ParseResult parseAxes(AsmParser &parser,
                             SmallVectorImpl<int64_t> &axes) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseInteger(axes.emplace_back());
  });
}

/// `<[[0], []]>` or `<[[], []], partial sum [1]>`.
Attribute ShardingAttr::parse(AsmParser &parser, Type) {
  SmallVector<DenseI64ArrayAttr> dims;
  SmallVector<int64_t> partial;
  auto reduce = ReduceKind::Sum;
  auto dim = [&]() -> ParseResult {
    SmallVector<int64_t> axes;
    ParseResult result = parseAxes(parser, axes);
    dims.push_back(DenseI64ArrayAttr::get(parser.getContext(), axes));
    return result;
  };
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, dim)) {
    return {};
  }
  if (succeeded(parser.parseOptionalComma())) {
    FailureOr<ReduceKind> parsed = failure();
    if (parser.parseKeyword("partial") ||
        failed(parsed = FieldParser<ReduceKind>::parse(parser)) ||
        parseAxes(parser, partial)) {
      return {};
    }
    reduce = *parsed;
  }
  if (parser.parseGreater()) {
    return {};
  }
  return ShardingAttr::get(parser.getContext(), dims, partial, reduce);
}

void ShardingAttr::print(AsmPrinter &printer) const {
  auto axes = [&](ArrayRef<int64_t> list) {
    printer << '[';
    llvm::interleaveComma(list, printer);
    printer << ']';
  };
  printer << "<[";
  llvm::interleaveComma(getDims(), printer,
                        [&](DenseI64ArrayAttr dim) { axes(dim); });
  printer << ']';
  if (isPartial()) {
    printer << ", partial " << stringifyReduceKind(getReduce()) << ' ';
    axes(getPartial());
  }
  printer << '>';
}

ShardingAttr ShardingAttr::replicated(MLIRContext *context, int64_t rank) {
  SmallVector<DenseI64ArrayAttr> dims(size_t(rank),
                                      DenseI64ArrayAttr::get(context, {}));
  return get(context, dims, {}, ReduceKind::Sum);
}

bool ShardingAttr::isReplicated() const {
  return !isPartial() && shardedAxes().empty();
}

ShardingAttr ShardingAttr::withoutPartial() const {
  return get(getContext(), getDims(), {}, ReduceKind::Sum);
}

ShardingAttr ShardingAttr::withPartial(ArrayRef<int64_t> axes,
                                       ReduceKind reduce) const {
  return get(getContext(), getDims(), axes,
             axes.empty() ? ReduceKind::Sum : reduce);
}

ShardingAttr ShardingAttr::withDim(size_t dim, ArrayRef<int64_t> axes) const {
  SmallVector<DenseI64ArrayAttr> dims(getDims());
  dims[dim] = DenseI64ArrayAttr::get(getContext(), axes);
  return get(getContext(), dims, getPartial(), getReduce());
}

SmallVector<int64_t> ShardingAttr::shardedAxes() const {
  SmallVector<int64_t> axes;
  for (DenseI64ArrayAttr dim : getDims()) {
    llvm::append_range(axes, dim.asArrayRef());
  }
  return axes;
}

} // namespace sft
