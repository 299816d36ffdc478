//===- Passes.td - Who owns what ----------------------------*- tablegen -*-===//
#ifndef SFT_SHARDING_PASSES_TD
#define SFT_SHARDING_PASSES_TD

include "passes/PassBase.td"

def AssignMesh : Sft_ModulePass<"sft-assign-mesh"> {
  let summary = "Puts the mesh on the module";
  let description = [{
    `sft-assign-mesh{mesh=data=2}` sets `sft.mesh = #sft.mesh<"data" = 2>`.
    Afterwards every pass reads the mesh from the module.
  }];
  let options = [
    ListOption<"mesh", "mesh", "std::string", "axes in order, as name=size">];
}

def SeparateConstants : Sft_ModulePass<"sft-separate-constants"> {
  let summary = "A tensor constant for each use";
  let description = [{
    Values that share a constant have nothing else to do with each other, but a
    constant has one size and one sharding: shared, it would make one use's cut
    the other's. Scalars, which nothing cuts, stay shared; Partition merges what
    is equal again.

    ```mlir
    %zero = sft.constant dense<0.0> : tensor<4x6xf32>
    sft.write @m, %zero : tensor<4x6xf32>
    sft.write @v, %zero : tensor<4x6xf32>
    ```
    becomes
    ```mlir
    %zero = sft.constant dense<0.0> : tensor<4x6xf32>
    sft.write @m, %zero : tensor<4x6xf32>
    %zero_0 = sft.constant dense<0.0> : tensor<4x6xf32>
    sft.write @v, %zero_0 : tensor<4x6xf32>
    ```
  }];
}

def PadDimensions : Sft_ModulePass<"sft-pad-dimensions"> {
  let summary = "Dimensions that their parts do not divide get a size that does";
  let description = [{
    Where an annotation, or the batch over "data", cuts a dimension in parts that
    do not divide it, the dimension gets the next size that they do divide, in
    all values that factor rules connect with it (PaddedSizes.h). Where reshapes
    connect dimensions, it may have to be a larger one that all can have. What stands in
    the places behind the last one never counts: before a reduction sees them they
    are replaced by its identity, and an op that needs the dimension as written
    gets a slice. Of what is loaded or kept, these places are zero; files hold
    tensors as written, which variables and inputs name behind `of`. Random
    numbers go by positions as written, means by counts as written.

    Assumes a constant for each use (`sft-separate-constants`); what shares one
    gets one size. Afterwards every dimension that is cut is a multiple of its parts. A warning
    names each that its author cut and that was padded, and the sizes that divide
    it; others follow from these. A program in which
    all divide stays as it is; a dimension of size 1 is not padded, as it
    repeats.

    ```mlir
    sft.variable parameter @w shard <[-, tensor]> : tensor<4x5xf32>
    ...
    %h = sft.matmul %x, %w : tensor<2x4xf32>, tensor<4x5xf32>
    %m = sft.reduce max %h axes [1] : tensor<2x5xf32>
    ```
    becomes on tensor=2
    ```mlir
    sft.variable parameter @w shard <[-, tensor]> : tensor<4x6xf32> of tensor<4x5xf32>
    ...
    %h = sft.matmul %x, %w : tensor<2x4xf32>, tensor<4x6xf32>
    %i = sft.iota axis 1 : tensor<2x6xi64>
    %c = sft.compare lt %i, %five : tensor<2x6xi64>, tensor<i64>
    %g = sft.select %c, %h, %lowest : tensor<2x6xi1>, tensor<2x6xf32>, tensor<f32>
    %m = sft.reduce max %g axes [1] : tensor<2x6xf32>
    ```
  }];
}

def SeedShardings : Sft_ModulePass<"sft-seed-shardings"> {
  let summary = "Every value whole, inputs cut over \"data\"";
  let description = [{
    The leading dimension of every input is cut over the mesh axis with the role
    of data parallelism, "data"; all else is whole. A batch that does not divide
    and was not padded (of one row) is an error that names sizes that do.

    Result: `sft.shardings` on each op, one #sft.sharding a result, and
    `shardings` on each sft.step. Shapes stay global.
  }];
}

def PropagateShardings : Sft_ModulePass<"sft-propagate-shardings"> {
  let summary = "Spreads shardings along factor rules through all steps";
  let description = [{
    From inputs, annotated parameters and sft.shard, the factor rules of the ops
    carry axes forwards and backwards until nothing changes (as GSPMD, Xu et al.
    2021, and Shardy do); a factor that an op needs whole, or that an axis does
    not divide, stops them. Annotations of a lower priority come into play when
    those of a higher one have spread. Where operands of an op contradict each
    other, what costs least wins (Resharding.h). A variable is one value in all
    steps; over "data" it stays whole, and so does what its author pinned.

    ```mlir
    // %x: [[0], []], %w: [[], [1]]
    %y = sft.matmul %x, %w {sft.shardings = [#sft.sharding<[[0], [1]]>]} : ...
    ```
  }];
}

