//===- Passes.td - Kernels ----------------------------------*- tablegen -*-===//
#ifndef SFT_CODEGEN_PASSES_TD
#define SFT_CODEGEN_PASSES_TD

include "passes/PassBase.td"

def FuseContractions : Sft_ModulePass<"sft-fuse-contractions"> {
  let summary = "Matrix products take the bias and activation that follow them";
  let description = [{
    sft.matmul becomes sft.contract; an added vector along the last dimension and
    an activation that is the only user of the sum go into its epilogue.

    ```mlir
    %z = sft.matmul %x, %w : tensor<32x64xf32>, tensor<64x128xf32>
    %s = sft.add %z, %b : tensor<32x128xf32>, tensor<128xf32>
    %h = sft.relu %s : tensor<32x128xf32>
    ```
    becomes
    ```mlir
    %h = sft.contract %x, %w bias %b relu : ...
    ```
  }];
}

def FlattenContractions : Sft_ModulePass<"sft-flatten-contractions"> {
  let summary = "Products with one common matrix become one large product";
  let description = [{
    A weight is the same for every sequence of a batch, so its product with the
    batch is one of stacked rows, and the sum over the batch of its gradients is
    the product of the stacks. The stacks are views.

    ```mlir
    %z = sft.contract %x, %w none : tensor<4x8x16xf32>, tensor<16x32xf32> -> tensor<4x8x32xf32>
    %d = sft.contract %x, %g none {transpose_x} : tensor<4x8x16xf32>, tensor<4x8x32xf32> -> tensor<4x16x32xf32>
    %dw = sft.reduce sum %d axes [0] : tensor<4x16x32xf32>
    ```
    becomes, but for reshapes,
    ```mlir
    %z = sft.contract %x, %w none : tensor<32x16xf32>, tensor<16x32xf32> -> tensor<32x32xf32>
    %dw = sft.contract %x, %g none {transpose_x} : tensor<32x16xf32>, tensor<32x32xf32> -> tensor<16x32xf32>
    ```
  }];
}

def FormKernels : Sft_ModulePass<"sft-form-kernels"> {
  let summary = "Groups ops over the same loops into kernels";
  let description = [{
    LoopOpInterface ops over equal loops join the kernel of a producer or of a
    sibling (a user of the same value), unless an edge between them would leave
    the kernel and come back, or would need an element that another iteration
    makes. Constants go into every kernel that uses them;
    where something reads a whole buffer they become sft.fill. KernelOpInterface ops
    become kernels alone. Nothing moves across sft.guard.
  }];
  let options = [Option<"maxOps", "max-ops", "unsigned", "128",
                        "ops in a kernel at most">];
}

def FoldRanks : Sft_ModulePass<"sft-fold-ranks"> {
  let summary = "One rank does what several neighbours along a mesh axis do";
  let description = [{
    The program is one of many ranks along `axis`; now `ranks` of them are left,
    and each does the work of as many neighbours (lanes). What is the same on all
    of them is done once, everything else once a lane, by the same kernels on the
    same shapes. A reduction along the axis becomes a balanced tree over the lanes
    and a collective among the ranks that are left, whose sums are balanced trees,
    too: the numbers are those of the finer mesh, bit for bit, however many ranks
    share its work. So `--reproducible` compiles for a fixed finest mesh.

    ```mlir
    module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
      sft.step train @train(%x: tensor<2x3xf32>) {
        %y = sft.kernel(%a = %x) : (tensor<2x3xf32>) -> tensor<3xf32> { ... }
        %s = sft.all_reduce sum %y axes [0] why "..." : tensor<3xf32> -> tensor<3xf32>
    ```
    becomes, with two ranks,
    ```mlir
    module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
      sft.step train @train(%x: tensor<4x3xf32>) {
        %x0 = sft.view %x part 0 : tensor<4x3xf32> to tensor<2x3xf32>
        %x1 = sft.view %x part 1 : tensor<4x3xf32> to tensor<2x3xf32>
        %y0 = sft.kernel(%a = %x0) : (tensor<2x3xf32>) -> tensor<3xf32> { ... }
        %y1 = sft.kernel(%a = %x1) : (tensor<2x3xf32>) -> tensor<3xf32> { ... }
        %y = sft.kernel(%a = %y0, %b = %y1) : ... { sft.add %a, %b ... }
        %s = sft.all_reduce sum %y axes [0] why "..." : tensor<3xf32> -> tensor<3xf32>
    ```

    Assumes kernels; collectives along the axis are along no other
    (sft-split-collectives); there were `ranks` times a power of two of ranks.
  }];
  let options = [Option<"axis", "axis", "std::string", "\"data\"",
                        "name of the mesh axis">,
                 Option<"ranks", "ranks", "int64_t", "1",
                        "ranks along it from now on">];
}

