// RUN: sft-opt %s --sft-decompose | FileCheck %s

// Labels become a mask by position, so that no rank needs a whole row of
// logits and a sharded dimension of classes works.
// CHECK-LABEL: sft.step predict @cross_entropy
// CHECK-SAME: %[[X:.*]]: tensor<8x10xf32>, %[[T:.*]]: tensor<8xi32>
sft.step predict @cross_entropy(%x: tensor<8x10xf32>, %t: tensor<8xi32>) {
  // CHECK-NOT: sft.embedding
  // CHECK: %[[MAX:.*]] = sft.reduce max %[[X]] axes [1] keep
  // CHECK: %[[SHIFTED:.*]] = sft.sub %[[X]], %[[MAX]]
  // CHECK: %[[EXP:.*]] = sft.exp %[[SHIFTED]]
  // CHECK: %[[SUM:.*]] = sft.reduce sum %[[EXP]] axes [1] keep
  // CHECK: %[[CLASSES:.*]] = sft.iota axis 0 : tensor<10xi32>
  // CHECK: %[[COLUMN:.*]] = sft.reshape %[[T]] : tensor<8xi32> to tensor<8x1xi32>
  // CHECK: %[[MASK:.*]] = sft.compare eq, %[[COLUMN]], %[[CLASSES]]
  // CHECK-DAG: %[[LOG:.*]] = sft.log %[[SUM]]
  // CHECK-DAG: %[[NONE:.*]] = sft.constant dense<0xFF800000> : tensor<f32>
  // CHECK-DAG: %[[MASKED:.*]] = sft.select %[[MASK]], %[[SHIFTED]], %[[NONE]]
  // CHECK-DAG: %[[PICKED:.*]] = sft.reduce max %[[MASKED]] axes [1] keep
  // CHECK: %[[TERMS:.*]] = sft.sub %[[LOG]], %[[PICKED]]
  // CHECK-DAG: sft.reduce sum %[[TERMS]] axes [0, 1]
  // CHECK-DAG: sft.constant dense<1.250000e-01>
  %l = sft.softmax_cross_entropy %x, %t : tensor<8x10xf32>, tensor<8xi32>
  sft.output prediction "l", %l : tensor<f32>
}

// The mean is over all elements, of the global batch.
// CHECK-LABEL: sft.step predict @squared_error
sft.step predict @squared_error(%x: tensor<8x2xf32>, %t: tensor<8x2xf32>) {
  // CHECK: %[[ERROR:.*]] = sft.sub
  // CHECK-NEXT: %[[SQUARE:.*]] = sft.square %[[ERROR]]
  // CHECK-DAG: %[[SUM:.*]] = sft.reduce sum %[[SQUARE]] axes [0, 1]
  // CHECK-DAG: %[[SHARE:.*]] = sft.constant dense<6.250000e-02> : tensor<f32>
  // CHECK: sft.mul %[[SHARE]], %[[SUM]]
  %l = sft.mse_loss %x, %t : tensor<8x2xf32>
  sft.output prediction "l", %l : tensor<f32>
}
