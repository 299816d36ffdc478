//===- PassBase.td - What all passes of the compiler share --*- tablegen -*-===//
#ifndef SFT_PASS_BASE_TD
#define SFT_PASS_BASE_TD

include "mlir/Pass/PassBase.td"

// On a module; loads the sft dialect, whose attributes it may set or read also
// where the module has none of its ops.
class Sft_ModulePass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::sft::SftDialect"];
}

#endif // SFT_PASS_BASE_TD
