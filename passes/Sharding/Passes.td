//===- Passes.td - Who owns what ----------------------------*- tablegen -*-===//
#ifndef SFT_SHARDING_PASSES_TD
#define SFT_SHARDING_PASSES_TD

include "mlir/Pass/PassBase.td"

def AssignMesh : Pass<"sft-assign-mesh", "::mlir::ModuleOp"> {
  let summary = "Puts the mesh on the module";
  let description = [{
    `sft-assign-mesh{mesh=data=2}` sets `sft.mesh = #sft.mesh<"data" = 2>`.
    Afterwards every pass reads the mesh from the module.
  }];
  let options = [
    ListOption<"mesh", "mesh", "std::string", "axes in order, as name=size">];
}

def PropagateShardings : Pass<"sft-propagate-shardings", "::mlir::ModuleOp"> {
  let summary = "Gives every value of every step a sharding";
  let description = [{
    Seeds: the leading dimension of every input is cut over the mesh axes with
    the role of data parallelism ("data"); variables and runtime scalars are
    whole. From there the factor rules of the ops carry axes forwards and
    backwards until nothing changes (as GSPMD and Shardy do); a factor that an
    op needs whole, or that an axis does not divide, stops them. Then partial
    results are found: a sharded reduction factor leaves its results partial,
    and linear ops pass a partial value on while it has no other use.

    Result: `sft.shardings` on each op, one #sft.sharding a result, and
    `shardings` on each sft.step. Shapes stay global.

    ```mlir
    // %x: [[0], []], %w: [[], []]
    %y = sft.matmul %x, %w {sft.shardings = [#sft.sharding<[[0], []]>]} : ...
    %g = sft.matmul %x, %dy {transpose_x,
        sft.shardings = [#sft.sharding<[[], []], partial sum [0]>]} : ...
    ```
  }];
}

def VerifyShardings : Pass<"sft-verify-shardings", "::mlir::ModuleOp"> {
  let summary = "Exit of the phase: every value has a sharding that fits it";
}

#endif // SFT_SHARDING_PASSES_TD
