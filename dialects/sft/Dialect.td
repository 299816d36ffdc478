//===- Dialect.td - The sft dialect -------------------------*- tablegen -*-===//
#ifndef SFT_DIALECT_TD
#define SFT_DIALECT_TD

include "mlir/IR/OpBase.td"

def Sft_Dialect : Dialect {
  let name = "sft";
  let cppNamespace = "::sft";
  let summary = "Training steps: models, tensors ops, collectives";
  let description = [{
    A model is written once, as if for one machine, with *global* shapes. The
    phases of the compiler rewrite it inside this dialect: into training steps
    (sft.step with sft.variable), into local shapes with collectives, and into
    kernels. Only then it becomes a per-rank program of the `plan` dialect.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    /// Each family of ops registers itself (one generated list a family).
    template <typename... Ops> void registerOps() { addOperations<Ops...>(); }

  private:
    void registerAttributes();
    void registerTypes();

  public:
  }];
}

#endif // SFT_DIALECT_TD
