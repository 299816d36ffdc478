//===- PlanEnums.td - Enums of the plan dialect -------------*- tablegen -*-===//
// Values are those of runtime/plan/plan.fbs.
#ifndef SFT_PLAN_ENUMS_TD
#define SFT_PLAN_ENUMS_TD

include "mlir/IR/EnumAttr.td"

def Plan_BufferKind : I32EnumAttr<"BufferKind", "", [
    I32EnumAttrCase<"Temporary", 0, "temporary">,
    I32EnumAttrCase<"Parameter", 1, "parameter">,
    I32EnumAttrCase<"State", 2, "state">, I32EnumAttrCase<"Input", 3, "input">,
    I32EnumAttrCase<"Scalar", 4, "scalar">]> {
  let cppNamespace = "::sft::plan";
}

def Plan_EntryKind : I32EnumAttr<"EntryKind", "", [
    I32EnumAttrCase<"Initialize", 0, "initialize">,
    I32EnumAttrCase<"Gradients", 1, "gradients">,
    I32EnumAttrCase<"Update", 2, "update">,
    I32EnumAttrCase<"Evaluate", 3, "evaluate">,
    I32EnumAttrCase<"Predict", 4, "predict">]> {
  let cppNamespace = "::sft::plan";
}

def Plan_CollectiveKind : I32EnumAttr<"CollectiveKind", "", [
    I32EnumAttrCase<"AllReduce", 0, "all_reduce">,
    I32EnumAttrCase<"AllGather", 1, "all_gather">,
    I32EnumAttrCase<"ReduceScatter", 2, "reduce_scatter">,
    I32EnumAttrCase<"AllToAll", 3, "all_to_all">,
    I32EnumAttrCase<"Broadcast", 4, "broadcast">,
    I32EnumAttrCase<"Reduce", 5, "reduce">,
    I32EnumAttrCase<"Permute", 6, "permute">]> {
  let cppNamespace = "::sft::plan";
}

def Plan_OutputKind : I32EnumAttr<"OutputKind", "", [
    I32EnumAttrCase<"Loss", 0, "loss">, I32EnumAttrCase<"Metric", 1, "metric">,
    I32EnumAttrCase<"Prediction", 2, "prediction">,
    I32EnumAttrCase<"Guard", 3, "guard">]> {
  let cppNamespace = "::sft::plan";
}

#endif // SFT_PLAN_ENUMS_TD
