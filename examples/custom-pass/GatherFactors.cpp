//===- GatherFactors.cpp - Factors instead of weight gradients ------------===//
//
// The gradient of a weight matrix is a product x^T dy, summed over the ranks
// that hold different rows of x and dy. Summing it moves as many numbers as the
// matrix has elements; gathering the rows moves no more than x and dy have:
//
//   all_reduce sum (x^T dy)  =  (all_gather x)^T (all_gather dy)
//
// The second is less where the layer is wide and the batch small; every rank
// then does the product of all rows (Xie et al. 2016, "Lighter-communication
// distributed machine learning via sufficient factor broadcasting").
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

/// The product x^T y that makes `value`, if nothing else uses it.
sft::MatmulOp productOf(Value value) {
  auto product = value.getDefiningOp<sft::MatmulOp>();
  bool isSumOverRows = product && product.getTransposeX() &&
                       !product.getTransposeY() &&
                       product.getZ().getType().getRank() == 2;
  return isSumOverRows && value.hasOneUse() ? product : nullptr;
}

/// Numbers that each of `ranks` sends in a ring: all_reduce passes the matrix
/// around twice, in parts; all_gather passes everybody's rows around once.
bool gatherIsLess(sft::MatmulOp product, int64_t ranks) {
  int64_t reduced = 2 * product.getZ().getType().getNumElements() / ranks;
  int64_t gathered = product.getX().getType().getNumElements() +
                     product.getY().getType().getNumElements();
  return gathered < reduced;
}

/// The rewriting of one step.
class FactorGatherer {
public:
  explicit FactorGatherer(sft::MeshAttr mesh) : mesh(mesh) {}

  /// Takes out of a bucket what is better gathered; the rest stays a bucket.
  void rewrite(sft::AllReduceOp reduce) {
    SmallVector<sft::MatmulOp> products;
    SmallVector<Value> rest, sumsOfRest;
    for (auto [part, sum] :
         llvm::zip_equal(reduce.getOperands(), reduce.getResults())) {
      sft::MatmulOp product = productOf(part);
      if (product && gatherIsLess(product, mesh.sizeOf(reduce.getAxes()))) {
        sum.replaceAllUsesWith(productOfAllRows(product, reduce));
        products.push_back(product);
      } else {
        rest.push_back(part);
        sumsOfRest.push_back(sum);
      }
    }
    if (products.empty()) {
      return;
    }
    if (!rest.empty()) {
      reduceRest(reduce, rest, sumsOfRest);
    }
    reduce.erase();
    llvm::for_each(products, [](sft::MatmulOp product) { product.erase(); });
  }

private:
  void reduceRest(sft::AllReduceOp reduce, ValueRange rest, ValueRange sums) {
    OpBuilder builder(reduce);
    auto smaller = sft::AllReduceOp::create(
        builder, reduce.getLoc(), TypeRange(rest), reduce.getKind(), rest,
        reduce.getAxes(), reduce.getWhy());
    for (auto [old, sum] : llvm::zip_equal(sums, smaller.getResults())) {
      old.replaceAllUsesWith(sum);
    }
  }

  Value productOfAllRows(sft::MatmulOp product, sft::AllReduceOp reduce) {
    Value x = gather(product.getX(), reduce);
    Value y = gather(product.getY(), reduce);
    OpBuilder builder(product);
    auto whole = sft::MatmulOp::create(
        builder, product.getLoc(), product.getZ().getType(), x, y,
        /*transpose_x=*/true, /*transpose_y=*/false);
    return whole;
  }

  /// The rows of all ranks, gathered once and as soon as there are any.
  Value gather(Value rows, sft::AllReduceOp reduce) {
    Value &whole = gathered[{rows, reduce.getAxesAttr()}];
    if (!whole) {
      OpBuilder builder(rows.getContext());
      builder.setInsertionPointAfterValue(rows);
      auto type = cast<RankedTensorType>(rows.getType());
      SmallVector<int64_t> shape(type.getShape());
      shape.front() *= mesh.sizeOf(reduce.getAxes());
      whole = sft::AllGatherOp::create(
          builder, rows.getLoc(), type.clone(shape), rows, /*dim=*/0,
          reduce.getAxes(), "factor of a weight gradient");
    }
    return whole;
  }

  sft::MeshAttr mesh;
  DenseMap<std::pair<Value, Attribute>, Value> gathered;
};

struct GatherFactors : PassWrapper<GatherFactors, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GatherFactors)

  StringRef getArgument() const override { return "gather-factors"; }
  StringRef getDescription() const override {
    return "Gathers the factors of weight gradients where that moves less";
  }
  void runOnOperation() override {
    auto mesh = getOperation()->getAttrOfType<sft::MeshAttr>(sft::kMeshAttr);
    for (auto step : getOperation().getOps<sft::StepOp>()) {
      FactorGatherer gatherer(mesh);
      for (auto reduce : llvm::make_early_inc_range(
               step.getBody().getOps<sft::AllReduceOp>())) {
        if (reduce.getKind() == sft::ReduceKind::Sum) {
          gatherer.rewrite(reduce);
        }
      }
    }
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "gather-factors", "1",
          [] { PassRegistration<GatherFactors>(); }};
}
