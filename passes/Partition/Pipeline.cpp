#include "passes/Partition/Passes.h"
#include "passes/Phases.h"

#include "mlir/Transforms/Passes.h"

namespace sft {

void buildPartitionPhase(mlir::OpPassManager &pm,
                         const CompilerOptions &options) {
  pm.addPass(createGlobalToLocal());
  pm.addPass(createLeadCollectives());
  // Localising leaves constants and index arithmetic behind, several times.
  pm.addPass(mlir::createCanonicalizerPass());
  pm.addPass(mlir::createCSEPass());
  for (const auto &[axis, size] : options.reproducible) {
    // Before buckets: what is in one is along one axis.
    pm.addPass(createSplitCollectives({axis}));
  }
  BucketCollectivesOptions buckets;
  buckets.bytes = options.bucketBytes;
  pm.addPass(createBucketCollectives(buckets));
  if (!options.forbidden.empty()) {
    ForbidCollectivesOptions forbidden;
    forbidden.kinds = options.forbidden;
    pm.addPass(createForbidCollectives(forbidden));
  }
  pm.addPass(createVerifyPartition());
}

} // namespace sft
