//===- Interfaces.td - What an op declares about itself -----*- tablegen -*-===//
//
// An op that declares these is complete: no pass names an op. The generic
// passes differentiate, decompose, shard, fuse and evaluate through them.
//
//   surface ops     Differentiable, Interpretable; Decomposable into
//   primitive ops   Sharding rule, Interpretable, and one lowering: Loop (may
//                   be fused), Kernel (own loops) or a contraction
//
//===----------------------------------------------------------------------===//
#ifndef SFT_INTERFACES_TD
#define SFT_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Sft_DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    Reverse-mode differentiation: the op builds its gradient out of sft ops.
    An op without this interface has no gradient; differentiating through it is
    an error at its location.
  }];
  let methods = [
    InterfaceMethod<[{
      Given the gradient of the loss for each result (null: it does not
      influence the loss), builds the gradient for each operand and stores it in
      `operandGradients` (sized to the operands, initially null; leave null what
      is not differentiable, such as indices). A gradient has exactly its
      operand's type. Ops are built at the builder's insertion point, behind
      the whole forward computation; operands and results may be used.
    }], "void", "buildGradient",
      (ins "::mlir::OpBuilder &":$builder,
           "::mlir::ArrayRef<::mlir::Value>":$resultGradients,
           "::mlir::SmallVectorImpl<::mlir::Value> &":$operandGradients)>
  ];
}

def Sft_DecomposableOpInterface : OpInterface<"DecomposableOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    A surface op that is a composition of primitive ones (softmax, losses,
    norms). Decomposition happens after differentiation and before sharding, so
    that rules and lowerings are needed for primitives alone.
  }];
  let methods = [
    InterfaceMethod<"Builds the same values out of simpler sft ops.",
      "::mlir::SmallVector<::mlir::Value>", "decompose",
      (ins "::mlir::OpBuilder &":$builder)>
  ];
}

def Sft_ShardingRuleOpInterface : OpInterface<"ShardingRuleOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    How the dimensions of operands and results correspond, as factors of an
    einsum-like rule: `([i,k],[k,j]) -> [i,j]`, `k` summed. See FactorRule.h.
  }];
  let methods = [
    InterfaceMethod<"The rule, with factor sizes taken from the types.",
      "::sft::FactorRule", "getFactorRule", (ins)>,
    InterfaceMethod<[{
      Rewrites what the op says about *global* extents or positions after it has
      become one rank's part of itself. `offsets` holds for each factor of its
      rule the position of the part's first element (an i64 scalar tensor, or
      null for 0); `globalShape` is the first result's before. Operands and
      results have their local types already. Most ops have nothing to do.
    }], "void", "localize",
      (ins "::mlir::OpBuilder &":$builder,
           "::mlir::ArrayRef<::mlir::Value>":$offsets,
           "::mlir::ArrayRef<int64_t>":$globalShape),
      "", [{ (void)builder; (void)offsets; (void)globalShape; }]>
  ];
}

def Sft_IndexingOpInterface : OpInterface<"IndexingOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    An op that uses values as indices, or passes on values that may be used so
    further on. What follows for a model's inputs is checked when data are
    loaded. See IndexLimits.h.
  }];
  let methods = [
    InterfaceMethod<[{
      The limits of an operand's elements, given those of the result's. The
      default: each element of the operand is an element of the result, in
      any order.
    }], "::sft::IndexLimits", "getIndexLimits",
      (ins "::mlir::OpOperand &":$operand,
           "const ::sft::IndexLimits &":$ofResult),
      "", [{
        (void)operand;
        return ofResult.isUniform() ? ofResult : ::sft::IndexLimits();
      }]>
  ];
}

def Sft_LoopOpInterface : OpInterface<"LoopOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    A primitive op as one point of a perfect loop nest. Ops over the same loops
    are fused into one kernel: values that flow between them stay in registers.

    Loops are the dimensions of getLoopBounds(). Operand i is read at
    getOperandMap(i) and arrives in buildBody as a scalar; where the map is null
    the body gets the whole buffer (a memref) and reads it itself. Result i is
    stored at getResultMap(i). A loop that a result map does not use is a
    reduction for this result: the scalar is combined with what is there by
    getReduction(); the kernel starts it from the identity.
  }];
  let methods = [
    InterfaceMethod<"Static trip counts, outermost first.",
      "::mlir::SmallVector<int64_t>", "getLoopBounds", (ins)>,
    InterfaceMethod<"Where operand `i` is read; null: whole buffer.",
      "::mlir::AffineMap", "getOperandMap", (ins "unsigned":$i)>,
    InterfaceMethod<"Where result `i` is stored.",
      "::mlir::AffineMap", "getResultMap", (ins "unsigned":$i), "", [{
        return ::mlir::AffineMap::getMultiDimIdentityMap(
            $_op.getLoopBounds().size(), $_op->getContext());
      }]>,
    InterfaceMethod<"How a reduced result combines; none for other ops.",
      "::std::optional<::sft::ReduceKind>", "getReduction", (ins), "",
      [{ return ::std::nullopt; }]>,
    InterfaceMethod<[{
      True if buildBody looks at the loop indices (other than through the maps),
      so that loops may not be merged.
    }], "bool", "usesIndices", (ins), "", [{
        for (unsigned i = 0; i < $_op->getNumOperands(); ++i) {
          if (!$_op.getOperandMap(i)) {
            return true;
          }
        }
        return false;
      }]>,
    InterfaceMethod<[{
      Operand whose buffer result 0 updates in place, with the stores done by
      buildBody itself (scatter into rows). Such an op yields no scalar.
    }], "::std::optional<unsigned>", "getUpdatedOperand", (ins), "",
      [{ return ::std::nullopt; }]>,
    InterfaceMethod<[{
      Builds the computation of one element with arith/math/memref ops.
      `operands` are scalars or memrefs as getOperandMap says; `indices` are the
      loop indices (index type) within this rank's part. Floating-point ops
      carry `fastMathFlags(builder)`.
    }], "::mlir::Value", "buildBody",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ArrayRef<::mlir::Value>":$operands,
           "::mlir::ArrayRef<::mlir::Value>":$indices)>
  ];
}

