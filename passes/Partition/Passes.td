//===- Passes.td - Global to local --------------------------*- tablegen -*-===//
#ifndef SFT_PARTITION_PASSES_TD
#define SFT_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def GlobalToLocal : Pass<"sft-global-to-local", "::mlir::ModuleOp"> {
  let summary = "Shrinks values to one rank's part; collectives where shardings meet";
  let description = [{
    Every op is rebuilt on local shapes. Where an operand's sharding is not the
    one that its user wants, a collective stands between: all_reduce for partial
    values, all_gather for sharded ones. Each is made once, right behind the op
    that made the value, so that it is issued as soon as possible, and says why.

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

def BucketCollectives : Pass<"sft-bucket-collectives", "::mlir::ModuleOp"> {
  let summary = "Joins small all-reduces into buckets";
  let description = [{
    All-reduces of one kind, element type and group are joined, in program
    order, until a bucket carries `bytes` (Li et al. 2020, PyTorch DDP). A bucket
    stands where its last operand is ready, and ahead of the first use of any of
    its results: a value that is needed at once does not wait for others.
  }];
  let options = [Option<"bytes", "bytes", "int64_t", "26214400",
                        "least bytes of a full bucket">];
}

def VerifyPartition : Pass<"sft-verify-partition", "::mlir::ModuleOp"> {
  let summary = "Exit of the phase: local shapes, whole values, no sharding left";
}

#endif // SFT_PARTITION_PASSES_TD
