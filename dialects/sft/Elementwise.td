//===- Elementwise.td - One result element from one of each -*- tablegen -*-===//
//
// Operands broadcast as in NumPy: shapes are aligned at the last dimension, and
// a dimension of size 1 repeats.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_ELEMENTWISE_TD
#define SFT_ELEMENTWISE_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

// All elementwise ops share shape inference, sharding rule and loop maps
// (Broadcasting.h). Each has a scalar function of its own (ElementwiseBody.cpp),
// a gradient (ElementwiseGradient.cpp), and `reference`: what the interpreter
// computes from the operands' elements x, y, z in double precision. `linearity`
// says how partial sums pass through, `predicate` that the result is boolean.
class Sft_ElementwiseOp<string mnemonic, string reference,
                        list<Trait> traits = []>
    : Sft_PureOp<mnemonic, !listconcat([Sft_Infer, Sft_Sharded, Sft_Loop],
                                       traits)> {
  string linearity = "None";
  bit predicate = 0;
  code shared = [{
    ::sft::FactorRule $cppClass::getFactorRule() {
      return ::sft::broadcastRule(*this, ::sft::Linearity::}] # linearity # [{);
    }
    ::mlir::SmallVector<int64_t> $cppClass::getLoopBounds() {
      return ::sft::shapeOf(getOperation()->getResult(0));
    }
    ::mlir::AffineMap $cppClass::getOperandMap(unsigned i) {
      return ::sft::broadcastMap(getOperation()->getOperand(i),
                                 getOperation()->getResult(0));
    }
  }];
  code evaluation = [{
    ::llvm::LogicalResult $cppClass::evaluate(
        ::mlir::ArrayRef<::sft::reference::Tensor> operands,
        ::mlir::MutableArrayRef<::sft::reference::Tensor> results) {
      auto scalar = [this](::mlir::ArrayRef<double> v) -> double {
        [[maybe_unused]] double x = v[0], y = v[v.size() > 1],
                                z = v[2 * (v.size() > 2)];
        (void)this;
        return }] # reference # [{;
      };
      ::sft::reference::evaluateElementwise(operands, results[0], scalar);
      return ::mlir::success();
    }
  }];
  code inference = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr,
        ::mlir::OpaqueProperties, ::mlir::RegionRange,
        ::mlir::SmallVectorImpl<::mlir::Type> &types) {
      return ::sft::inferBroadcast($cppClass::getOperationName(), location,
                                   operands, types, }] #
             !if(predicate, "true", "false") # [{);
    }
  }];
  let extraClassDefinition = shared # evaluation # inference;
}

