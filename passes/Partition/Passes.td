//===- Passes.td - Global to local --------------------------*- tablegen -*-===//
#ifndef SFT_PARTITION_PASSES_TD
#define SFT_PARTITION_PASSES_TD

include "passes/PassBase.td"

def GlobalToLocal : Sft_ModulePass<"sft-global-to-local"> {
  let summary = "Shrinks values to one rank's part; collectives where shardings meet";
  let description = [{
    Every op is rebuilt on local shapes. Where an operand's sharding is not the
    one that its user wants, the cheapest sequence of collectives and local parts
    stands between (Resharding.h): all_reduce, reduce_scatter, all_gather,
    all_to_all, permute. Each is made once, right behind the op that made the
    value, so that it is issued as soon as possible, and says why. sft.shard is
    gone afterwards; variables have the type of one rank's part, and say of what.

    Before, on data=2:
    ```mlir
    %g = sft.matmul %x, %dy {transpose_x,
        sft.shardings = [#sft.sharding<[[], []], partial sum [0]>]}
        : tensor<64x13xf32>, tensor<64x10xf32>
    sft.write @w, %g : tensor<13x10xf32>
    ```
    After:
    ```mlir
    %g = sft.matmul %x, %dy {transpose_x} : tensor<32x13xf32>, tensor<32x10xf32>
    %r = sft.all_reduce sum %g axes [0] why "..." : tensor<13x10xf32> -> tensor<13x10xf32>
    sft.write @w, %r : tensor<13x10xf32>
    ```
  }];
}

def LeadCollectives : Sft_ModulePass<"sft-lead-collectives"> {
  let summary = "Collectives work along the leading dimension";
  let description = [{
    What a rank sends to another has to be contiguous. Collectives along another
    dimension are surrounded by the transpositions that make it the leading one;
    they are fused with what stands around them.

    ```mlir
    %y = sft.all_gather %x dim 1 axes [0] why "..." : tensor<8x2xf32> to tensor<8x4xf32>
    ```
    becomes
    ```mlir
    %0 = sft.reshape %x : tensor<8x2xf32> to tensor<1x8x2xf32>
    %1 = sft.all_gather %0 dim 0 axes [0] why "..." : tensor<1x8x2xf32> to tensor<2x8x2xf32>
    %2 = sft.transpose %1 [1, 0, 2] : tensor<2x8x2xf32>
    %y = sft.reshape %2 : tensor<8x2x2xf32> to tensor<8x4xf32>
    ```

    An all_to_all afterwards splits and concatenates dimension 0.
  }];
}

def SplitCollectives : Sft_ModulePass<"sft-split-collectives"> {
  let summary = "A collective over an axis and others becomes one over each";
  let description = [{
    Sums over several axes at once are added in the order of the group's ranks,
    which another size of the axis would change. Where results must not depend on
    it (sft-fold-ranks), `axis` is reduced, gathered and scattered by itself.

    ```mlir
    %y = sft.all_gather %x dim 0 axes [0, 1] why "..." : tensor<2xf32> to tensor<8xf32>
    %s = sft.all_reduce sum %y axes [1, 0] why "..." : tensor<8xf32> -> tensor<8xf32>
    ```
    becomes, for axis 0,
    ```mlir
    %0 = sft.all_gather %x dim 0 axes [1] why "..." : tensor<2xf32> to tensor<4xf32>
    %y = sft.all_gather %0 dim 0 axes [0] why "..." : tensor<4xf32> to tensor<8xf32>
    %1 = sft.all_reduce sum %y axes [0] why "..." : tensor<8xf32> -> tensor<8xf32>
    %s = sft.all_reduce sum %1 axes [1] why "..." : tensor<8xf32> -> tensor<8xf32>
    ```

    A permute along the axis becomes an all_gather of which each rank keeps the
    part that it was to receive: ranks that share one's work could not tell whom
    they send to. It carries as many times the bytes as the group has members.
  }];
  let options = [Option<"axis", "axis", "std::string", "\"data\"",
                        "name of the mesh axis">];
}

def BucketCollectives : Sft_ModulePass<"sft-bucket-collectives"> {
  let summary = "Joins small collectives into buckets";
  let description = [{
    All-reduces of one kind, element type and group are joined, in program
    order, until a bucket carries `bytes` (Li et al. 2020, PyTorch DDP). A bucket
    stands where its last operand is ready, and ahead of the first use of any of
    its results: a value that is needed at once does not wait for others.

    Reduce_scatters and all_gathers are joined likewise where they are `small`:
    they have to be copied into rows, one for each member of the group, and out of
    them, which large ones lose more by than messages cost. Gathers of variables
    move up to the first one of their bucket, and what they gather takes room from
    there on: as much as the bucket. A variable that is gathered again begins
    another, so that what the forward pass needed is not kept for the backward
    pass.

    ```mlir
    %r = sft.reduce_scatter sum %a dim 0 axes [0] why "a" : tensor<8x3xf32> to tensor<4x3xf32>
    %s = sft.reduce_scatter sum %b dim 0 axes [0] why "b" : tensor<4xf32> to tensor<2xf32>
    ```
    becomes
    ```mlir
    %0 = sft.reshape %a : tensor<8x3xf32> to tensor<2x12xf32>
    %1 = sft.reshape %b : tensor<4xf32> to tensor<2x2xf32>
    %2 = sft.concat %0, %1 axis 1 : tensor<2x12xf32>, tensor<2x2xf32>
    %3 = sft.reduce_scatter sum %2 dim 0 axes [0] why "bucket of 2; first: a" : tensor<2x14xf32> to tensor<1x14xf32>
    %4 = sft.slice %3 [0, 0] [1, 12] : tensor<1x14xf32>
    %r = sft.reshape %4 : tensor<1x12xf32> to tensor<4x3xf32>
    %5 = sft.slice %3 [0, 12] [1, 2] : tensor<1x14xf32>
    %s = sft.reshape %5 : tensor<1x2xf32> to tensor<2xf32>
    ```
  }];
  let options = [Option<"bytes", "bytes", "int64_t", "26214400",
                        "least bytes of a full bucket">,
                 Option<"small", "small", "int64_t", "4096",
                        "most bytes of a reduce_scatter or all_gather that is "
                        "joined, on the side where there are more">];
}

def ForbidCollectives : Sft_ModulePass<"sft-forbid-collectives"> {
  let summary = "Fails where a train step has a collective of these kinds";
  let description = [{
    The error stands at the op that made the value and says why there is a
    collective and what would do without it, as `sftc --explain` does.
  }];
  let options = [ListOption<"kinds", "kinds", "std::string",
                            "all_reduce, all_gather, reduce_scatter, all_to_all, permute">];
}

def VerifyPartition : Sft_ModulePass<"sft-verify-partition"> {
  let summary = "Exit of the phase: local shapes, whole values, no sharding left";
}

#endif // SFT_PARTITION_PASSES_TD
