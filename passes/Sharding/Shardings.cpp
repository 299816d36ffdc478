#include "passes/Sharding/Shardings.h"

#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace sft {

MeshAttr meshOf(Operation *op) {
  auto module =
      isa<ModuleOp>(op) ? cast<ModuleOp>(op) : op->getParentOfType<ModuleOp>();
  if (auto mesh = module->getAttrOfType<MeshAttr>(kMeshAttr)) {
    return mesh;
  }
  return MeshAttr::get(op->getContext(), {}, {});
}

Axes axesNamed(StringRef name, MeshAttr mesh) {
  return llvm::filter_to_vector<2>(mesh.axesOf(name), [&](int64_t axis) {
    return mesh.getSizes()[size_t(axis)] > 1;
  });
}

Axes dataAxes(MeshAttr mesh) { return axesNamed(kDataAxis, mesh); }

bool meet(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return llvm::any_of(
      a, [&](int64_t axis) { return llvm::is_contained(b, axis); });
}

int64_t rankOf(Type type) {
  return isa<CsrType>(type) ? 2 : cast<RankedTensorType>(type).getRank();
}

//===----------------------------------------------------------------------===//
// Where shardings stand
//===----------------------------------------------------------------------===//

ShardingAttr shardingOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto step = cast<StepOp>(argument.getOwner()->getParentOp());
    return cast<ShardingAttr>((*step.getShardings())[argument.getArgNumber()]);
  }
  auto all = value.getDefiningOp()->getAttrOfType<ArrayAttr>(kShardingsAttr);
  return cast<ShardingAttr>(all[cast<OpResult>(value).getResultNumber()]);
}

void setSharding(OpResult result, ShardingAttr sharding) {
  Operation *op = result.getOwner();
  SmallVector<Attribute> all;
  if (auto now = op->getAttrOfType<ArrayAttr>(kShardingsAttr)) {
    llvm::append_range(all, now);
  } else {
    for (Value each : op->getResults()) {
      all.push_back(ShardingAttr::replicated(op->getContext(), rankOf(each)));
    }
  }
  all[result.getResultNumber()] = sharding;
  op->setAttr(kShardingsAttr, ArrayAttr::get(op->getContext(), all));
}

ShardingAttr shardingOf(VariableOp variable) {
  return variable.getShardingAttr()
             ? variable.getShardingAttr()
             : ShardingAttr::replicated(variable.getContext(),
                                        rankOf(variable.getType()));
}

void shardReads(ModuleOp module) {
  SymbolTable symbols(module);
  for (auto step : module.getOps<StepOp>()) {
    for (auto read : step.getBody().getOps<ReadOp>()) {
      auto variable = symbols.lookup<VariableOp>(read.getVariable());
      setSharding(cast<OpResult>(read.getResult()), shardingOf(variable));
    }
  }
}

//===----------------------------------------------------------------------===//
// Annotations
//===----------------------------------------------------------------------===//

ShardingAttr onMesh(AnnotationAttr annotation, MeshAttr mesh) {
  auto sharding = ShardingAttr::replicated(
      annotation.getContext(), int64_t(annotation.getDims().size()));
  for (auto [d, names] : llvm::enumerate(annotation.getDims())) {
    Axes axes;
    for (StringRef name : names.getAsValueRange<StringAttr>()) {
      llvm::append_range(axes, axesNamed(name, mesh));
    }
    sharding = sharding.withDim(d, axes);
  }
  return sharding;
}

AnnotationAttr asAnnotation(ShardingAttr sharding, MeshAttr mesh) {
  Builder builder(sharding.getContext());
  SmallVector<ArrayAttr> dims;
  for (DenseI64ArrayAttr dim : sharding.getDims()) {
    dims.push_back(builder.getArrayAttr(
        llvm::map_to_vector(dim.asArrayRef(), [&](int64_t axis) -> Attribute {
          return mesh.getNames()[size_t(axis)];
        })));
  }
  return AnnotationAttr::get(sharding.getContext(), dims, 0);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

Type localType(Type global, ShardingAttr sharding, MeshAttr mesh) {
  if (auto csr = dyn_cast<CsrType>(global)) {
    int64_t parts = mesh.sizeOf(sharding.getDims()[0].asArrayRef());
    return csr.withRows(csr.getRows() / parts);
  }
  auto type = cast<RankedTensorType>(global);
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, axes] : llvm::zip_equal(shape, sharding.getDims())) {
    size /= mesh.sizeOf(axes.asArrayRef());
  }
  return type.clone(shape);
}

std::string describe(ShardingAttr sharding, MeshAttr mesh) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleave(
      sharding.getDims(), os,
      [&](auto dim) { os << mesh.nameOf(dim.asArrayRef()); }, "|");
  os << ']';
  if (sharding.isPartial()) {
    os << " partial over " << mesh.nameOf(sharding.getPartial());
  }
  return text;
}

std::string placeOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  op->getLoc()->walk([&](Location loc) {
    if (auto file = dyn_cast<FileLineColLoc>(loc)) {
      os << llvm::sys::path::filename(file.getFilename().getValue()) << ':'
         << file.getLine() << ':' << file.getColumn() << ' ';
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  os << '(' << op->getName() << ')';
  return text;
}

std::string sourceOf(Value value) {
  if (auto read = value.getDefiningOp<ReadOp>()) {
    return "of " + read.getVariable().str();
  }
  if (Operation *def = value.getDefiningOp()) {
    return "from " + placeOf(def);
  }
  auto input = cast<BlockArgument>(value);
  auto step = cast<StepOp>(input.getOwner()->getParentOp());
  auto name = cast<StringAttr>(step.getInputNames()[input.getArgNumber()]);
  return "of input " + name.str();
}

std::string describeOrigins(ArrayRef<Operation *> ops, MeshAttr mesh) {
  std::string text;
  llvm::SmallSetVector<StringRef, 4> names;
  for (size_t axis = 0; axis < mesh.getNames().size(); ++axis) {
    names.insert(mesh.ownerOf(int64_t(axis)));
  }
  for (StringRef axis : names) {
    for (Operation *op : ops) {
      auto all = op ? op->getAttrOfType<DictionaryAttr>(kOriginsAttr) : nullptr;
      auto origin = all ? all.getAs<StringAttr>(axis) : StringAttr();
      if (origin) {
        text += ("; " + axis + ": " + origin.getValue()).str();
        break;
      }
    }
  }
  return text;
}

} // namespace sft