class Sft_UnaryOp<string mnemonic, string formula, string reference,
                  list<Trait> traits = []>
    : Sft_ElementwiseOp<mnemonic, reference,
                        !listconcat([Sft_Differentiable], traits)> {
  let summary = "Elementwise " # formula;
  let description = "y = " # formula # ", for each element.\n\n"
      "```mlir\n%y = sft." # mnemonic # " %x : tensor<4x8xf32>\n```";
  let arguments = (ins Sft_FloatTensor:$x);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def Sft_NegOp : Sft_UnaryOp<"neg", "-x",
    "-x"> {
  let linearity = "Each";
}
def Sft_ExpOp : Sft_UnaryOp<"exp", "e^x",
    "std::exp(x)">;
def Sft_LogOp : Sft_UnaryOp<"log", "natural logarithm of x",
    "std::log(x)">;
def Sft_SqrtOp : Sft_UnaryOp<"sqrt", "square root of x",
    "std::sqrt(x)">;
def Sft_RsqrtOp : Sft_UnaryOp<"rsqrt", "1 / sqrt(x)",
    "1.0 / std::sqrt(x)">;
def Sft_AbsOp : Sft_UnaryOp<"abs", "|x|; gradient 0 at 0",
    "std::fabs(x)">;
def Sft_SquareOp : Sft_UnaryOp<"square", "x * x",
    "x * x">;
def Sft_SignOp : Sft_UnaryOp<"sign", "-1, 0 or 1; gradient 0",
    "(x > 0) - (x < 0)">;
def Sft_CosOp : Sft_UnaryOp<"cos", "cosine of x",
    "std::cos(x)">;
def Sft_SinOp : Sft_UnaryOp<"sin", "sine of x",
    "std::sin(x)">;
def Sft_FloorOp : Sft_UnaryOp<"floor", "largest integer not above x; gradient 0",
    "std::floor(x)">;
def Sft_ErfOp : Sft_UnaryOp<"erf", "error function of x",
    "std::erf(x)">;
def Sft_TanhOp : Sft_UnaryOp<"tanh", "hyperbolic tangent of x",
    "std::tanh(x)">;
def Sft_SigmoidOp : Sft_UnaryOp<"sigmoid", "1 / (1 + e^-x)",
    "1.0 / (1.0 + std::exp(-x))">;
def Sft_ReluOp : Sft_UnaryOp<"relu", "max(x, 0); gradient 0 at 0",
    "x > 0 ? x : (x <= 0 ? 0.0 : x)">;
def Sft_SiluOp : Sft_UnaryOp<"silu", "x * sigmoid(x)",
    "x / (1.0 + std::exp(-x))">;
def Sft_SoftplusOp : Sft_UnaryOp<"softplus", "log(1 + e^x), without overflow",
    "std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x)))">;
def Sft_GeluOp : Sft_UnaryOp<"gelu", "x * Phi(x), Phi the normal distribution (Hendrycks & Gimpel 2016)",
    "getApproximate() ? 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))) : 0.5 * x * std::erfc(-x / M_SQRT2)"> {
  let arguments = (ins Sft_FloatTensor:$x, UnitAttr:$approximate);
  let description = [{
    Exact, by erf; or with `tanh` the usual approximation
    0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).

    ```mlir
    %y = sft.gelu %x : tensor<4x8xf32>
    %z = sft.gelu %x tanh : tensor<4x8xf32>
    ```
  }];
  let assemblyFormat = "$x (`tanh` $approximate^)? attr-dict `:` type($x)";
}
def Sft_StopGradientOp
    : Sft_UnaryOp<"stop_gradient", "x; no gradient flows back",
    "x"> {
  let linearity = "Each";
}

class Sft_BinaryOp<string mnemonic, string formula, string reference,
                   list<Trait> traits = []>
    : Sft_ElementwiseOp<mnemonic, reference,
                        !listconcat([Sft_Differentiable], traits)> {
  let summary = "Elementwise " # formula;
  let description = "z = " # formula # ", with NumPy broadcasting.\n\n"
      "```mlir\n%z = sft." # mnemonic # " %x, %y : tensor<4x8xf32>\n"
      "%w = sft." # mnemonic # " %x, %b : tensor<4x8xf32>, tensor<8xf32>\n```\n\n"
      "Constraints:\n1. element types agree;\n2. shapes broadcast.";
  let arguments = (ins Sft_NumberTensor:$x, Sft_NumberTensor:$y);
  let results = (outs Sft_NumberTensor:$z);
  let assemblyFormat =
      "$x `,` $y attr-dict `:` custom<SameOrEach>(type($x), type($y))";
}

def Sft_AddOp : Sft_BinaryOp<"add", "x + y",
    "x + y", [Commutative]> {
  let linearity = "Jointly"; let hasFolder = 1; }
def Sft_SubOp : Sft_BinaryOp<"sub", "x - y",
    "x - y"> {
  let linearity = "Jointly"; let hasFolder = 1; }
def Sft_MulOp : Sft_BinaryOp<"mul", "x * y",
    "x * y", [Commutative]> {
  let linearity = "Each"; let hasFolder = 1; }