def SplitAxes : Sft_ModulePass<"sft-split-axes"> {
  let summary = "A mesh axis in parts (sub-axes) where a factor needs them";
  let description = [{
    Six heads cannot be cut over `tensor = 4`, but over half of it; the columns
    that a reshape makes [2, 4] of can be cut over all of it, if 2 go to the first
    factor and 2 to the second. This pass looks for such dimensions: of several
    factors, the axis that reaches one of them does not divide what is left of
    it, but has a divisor in common with it. There parts stand in the place of
    the axis, major first: the greatest common divisor, if this uses the factor
    up the one with the next factor, and so on, and what remains. Ranks keep
    their numbers, the name of the axis means all its parts (#sft.mesh), and
    propagation begins again from the seeds.

    The finer mesh is kept only if the program then takes less time, messages by
    latency and bandwidth and work by operations; of several splits the best
    comes first, and then it is looked again. So nothing changes where a part of
    an axis is of no use, and it ends: a prime axis has no parts. Axes named in
    `keep` are left alone: --reproducible folds ranks along whole axes.

    Assumes that what variables are cut over has been propagated from
    annotations, and that no strategy (sft-zero) has run. Sub-axes are those of
    GSPMD's and Shardy's meshes, but made once for the whole program, so that
    each pass behind this one knows axes only.

    ```mlir
    module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
    // %x: cut over "tensor" along its columns
    %h = sft.reshape %x : tensor<4x8xf32> to tensor<4x2x4xf32>  // whole
    ```
    becomes
    ```mlir
    module attributes {sft.mesh = #sft.mesh<"tensor:0" = 2, "tensor:1" = 2>} {
    // %x: cut over "tensor:0" and "tensor:1"
    %h = sft.reshape %x {sft.shardings = [#sft.sharding<[[], [0], [1]]>]} : ...
    ```
  }];
  let options = [ListOption<"keep", "keep", "std::string",
                            "axes that stay in one piece">];
}

def Zero : Sft_ModulePass<"sft-zero"> {
  let summary = "Optimizer state, gradients, parameters cut over \"data\"";
  let description = [{
    ZeRO (Rajbhandari et al. 2020). Stage 1 cuts the optimizer's state, 2 the
    gradients too, 3 the parameters too; within the data axis only, so that other
    axes go on replicating (hybrid sharding). What a parameter's dimensions are
    cut over already stays; one dimension that divides is cut over "data" as
    well, and parameters without such a dimension stay whole.

    It says only where values live; propagation, which runs again behind it,
    finds the update that follows, and partitioning the reduce-scatters and
    gathers. As an update never needs more of a gradient than its part of the
    state, stage 1 already has the messages and the memory of stage 2, unless a
    gradient is used whole elsewhere.
  }];
  let options = [Option<"stage", "stage", "int64_t", "1", "1, 2 or 3">];
}

def FindPartials : Sft_ModulePass<"sft-find-partials"> {
  let summary = "Which values are partial sums";
  let description = [{
    A cut reduction factor leaves results partial; ops that are linear in a
    partial value pass it on while it has no other use and does not grow. A sum
    of several partial values is not cut over the axes that they are partial
    over: it is cheaper reduced and scattered once, behind the sum.

    ```mlir
    %g = sft.matmul %x, %dy {transpose_x,
        sft.shardings = [#sft.sharding<[[], []], partial sum [0]>]} : ...
    ```
  }];
}

def ScatterPartials : Sft_ModulePass<"sft-scatter-partials"> {
  let summary = "Partial sums that are wanted in parts are cut for all their users";
  let description = [{
    Where one user of a partial sum wants it cut over the axis that it is partial
    over, it is reduced and scattered there; a sft.shard behind it offers the
    parts to the other users as well, which would have it reduced once more
    otherwise. Propagation runs again behind this pass.

    ```mlir
    // %g: [[], []] partial over [0]
    %h = sft.mul %g, %x {sft.shardings = [#sft.sharding<[[0], []]>]} : ...
    %b = sft.reduce sum %g axes [0] {sft.shardings = [#sft.sharding<[[]]>]} : ...
    ```
    becomes
    ```mlir
    %p = sft.shard %g to <[tensor, -]> {sft.shardings = [#sft.sharding<[[0], []]>]} : ...
    %h = sft.mul %p, %x ...
    %b = sft.reduce sum %p axes [0] ...
    ```
  }];
}

def VerifyShardings : Sft_ModulePass<"sft-verify-shardings"> {
  let summary = "Exit of the phase: every value has a sharding that fits it";
}

#endif // SFT_SHARDING_PASSES_TD