def ScheduleCommunication : Sft_ModulePass<"sft-schedule-communication"> {
  let summary = "Collectives under way while the step computes";
  let description = [{
    A collective that is issued early and awaited late costs no time as long as
    there is something to compute in between (Li et al. 2020, PyTorch DDP;
    Rajbhandari et al. 2020, ZeRO). Each function of a step (a train step has two,
    before and behind its guard) is looked at by itself, and left as it is unless
    one of its collectives carries `bytes` and something is there to compute
    meanwhile. Else all of them are issued and awaited (sft.await), since a
    rank's collectives have one order:

    1. A collective moves up to right behind the last op that makes an operand.
    2. What is gathered takes room. Gathers are taken in order of their use, in
       groups of `bytes`; a group is issued where the one before it is first
       used: one is under way while another is used. What is gathered into a
       variable takes none and is issued at once, as under 1.
    3. A reduce_scatter, an all_to_all and a permute keep what they send until
       they are awaited. They are awaited when `bytes` more of them have been
       issued, at the latest.
    4. Else a collective is awaited ahead of its first use or of the function's
       end.

    ```mlir
    %g = sft.contract %x, %e none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
    %r = sft.all_reduce sum %g axes [0] why "..." : tensor<256x256xf32> -> tensor<256x256xf32>
    %h = sft.contract %e, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
    sft.output metric "r", %r : tensor<256x256xf32>
    ```
    becomes
    ```mlir
    %g = sft.contract %x, %e none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
    %s = sft.all_reduce sum %g axes [0] why "..." : tensor<256x256xf32> -> tensor<256x256xf32>
    %h = sft.contract %e, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
    %r = sft.await %s : (tensor<256x256xf32>) -> tensor<256x256xf32>
    sft.output metric "r", %r : tensor<256x256xf32>
    ```

    Assumes kernels. Nothing moves across sft.guard but writes, which happen at
    the end of the step wherever they stand.
  }];
  let options = [Option<"bytes", "bytes", "int64_t", "262144",
                        "least bytes of a collective that is worth it">];
}

def AssignInPlace : Sft_ModulePass<"sft-assign-in-place"> {
  let summary = "Kernel results take over the buffers of operands that die there";
  let description = [{
    Result j may share the buffer of operand i if the kernel reads the operand at
    the same element as it writes the result, types agree, and nothing reads the
    operand later. A variable's buffer is taken over by its new value only.
  }];
}

def GenerateKernels : Sft_ModulePass<"sft-generate-kernels"> {
  let summary = "Machine code for all kernels";
  let description = [{
    Each distinct kernel becomes a function over scf loops, memref accesses and
    arith/math scalars; exp, log, tanh, erf, sin and cos become polynomials that
    vectorise; LLVM optimises for `chip`, four kernels at a time on each core; lld
    links one shared object, held by `sft.kernels` on the module. Each sft.kernel gets its `symbol`.
  }];
  let options = [
    Option<"chip", "chip", "std::string", "\"native\"",
           "native, or a name that clang's -march takes">,
    Option<"emit", "emit", "std::string", "\"object\"",
           "object, or mlir or llvm to print the code, modules of four kernels">];
  let dependentDialects = [
    "::sft::SftDialect",
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect"];
}

def VerifyCodegen : Sft_ModulePass<"sft-verify-codegen"> {
  let summary = "Exit of the phase: only kernels, contractions, collectives, views and effects";
  let description = [{
    1. Only these are left, and each kernel has its code.
    2. Matrix products are of f32.
    3. Of each function of a step either all collectives are awaited or none; the
       results of one that is have no other user, and all it sends is held.
  }];
}

#endif // SFT_CODEGEN_PASSES_TD