def Sft_DivOp : Sft_BinaryOp<"div", "x / y",
    "::sft::reference::divide(x, y, getZ().getType())"> {
  let linearity = "First"; let hasFolder = 1; }
def Sft_PowOp : Sft_BinaryOp<"pow", "x ^ y, x > 0",
    "std::pow(x, y)">;
def Sft_MinOp : Sft_BinaryOp<"min", "the smaller; ties share the gradient",
    "std::isnan(x) || x < y ? x : y">;
def Sft_MaxOp : Sft_BinaryOp<"max", "the larger; ties share the gradient",
    "std::isnan(x) || x > y ? x : y">;

def Sft_CompareKind : I32EnumAttr<"CompareKind", "comparison", [
    I32EnumAttrCase<"Eq", 0, "eq">, I32EnumAttrCase<"Ne", 1, "ne">,
    I32EnumAttrCase<"Lt", 2, "lt">, I32EnumAttrCase<"Le", 3, "le">,
    I32EnumAttrCase<"Gt", 4, "gt">, I32EnumAttrCase<"Ge", 5, "ge">]> {
  let cppNamespace = "::sft";
}

def Sft_CompareOp : Sft_ElementwiseOp<"compare",
    "::sft::reference::compare(getKind(), x, y)"> {
  let predicate = 1;
  let summary = "Elementwise comparison";
  let description = [{
    ```mlir
    %c = sft.compare gt, %x, %y : tensor<4x8xf32>
    ```

    Comparisons with NaN are false, except `ne`.
    Constraints: 1. element types agree; 2. shapes broadcast.
  }];
  let arguments = (ins Sft_CompareKind:$kind, Sft_NumberTensor:$x,
                       Sft_NumberTensor:$y);
  let results = (outs Sft_BoolTensor:$z);
  let assemblyFormat =
      "$kind `,` $x `,` $y attr-dict `:` custom<SameOrEach>(type($x), type($y))";
}

def Sft_SelectOp : Sft_ElementwiseOp<"select", "x != 0 ? y : z",
                                     [Sft_Differentiable]> {
  let summary = "x where the condition holds, else y";
  let description = [{
    ```mlir
    %z = sft.select %c, %x, %y : tensor<4x8xi1>, tensor<4x8xf32>, tensor<f32>
    ```

    Constraints: 1. x and y have one element type; 2. all shapes broadcast.
  }];
  let arguments = (ins Sft_BoolTensor:$condition, Sft_NumberTensor:$x,
                       Sft_NumberTensor:$y);
  let results = (outs Sft_NumberTensor:$z);
  let assemblyFormat = [{
    $condition `,` $x `,` $y attr-dict `:` type($condition) `,` type($x) `,`
    type($y)
  }];
}

def Sft_CastOp : Sft_PureOp<"cast", [Sft_Sharded, Sft_Loop,
                                     Sft_Differentiable, Sft_Indexing]> {
  let summary = "Converts the element type";
  let description = [{
    Float to integer truncates towards zero; i1 becomes 0 or 1.

    ```mlir
    %y = sft.cast %x : tensor<4xi32> to tensor<4xf32>
    ```

    Constraints: 1. shapes agree.
  }];
  let arguments = (ins Sft_AnyTensor:$x);
  let results = (outs Sft_NumberTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sft_ConstantOp : Sft_PureOp<"constant", [Sft_Infer, Sft_ShardedByPosition,
                                            Sft_Loop, ConstantLike]> {
  let summary = "One value in every element";
  let description = [{
    A splat, so that no constant is ever larger than its text.

    ```mlir
    %two = sft.constant dense<2.0> : tensor<f32>
    ```

    Constraints: 1. the value is a splat.
  }];
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Sft_AnyTensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
  let hasFolder = 1;
  let builders = [
    OpBuilder<(ins "::mlir::RankedTensorType":$type, "double":$value)>];
}

#endif // SFT_ELEMENTWISE_TD
