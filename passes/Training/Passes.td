//===- Passes.td - From a model to its steps ----------------*- tablegen -*-===//
//
// In the order of the phase. The examples are lit tests: test/Training/<pass
// without the prefix sft->.mlir.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_TRAINING_PASSES_TD
#define SFT_TRAINING_PASSES_TD

include "passes/PassBase.td"

def LowerModel : Sft_ModulePass<"sft-lower-model"> {
  let summary = "A model as variables and steps";
  let description = [{
    Replaces the program's sft.model by an sft.variable for each parameter and
    the steps

    - `@initialize`, which writes each parameter's initial value;
    - `@train`, if there is a loss, and `@evaluate`, if there is a loss or a
      metric: the forward computation of loss and metrics (scalar outputs);
    - `@predict`, if there are other outputs: their computation alone.

    A step takes only the inputs that it needs, so that predictions need no
    labels. Dropout becomes a random mask in `@train` and nothing elsewhere.
    Optimizer, schedule and clip_norm wait as attributes of `@train`.

    Assumes: nothing. Afterwards: there is no sft.model and no sft.dropout.

    ```mlir
    sft.model @scale(%x: tensor<4xf32>, %y: tensor<4xf32>)
        optimizer = #sft.sgd<lr = 0.1> {
      %w = sft.parameter "w" init(#sft.ones) : tensor<f32>
      %p = sft.mul %x, %w : tensor<4xf32>, tensor<f32>
      %loss = sft.mse_loss %p, %y : tensor<4xf32>
      sft.yield loss %loss : tensor<f32>, outputs {"p" = %p : tensor<4xf32>}
    }
    ```

    becomes

    ```mlir
    sft.variable parameter @w : tensor<f32>
    sft.step initialize @initialize() {
      %0 = sft.constant dense<1.0> : tensor<f32>
      sft.write @w, %0 : tensor<f32>
    }
    sft.step train @train(%x: tensor<4xf32>, %y: tensor<4xf32>)
        attributes {sft.optimizer = #sft.sgd<lr = 0.1>} {
      %0 = sft.read @w : tensor<f32>
      %1 = sft.mul %x, %0 : tensor<4xf32>, tensor<f32>
      %2 = sft.mse_loss %1, %y : tensor<4xf32>
      sft.output loss "loss", %2 : tensor<f32>
    }
    sft.step evaluate @evaluate(%x: tensor<4xf32>, %y: tensor<4xf32>) {...}
    sft.step predict @predict(%x: tensor<4xf32>) {
      %0 = sft.read @w : tensor<f32>
      %1 = sft.mul %x, %0 : tensor<4xf32>, tensor<f32>
      sft.output prediction "p", %1 : tensor<4xf32>
    }
    ```
  }];
}

def LimitIndices : Sft_ModulePass<"sft-limit-indices"> {
  let summary = "Which inputs are indices, and how far they may go";
  let description = [{
    Follows the values of each step backwards from the ops that use them as
    indices (IndexingOpInterface) and notes at the steps' inputs below what
    their elements must lie. Limits of one input that stem from several uses, in
    whichever steps, hold together. They end up in the plan; data that break
    them are refused when they are loaded.

    Assumes: nothing. Afterwards: all steps say the same of an input.

    ```mlir
    sft.step predict @predict(%id: tensor<4x2xi32>) {
      %t = sft.read @table : tensor<65x8xf32>
      %e = sft.embedding %t, %id : tensor<65x8xf32>, tensor<4x2xi32>
      sft.output prediction "e", %e : tensor<4x2x8xf32>
    }
    ```

    becomes

    ```mlir
    sft.step predict @predict(%id: tensor<4x2xi32> below [65]) {
      ...
    }
    ```
  }];
}

