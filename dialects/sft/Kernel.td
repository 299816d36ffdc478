//===- Kernel.td - What code generation makes of a step -----*- tablegen -*-===//
#ifndef SFT_KERNEL_TD
#define SFT_KERNEL_TD

include "dialects/sft/OpBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Sft_Activation : I32EnumAttr<"Activation", "", [
    I32EnumAttrCase<"None", 0, "none">, I32EnumAttrCase<"Relu", 1, "relu">,
    I32EnumAttrCase<"Tanh", 2, "tanh">,
    I32EnumAttrCase<"Sigmoid", 3, "sigmoid">,
    I32EnumAttrCase<"GeluTanh", 4, "gelu_tanh">,
    I32EnumAttrCase<"GeluErf", 5, "gelu_erf">,
    I32EnumAttrCase<"Silu", 6, "silu">]> {
  let cppNamespace = "::sft";
}

def Sft_ContractOp : Sft_Op<"contract", [Pure]> {
  let summary = "A matrix product with its epilogue, for the device's library";
  let description = [{
    activation(x * y + bias): sft.matmul together with the bias, which is added
    to every row, and the activation that follow it. `transpose_x` and
    `transpose_y` are those of sft.matmul.

    ```mlir
    %h = sft.contract %x, %w bias %b relu
        : tensor<32x64xf32>, tensor<64x128xf32>, tensor<128xf32> -> tensor<32x128xf32>
    ```

    Constraints: 1. element types agree; 2. ranks are at least 2; 3. the
    contracted sizes agree; 4. leading dimensions broadcast; 5. the result is
    [.., m, n]; 6. the bias is a row of it.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$y,
                       Optional<Sft_FloatTensor>:$bias,
                       UnitAttr:$transpose_x, UnitAttr:$transpose_y,
                       DefaultValuedAttr<Sft_Activation,
                           "::sft::Activation::None">:$activation);
  let results = (outs Sft_FloatTensor:$z);
  let assemblyFormat = [{
    $x `,` $y (`bias` $bias^)? $activation attr-dict `:` type($x) `,` type($y)
    (`,` type($bias)^)? `->` type($z)
  }];
  let hasVerifier = 1;
}

def Sft_FillOp : Sft_Op<"fill", [Pure, AllTypesMatch<["value", "result"]>]> {
  let summary = "A constant in a buffer of its own";
  let description = [{
    Where an op reads a whole buffer, or kernels that are equal but for a number
    are to share their code.

    ```mlir
    %s = sft.fill dense<17> : tensor<i64>
    ```

    Constraints: 1. all elements are the same.
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Sft_AnyTensor:$result);
  let assemblyFormat = "$value attr-dict";
  let hasVerifier = 1;
}

def Sft_ViewOp : Sft_Op<"view", [Pure]> {
  let summary = "One of equal consecutive parts of a buffer";
  let description = [{
    Costs nothing: the result is a view. How one rank holds the parts of several
    (sft-fold-ranks).

    ```mlir
    %y = sft.view %x part 1 : tensor<8x4xf32> to tensor<2x4xf32>   // x[2:4]
    %b = sft.view %c part 0 : !sft.csr<8x100xf32, capacity = 80, blocks = 2>
        to !sft.csr<4x100xf32, capacity = 40>
    ```

    Constraints: 1. x is parts of y's type one after the other, along its first
    dimension that is not 1, or in blocks; 2. there are more parts than `part`.
  }];
  let arguments = (ins AnyTypeOf<[Sft_AnyTensor, Sft_CsrType]>:$x,
                       I64Attr:$part);
  let results = (outs AnyTypeOf<[Sft_AnyTensor, Sft_CsrType]>:$y);
  let assemblyFormat =
      "$x `part` $part attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
}

def Sft_KernelOp : Sft_Op<"kernel", [
    IsolatedFromAbove, SingleBlockImplicitTerminator<"KernelYieldOp">]> {
  let summary = "Ops that become one generated loop nest";
  let description = [{
    Arguments stand for the operands. The region holds LoopOpInterface ops over
    the same loops, or one KernelOpInterface op. `in_place` lists pairs (operand,
    result) that share a buffer. `symbol` is the function in the generated code;
    `extent` the trip count of the outermost loop, which may be cut among threads
    where `parallel` is set.

    ```mlir
    %p1 = sft.kernel(%a = %p, %b = %g) in_place [0, 0]
        : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32> {
      %d = sft.sub %a, %b : tensor<8xf32>
      sft.kernel_yield %d : tensor<8xf32>
    }
    ```

    Constraints: 1. in_place pairs have one type, and no operand or result occurs
    twice.
  }];
  let arguments = (ins Variadic<AnyType>:$operands,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$in_place,
                       OptionalAttr<StrAttr>:$symbol,
                       OptionalAttr<I64Attr>:$extent, UnitAttr:$parallel);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The operand that shares a buffer with result `i`, if one does.
    std::optional<unsigned> operandOfResult(unsigned i);
  }];
}

def Sft_KernelYieldOp : Sft_Op<"kernel_yield", [Terminator, Pure,
                                                HasParent<"KernelOp">]> {
  let summary = "The results of a kernel";
  let description = [{
    Ends the region of `sft.kernel`; operand `i` is the kernel's result `i`.

    ```mlir
    %y = sft.kernel(%a = %x) : (tensor<8xf32>) -> tensor<8xf32> {
      %d = sft.exp %a : tensor<8xf32>
      sft.kernel_yield %d : tensor<8xf32>
    }
    ```

    Constraints: 1. types are those of the kernel's results.
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::ValueRange());
  }]>];
  let hasVerifier = 1;
}

#endif // SFT_KERNEL_TD
