// RUN: sft-opt %s --sft-lower-model --split-input-file --verify-roundtrip | FileCheck %s

// The example of the pass's documentation.

// CHECK-LABEL: module @scale
// CHECK-NEXT: sft.variable parameter @w : tensor<f32>
// CHECK-NEXT: sft.step initialize @initialize() {
// CHECK-NEXT:   %[[ONE:.*]] = sft.constant dense<1.0{{.*}}> : tensor<f32>
// CHECK-NEXT:   sft.write @w, %[[ONE]] : tensor<f32>
// CHECK-NEXT: }
// CHECK-NEXT: sft.step train @train(%[[X:.*]]: tensor<4xf32>, %[[Y:.*]]: tensor<4xf32>) attributes {sft.optimizer = #sft.sgd<lr = 0.1>} {
// CHECK-NEXT:   %[[W:.*]] = sft.read @w : tensor<f32>
// CHECK-NEXT:   %[[P:.*]] = sft.mul %[[X]], %[[W]]
// CHECK-NEXT:   %[[L:.*]] = sft.mse_loss %[[P]], %[[Y]]
// CHECK-NEXT:   sft.output loss "loss", %[[L]] : tensor<f32>
// CHECK-NEXT: }
// CHECK-NEXT: sft.step evaluate @evaluate(%{{.*}}: tensor<4xf32>, %{{.*}}: tensor<4xf32>) {
// CHECK:        sft.output loss "loss"
// CHECK-NEXT: }
// CHECK-NEXT: sft.step predict @predict(%[[X:.*]]: tensor<4xf32>) {
// CHECK-NEXT:   %[[W:.*]] = sft.read @w : tensor<f32>
// CHECK-NEXT:   %[[P:.*]] = sft.mul %[[X]], %[[W]]
// CHECK-NEXT:   sft.output prediction "p", %[[P]] : tensor<4xf32>
// CHECK-NEXT: }
sft.model @scale(%x: tensor<4xf32>, %y: tensor<4xf32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.ones) : tensor<f32>
  %p = sft.mul %x, %w : tensor<4xf32>, tensor<f32>
  %loss = sft.mse_loss %p, %y : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"p" = %p : tensor<4xf32>}
}

// -----

// Scalar outputs are metrics of @train and @evaluate.

// CHECK-LABEL: module @metrics
// CHECK: sft.variable parameter frozen @z : tensor<f32>
// CHECK: sft.step train @train({{.*}}) attributes {sft.clip_norm = 5.0{{.*}}, sft.optimizer = #sft.adagrad, sft.schedule = #sft.constant_rate}
// CHECK:   sft.output loss "loss"
// CHECK-NEXT: sft.output metric "error"
// CHECK: sft.step evaluate
// CHECK:   sft.output metric "error"
// CHECK-NOT: sft.step predict
sft.model @metrics(%x: tensor<4xf32>, %y: tensor<4xf32>)
    optimizer = #sft.adagrad schedule = #sft.constant_rate
    clip_norm = 5.0 {
  %w = sft.parameter "w" init(#sft.ones) : tensor<f32>
  %z = sft.parameter "z" init(#sft.ones) frozen : tensor<f32>
  %wz = sft.mul %w, %z : tensor<f32>
  %p = sft.mul %x, %wz : tensor<4xf32>, tensor<f32>
  %loss = sft.mse_loss %p, %y : tensor<4xf32>
  %error = sft.mae_loss %p, %y : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"error" = %error : tensor<f32>}
}

// -----

// Dropout is a mask in @train and nothing elsewhere. Each has its own stream.

// CHECK-LABEL: module @dropout
// CHECK: sft.step train
// CHECK: %[[W:.*]] = sft.read @w
// CHECK: %[[SEED:.*]] = sft.runtime_scalar seed
// CHECK: %[[STEP:.*]] = sft.runtime_scalar step
// CHECK: %[[U:.*]] = sft.random_uniform %[[SEED]], %[[STEP]] stream [[#STREAM:]] word 0 : tensor<4xf32>
// CHECK: %[[RATE:.*]] = sft.constant dense<2.5{{.*}}> : tensor<f32>
// CHECK: %[[KEEP:.*]] = sft.compare ge, %[[U]], %[[RATE]]
// CHECK-DAG: %[[SCALE:.*]] = sft.constant dense<1.33333337> : tensor<f32>
// CHECK-DAG: %[[ZERO:.*]] = sft.constant dense<0.0{{.*}}> : tensor<f32>
// CHECK: %[[MASK:.*]] = sft.select %[[KEEP]], %[[SCALE]], %[[ZERO]]
// CHECK: sft.mul %[[W]], %[[MASK]]
// CHECK-NOT: stream [[#STREAM]] word
// CHECK: stream {{[0-9]+}} word
// CHECK: sft.step evaluate
// CHECK-NOT: random_uniform
// CHECK: sft.mse_loss
sft.model @dropout(%y: tensor<4xf32>) optimizer = #sft.sgd<lr = 0.01> {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  %d = sft.dropout %w rate 0.25 : tensor<4xf32>
  %e = sft.dropout %d rate 0.5 : tensor<4xf32>
  %loss = sft.mse_loss %e, %y : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>
}

// -----

// A model without a loss can only predict.

// CHECK-LABEL: module @predicts
// CHECK: sft.step initialize
// CHECK-NOT: sft.step train
// CHECK-NOT: sft.step evaluate
// CHECK: sft.step predict @predict
sft.model @predicts(%x: tensor<4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<f32>
  %p = sft.mul %x, %w : tensor<4xf32>, tensor<f32>
  sft.yield outputs {"p" = %p : tensor<4xf32>}
}
