#include "dialects/sft/Sft.h"
#include "passes/Sharding/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_ASSIGNMESH
#include "passes/Sharding/Passes.h.inc"

namespace {
struct AssignMesh : impl::AssignMeshBase<AssignMesh> {
  using AssignMeshBase::AssignMeshBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<StringAttr> names;
    SmallVector<int64_t> sizes;
    for (StringRef axis : mesh) {
      auto [name, size] = axis.split('=');
      int64_t value = 0;
      if (name.empty() || size.getAsInteger(10, value)) {
        module.emitError() << "mesh axis \"" << axis
                           << "\": expected name=size, like data=2";
        return signalPassFailure();
      }
      names.push_back(StringAttr::get(&getContext(), name));
      sizes.push_back(value);
    }
    auto emitError = [&] { return module.emitError(); };
    if (failed(MeshAttr::verify(emitError, names, sizes))) {
      return signalPassFailure();
    }
    module->setAttr(kMeshAttr, MeshAttr::get(&getContext(), names, sizes));
  }
};
} // namespace
} // namespace sft