def Sft_KernelOpInterface : OpInterface<"KernelOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    A primitive op with loops of its own (scatter, sparse products). It becomes
    a kernel alone.
  }];
  let methods = [
    InterfaceMethod<[{
      Independent iterations of the outermost loop: they may be cut among
      threads. 1: the kernel is one piece.
    }], "int64_t", "getKernelExtent", (ins), "", [{ return 1; }]>,
    InterfaceMethod<[{
      Builds the computation on buffers: `operands` and `results` are memrefs
      (three for a CSR value: row offsets, columns, values). `range` is the part
      [begin, end) of the extent to compute, as two index values; the whole
      range writes every element of each result.
    }], "void", "buildKernel",
      (ins "::mlir::OpBuilder &":$builder,
           "::mlir::ArrayRef<::mlir::Value>":$operands,
           "::mlir::ArrayRef<::mlir::Value>":$results,
           "::mlir::ValueRange":$range)>
  ];
}

def Sft_InterpretableOpInterface : OpInterface<"InterpretableOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    Evaluation in the reference interpreter (dialects/reference): plain loops
    in double precision, written to be read, independent of every lowering.
  }];
  let methods = [
    InterfaceMethod<[{
      Computes the results from the operands. `results` has one tensor for each
      result, already of its shape and zeroed.
    }], "::llvm::LogicalResult", "evaluate",
      (ins "::mlir::ArrayRef<::sft::reference::Tensor>":$operands,
           "::mlir::MutableArrayRef<::sft::reference::Tensor>":$results)>
  ];
}

def Sft_CollectiveOpInterface : OpInterface<"CollectiveOpInterface"> {
  let cppNamespace = "::sft";
  let description = [{
    An op that a group of ranks does together: those that agree on all mesh axes
    but `axes`. The interpreter evaluates it for a whole group at once.
  }];
  let methods = [
    InterfaceMethod<"Mesh axes of the group by index, major first.",
      "::llvm::ArrayRef<int64_t>", "getAxes", (ins)>,
    InterfaceMethod<[{
      Computes every member's results from every member's operands, both as
      [member][i], members in the order of their coordinates on the axes.
      Results come as in `evaluate`.
    }], "void", "evaluateGroup",
      (ins "::mlir::ArrayRef<::std::vector<::sft::reference::Tensor>>":$operands,
           "::mlir::MutableArrayRef<::std::vector<::sft::reference::Tensor>>":$results)>
  ];
}

def Sft_InitializerAttrInterface : AttrInterface<"InitializerAttrInterface"> {
  let cppNamespace = "::sft";
  let description = "How a parameter's first value is made.";
  let methods = [
    InterfaceMethod<[{
      Builds the initial value of a parameter of type `type` out of sft ops.
      Random numbers are drawn from the stream `name`, keyed by the run's seed
      and the *global* index.
    }], "::mlir::Value", "buildInitialValue",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::RankedTensorType":$type, "::llvm::StringRef":$name)>
  ];
}

def Sft_OptimizerAttrInterface : AttrInterface<"OptimizerAttrInterface"> {
  let cppNamespace = "::sft";
  let description = "How a gradient changes a parameter.";
  let methods = [
    InterfaceMethod<"Base learning rate, used unless sft-run --lr is given.",
      "double", "getLearningRate", (ins)>,
    InterfaceMethod<[{
      Names of the state tensors that each parameter needs, each of the
      parameter's shape, zero at the start ("m", "v").
    }], "::mlir::SmallVector<::llvm::StringRef>", "getStateNames", (ins)>,
    InterfaceMethod<[{
      True if only rows that occurred in the batch are to be updated where the
      gradient is row-sparse.
    }], "bool", "isLazy", (ins)>,
    InterfaceMethod<[{
      Builds the new parameter followed by the new state tensors. All tensors
      have one shape (rows that occurred, where lazy). `rate` is the scheduled
      learning rate and `step` the 0-based step, both scalars (f32, i64).
    }], "::mlir::SmallVector<::mlir::Value>", "buildUpdate",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$parameter, "::mlir::Value":$gradient,
           "::mlir::ValueRange":$state, "::mlir::Value":$rate,
           "::mlir::Value":$step)>
  ];
}

def Sft_ScheduleAttrInterface : AttrInterface<"ScheduleAttrInterface"> {
  let cppNamespace = "::sft";
  let description = "The learning rate as a function of the step.";
  let methods = [
    InterfaceMethod<[{
      Builds the rate (f32 scalar) at `step` (f32 scalar, 0-based) from the base
      rate.
    }], "::mlir::Value", "buildRate",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$baseRate, "::mlir::Value":$step)>
  ];
}

#endif // SFT_INTERFACES_TD
