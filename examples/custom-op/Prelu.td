//===- Prelu.td - A dialect with one op ---------------------*- tablegen -*-===//
include "dialects/sft/OpBase.td"

def Act_Dialect : Dialect {
  let name = "act";
  let cppNamespace = "::act";
  let summary = "Activations that learn";
  let dependentDialects = ["::sft::SftDialect"]; // its gradient is made of them
}

def Act_PreluOp : Op<Act_Dialect, "prelu", [
    Pure, Sft_Infer, Sft_Sharded, Sft_Loop, Sft_Differentiable,
    DeclareOpInterfaceMethods<Sft_InterpretableOpInterface>]> {
  let summary = "x where positive, else slope * x; the slope is learned";
  let description = [{
    Parametric rectifier (He et al. 2015). The slope broadcasts: one for each
    feature, or a scalar.

    ```mlir
    %y = act.prelu %x, %slope : tensor<32x16xf32>, tensor<16xf32>
    ```

    Constraints: 1. element types agree; 2. shapes broadcast.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$slope);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x `,` $slope attr-dict `:` type($x) `,` type($slope)";
}
