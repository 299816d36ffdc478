//===- Loss.td - Objectives and metrics ---------------------*- tablegen -*-===//
//
// Every loss is a mean over the global batch (over all elements for regression
// losses) and a scalar.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_LOSS_TD
#define SFT_LOSS_TD

include "dialects/sft/OpBase.td"

class Sft_LossOp<string mnemonic, string formula, dag targets,
                 string constraints, list<Trait> traits = []>
    : Sft_PureOp<mnemonic, !listconcat([Sft_Infer, Sft_Decomposable], traits)> {
  let summary = formula;
  let arguments = targets;
  let results = (outs Sft_ScalarTensor:$loss);
  let description = "Mean of " # formula # ".\n\nConstraints: " # constraints;
  let assemblyFormat = [{
    $prediction `,` $target attr-dict `:`
    custom<SameOrEach>(type($prediction), type($target))
  }];
}

class Sft_RegressionLossOp<string mnemonic, string formula>
    : Sft_LossOp<mnemonic, formula,
                 (ins Sft_FloatTensor:$prediction, Sft_FloatTensor:$target),
                 "1. prediction and target have one type.",
                 [Sft_Differentiable]>;

def Sft_MseLossOp : Sft_RegressionLossOp<"mse_loss",
    "squared error (prediction - target)^2">;
def Sft_MaeLossOp : Sft_RegressionLossOp<"mae_loss",
    "absolute error |prediction - target|">;
def Sft_BinaryCrossEntropyOp : Sft_RegressionLossOp<"binary_cross_entropy",
    "binary cross-entropy of logits with targets in [0, 1]: softplus(x) - x * t">;
def Sft_HingeLossOp : Sft_RegressionLossOp<"hinge_loss",
    "hinge max(0, 1 - t x) with targets -1 and 1 (Cortes & Vapnik 1995)">;
def Sft_PerceptronLossOp : Sft_RegressionLossOp<"perceptron_loss",
    "perceptron criterion max(0, -t x) with targets -1 and 1 (Rosenblatt 1958)">;

def Sft_SoftmaxCrossEntropyOp : Sft_LossOp<"softmax_cross_entropy",
    "-log softmax(logits)[label]",
    (ins Sft_FloatTensor:$prediction, Sft_IntTensor:$target),
    "1. logits are [.., classes], labels [..], of int type.",
    [Sft_Differentiable]>;

def Sft_AccuracyOp : Sft_LossOp<"accuracy",
    "share of rows whose label has a largest logit",
    (ins Sft_FloatTensor:$prediction, Sft_IntTensor:$target),
    "1. logits are [.., classes], labels [..], of int type.">;
def Sft_BinaryAccuracyOp : Sft_LossOp<"binary_accuracy",
    "share of elements with (prediction > 0) == (target > 0)",
    (ins Sft_FloatTensor:$prediction, Sft_FloatTensor:$target),
    "1. prediction and target have one type.">;

#endif // SFT_LOSS_TD
