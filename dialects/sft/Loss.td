//===- Loss.td - Objectives and metrics ---------------------*- tablegen -*-===//
//
// Every loss is a mean over the global batch (over all elements for regression
// losses) and a scalar.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_LOSS_TD
#define SFT_LOSS_TD

include "dialects/sft/OpBase.td"

class Sft_LossOp<string mnemonic, string formula, dag targets, string example,
                 string constraints, list<Trait> traits = []>
    : Sft_PureOp<mnemonic, !listconcat([Sft_Infer, Sft_Decomposable], traits)> {
  let summary = formula;
  let arguments = targets;
  let results = (outs Sft_ScalarTensor:$loss);
  let description = "Mean of " # formula # ".\n\n```mlir\n%l = sft." #
      mnemonic # example # "\n```\n\nConstraints: " # constraints;
  let assemblyFormat = [{
    $prediction `,` $target attr-dict `:`
    custom<SameOrEach>(type($prediction), type($target))
  }];
}

// A term for each prediction x and the target t in the same place.
class Sft_PairwiseLossOp<string mnemonic, string formula,
                         list<Trait> traits = [Sft_Differentiable]>
    : Sft_LossOp<mnemonic, formula,
                 (ins Sft_FloatTensor:$prediction, Sft_FloatTensor:$target),
                 " %x, %t : tensor<32x1xf32>",
                 "1. prediction and target have one type.", traits>;

def Sft_MseLossOp : Sft_PairwiseLossOp<"mse_loss",
    "squared error (x - t)^2">;
def Sft_MaeLossOp : Sft_PairwiseLossOp<"mae_loss",
    "absolute error |x - t|; gradient 0 at 0">;
def Sft_BinaryCrossEntropyOp : Sft_PairwiseLossOp<"binary_cross_entropy",
    "binary cross-entropy of logits with targets in [0, 1]: softplus(x) - x t">;
def Sft_HingeLossOp : Sft_PairwiseLossOp<"hinge_loss",
    "hinge max(0, 1 - t x) with targets -1 and 1 (Cortes & Vapnik 1995)">;
// At x = 0 the gradient is -t, so that weights that start at 0 move.
def Sft_PerceptronLossOp : Sft_PairwiseLossOp<"perceptron_loss",
    "perceptron criterion max(0, -t x) with targets -1 and 1, gradient -t at 0 "
    "(Rosenblatt 1958)">;
def Sft_BinaryAccuracyOp : Sft_PairwiseLossOp<"binary_accuracy",
    "whether (x > 0) == (t > 0)", []>;

// A term for each row of logits and its label.
class Sft_ClassificationLossOp<string mnemonic, string formula,
                               list<Trait> traits = []>
    : Sft_LossOp<mnemonic, formula,
                 (ins Sft_FloatTensor:$prediction, Sft_IntTensor:$target),
                 " %logits, %labels : tensor<64x10xf32>, tensor<64xi32>",
                 "1. logits are [.., classes], labels [..], of int type.",
                 !listconcat(traits, [Sft_Indexing])>;

def Sft_SoftmaxCrossEntropyOp
    : Sft_ClassificationLossOp<"softmax_cross_entropy",
    "-log softmax(logits)[label]; a label that is no class makes the loss "
    "infinite", [Sft_Differentiable]>;
def Sft_AccuracyOp : Sft_ClassificationLossOp<"accuracy",
    "whether the label has a largest logit">;

#endif // SFT_LOSS_TD