def Differentiate : Sft_ModulePass<"sft-differentiate"> {
  let summary = "The gradient of a train step's loss by each parameter";
  let description = [{
    Reverse-mode differentiation (Griewank & Walther 2008) of `@train`:

    1. mark the values that a trained parameter influences;
    2. seed the loss with the gradient 1;
    3. visit the ops backwards; where a result has a gradient and an operand is
       marked, the op builds its operands' gradients
       (DifferentiableOpInterface), which are added up where a value is used
       several times;
    4. hand the gradient of each trained parameter to an sft.gradient.

    Gradient ops stand behind the forward computation and carry the location of
    the forward op that they come from. The time is linear in the ops.

    Assumes: each trained parameter is read once. Afterwards: an sft.gradient
    for each sft.variable that is a parameter and not frozen.

    ```mlir
    %0 = sft.read @w : tensor<f32>
    %1 = sft.square %0 : tensor<f32>
    sft.output loss "loss", %1 : tensor<f32>
    ```

    becomes

    ```mlir
    %0 = sft.read @w : tensor<f32>
    %1 = sft.square %0 : tensor<f32>
    %2 = sft.constant dense<1.0> : tensor<f32>
    %3 = sft.mul %2, %0 : tensor<f32>
    %4 = sft.constant dense<2.0> : tensor<f32>
    %5 = sft.mul %4, %3 : tensor<f32>
    sft.output loss "loss", %1 : tensor<f32>
    sft.gradient @w, %5 : tensor<f32>
    ```
  }];
}

def ApplyOptimizer : Sft_ModulePass<"sft-apply-optimizer"> {
  let summary = "Gradients become updates";
  let description = [{
    Replaces each sft.gradient of `@train` by the optimizer's update: new
    values of the parameter and of its state, a variable "parameter.state" each,
    which `@initialize` sets to zero. Before the first write stands an sft.guard
    on a number that is finite if and only if the loss and every gradient are.

    With clip_norm, all gradients are scaled by min(1, clip_norm / norm), norm
    the Euclidean norm of all of them together; it has to be finite, too.

    A lazy optimizer updates only the rows that occurred where the gradient is
    an sft.expand_rows (W of one sft.transform) or an sft.scatter_add (the table
    of one sft.embedding that no annotation cuts): weight decay and moments of
    other rows rest. Where a gradient is dense, or the sum of several, lazy makes
    no difference.

    Assumes: `@train` has the attributes that --sft-lower-model gives it.
    Afterwards: there is no sft.gradient, and the attributes are gone.

    ```mlir
    sft.output loss "loss", %loss : tensor<f32>
    sft.gradient @w, %g : tensor<4xf32>
    ```

    becomes, with `sft.optimizer = #sft.sgd<lr = 0.1>`,

    ```mlir
    sft.output loss "loss", %loss : tensor<f32>
    %0 = sft.constant dense<0.0> : tensor<f32>
    %1 = sft.mul %0, %g : tensor<f32>, tensor<4xf32>
    %2 = sft.reduce sum %1 axes [0] : tensor<4xf32>
    ...
    sft.guard %finite : tensor<f32>
    %rate = sft.runtime_scalar learning_rate default 1.0e-01 : tensor<f32>
    %3 = sft.mul %rate, %g : tensor<f32>, tensor<4xf32>
    %4 = sft.sub %w, %3 : tensor<4xf32>
    sft.write @w, %4 : tensor<4xf32>
    ```
  }];
}

def Decompose : Pass<"sft-decompose", "::sft::StepOp"> {
  let summary = "Surface ops as compositions of primitive ones";
  let description = [{
    Replaces ops with DecomposableOpInterface (losses, norms, softmax) by what
    they are made of, until none is left. From here on, ops have sharding rules
    and lowerings.

    ```mlir
    %m = sft.mean %x axes [0] : tensor<4xf32>
    ```

    becomes

    ```mlir
    %0 = sft.reduce sum %x axes [0] : tensor<4xf32>
    %1 = sft.constant dense<2.5e-01> : tensor<f32>
    %m = sft.mul %1, %0 : tensor<f32>
    ```
  }];
}

def VerifyTraining : Sft_ModulePass<"sft-verify-training"> {
  let summary = "What holds after the phase Training";
  let description = [{
    1. There is no sft.model.
    2. There is one `initialize` step and at most one of each other kind.
    3. Ops in steps are primitive: they have a sharding rule, or are an
       sft.write, sft.output or sft.guard.
    4. Reads and writes name a variable and have its type.
    5. `initialize` writes every variable.
    6. A `train` step has a guard.
  }];
}

#endif // SFT_TRAINING_PASSES_TD
