#include "passes/Emit/EmitPlan.h"
#include "passes/Codegen/Passes.h"
#include "passes/Emit/ProgramEmitter.h"
#include "passes/Placement/Messages.h"
#include "passes/Placement/Passes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sft {

static void emitMesh(fb::PlanT &plan, MeshAttr mesh) {
  plan.mesh = std::make_unique<fb::MeshT>();
  for (auto [name, size] : llvm::zip_equal(mesh.getNames(), mesh.getSizes())) {
    auto axis = std::make_unique<fb::AxisT>();
    axis->name = name.str();
    axis->size = uint32_t(size);
    plan.mesh->axes.push_back(std::move(axis));
  }
}

/// Which program each rank runs; every rank has one (verifyCommunication).
static void emitRanks(fb::PlanT &plan, MeshAttr mesh, ModuleOp module) {
  plan.rank_program.assign(size_t(mesh.getNumRanks()), 0);
  for (auto [index, program] :
       llvm::enumerate(module.getOps<plan::ProgramOp>())) {
    for (int64_t rank = 0; program.getRole() && rank < mesh.getNumRanks();
         ++rank) {
      if (isRunBy(program, mesh, coordinatesOf(mesh, rank))) {
        plan.rank_program[size_t(rank)] = uint32_t(index);
      }
    }
  }
}

/// Names, types and global shapes of what is saved: the same on every mesh.
static uint64_t fingerprintOf(const fb::ProgramT &program) {
  std::vector<std::string> lines;
  for (const auto &buffer : program.buffers) {
    if (buffer->kind != fb::BufferKind::Parameter &&
        buffer->kind != fb::BufferKind::State) {
      continue;
    }
    std::string line = buffer->name + ":" + std::to_string(int(buffer->type));
    for (int64_t dim : buffer->global_shape) {
      line += "x" + std::to_string(dim);
    }
    lines.push_back(line);
  }
  llvm::sort(lines);
  std::string all = llvm::join(lines, "\n");
  return XXH3_64bits(all.data(), all.size());
}

static rt::BlobBytes emitKernels(fb::PlanT &plan, ModuleOp module) {
  auto blob = std::make_unique<fb::BlobT>();
  blob->kind = fb::BlobKind::CpuSharedObject;
  blob->chip = module->getAttrOfType<StringAttr>(kChipAttr).str();
  auto features = module->getAttrOfType<ArrayAttr>(kFeaturesAttr);
  for (StringRef name : features.getAsValueRange<StringAttr>()) {
    blob->features.push_back(name.str());
  }
  plan.blobs.push_back(std::move(blob));
  StringRef code = module->getAttrOfType<StringAttr>(kKernelsAttr).getValue();
  return std::as_bytes(std::span(code.data(), code.size()));
}

FailureOr<std::vector<std::byte>> emitPlan(ModuleOp module,
                                           const EmitOptions &options) {
  auto mesh = module->getAttrOfType<MeshAttr>(kMeshAttr);
  if (!mesh || !module->hasAttr(kKernelsAttr)) {
    return module.emitError("is not a module after phase placement: it has no "
                            "mesh or no kernels");
  }
  if (failed(verifyCommunication(module))) {
    return failure();
  }
  fb::PlanT plan;
  plan.producer = options.producer;
  plan.command_line = options.commandLine;
  plan.model = options.model;
  emitMesh(plan, mesh);
  emitRanks(plan, mesh, module);
  if (auto lanes = module->getAttrOfType<IntegerAttr>(kLanesAttr)) {
    plan.lanes = uint32_t(lanes.getInt());
  }
  SharedTables shared(plan);
  for (auto program : module.getOps<plan::ProgramOp>()) {
    plan.programs.push_back(emitProgram(program, shared));
  }
  if (plan.programs.empty()) {
    return module.emitError("has no plan.program");
  }
  plan.model_fingerprint = fingerprintOf(*plan.programs.front());
  rt::BlobBytes blob = emitKernels(plan, module);
  return rt::writePlan(plan, std::span(&blob, 1));
}

} // namespace sft
