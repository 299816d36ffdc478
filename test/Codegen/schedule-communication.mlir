// RUN: sft-opt %s --sft-schedule-communication=bytes=1024 --split-input-file --verify-roundtrip | FileCheck %s

// Under way while something is computed: issued where its operand is made,
// awaited where its result is used.
// CHECK-LABEL: sft.step predict @beside
// CHECK: sft.contract
// CHECK-NEXT: %[[SUM:.*]] = sft.all_reduce
// CHECK-NEXT: sft.contract
// CHECK-NEXT: %[[R:.*]] = sft.await %[[SUM]] :
// CHECK-NEXT: sft.output metric "r", %[[R]]
sft.step predict @beside(%x: tensor<256x256xf32>, %e: tensor<256x256xf32>) {
  %g = sft.contract %x, %e none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
  %h = sft.contract %e, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
  %r = sft.all_reduce sum %g axes [0] why "" : tensor<256x256xf32> -> tensor<256x256xf32>
  sft.output metric "r", %r : tensor<256x256xf32>
}

// -----

// With nothing to compute meanwhile, or too few bytes, it stays as it is.
// CHECK-LABEL: sft.step predict @nothing_to_do
// CHECK-NOT: sft.await
sft.step predict @nothing_to_do(%x: tensor<256x256xf32>) {
  %g = sft.contract %x, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
  %r = sft.all_reduce sum %g axes [0] why "" : tensor<256x256xf32> -> tensor<256x256xf32>
  sft.output metric "r", %r : tensor<256x256xf32>
}

// CHECK-LABEL: sft.step predict @too_small
// CHECK-NOT: sft.await
sft.step predict @too_small(%x: tensor<8x8xf32>) {
  %g = sft.contract %x, %x none : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  %r = sft.all_reduce sum %g axes [0] why "" : tensor<8x8xf32> -> tensor<8x8xf32>
  %h = sft.contract %x, %x none : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  sft.output metric "r", %r : tensor<8x8xf32>
}

// -----

// One large collective makes all of the function's run beside; the function
// ends at the guard, and what stands behind it is looked at by itself.
// CHECK-LABEL: sft.step train @guard
// CHECK: %[[SMALL:.*]] = sft.all_reduce sum %{{.*}} : tensor<f32>
// CHECK: %[[LARGE:.*]] = sft.all_reduce sum %{{.*}} : tensor<256x256xf32>
// CHECK-DAG: sft.await %[[LARGE]]
// CHECK-DAG: sft.await %[[SMALL]]
// CHECK: sft.guard
// CHECK: sft.all_reduce
// CHECK-NOT: sft.await
sft.step train @guard(%x: tensor<256x256xf32>, %f: tensor<f32>) {
  %g = sft.contract %x, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
  %r = sft.all_reduce sum %g axes [0] why "" : tensor<256x256xf32> -> tensor<256x256xf32>
  %h = sft.contract %x, %x none : tensor<256x256xf32>, tensor<256x256xf32> -> tensor<256x256xf32>
  %s = sft.all_reduce sum %f axes [0] why "" : tensor<f32> -> tensor<f32>
  sft.guard %s : tensor<f32>
  %w = sft.all_reduce sum %h axes [0] why "" : tensor<256x256xf32> -> tensor<256x256xf32>
  sft.write @w, %w : tensor<256x256xf32>
  sft.write @v, %r : tensor<256x256xf32>
}

// -----

// Gathers: the second is issued where the first is used, the third where the
// second is, so that two whole matrices live at a time.
// CHECK-LABEL: sft.step predict @prefetch
// CHECK: %[[A:.*]] = sft.all_gather
// CHECK-NEXT: sft.contract
// CHECK: %[[B:.*]] = sft.all_gather
// CHECK-NEXT: %[[W1:.*]] = sft.await %[[A]]
// CHECK-NEXT: sft.contract %{{.*}}, %[[W1]]
// CHECK: %[[C:.*]] = sft.all_gather
// CHECK-NEXT: %[[W2:.*]] = sft.await %[[B]]
// CHECK-NEXT: sft.contract %{{.*}}, %[[W2]]
// CHECK-NEXT: %[[W3:.*]] = sft.await %[[C]]
// CHECK-NEXT: sft.contract %{{.*}}, %[[W3]]
sft.step predict @prefetch(%x: tensor<32x32xf32>) {
  %p = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s1 = sft.read @w1 : tensor<16x32xf32>
  %w1 = sft.all_gather %s1 dim 0 axes [0] why "" : tensor<16x32xf32> to tensor<32x32xf32>
  %a = sft.contract %p, %w1 none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s2 = sft.read @w2 : tensor<16x32xf32>
  %w2 = sft.all_gather %s2 dim 0 axes [0] why "" : tensor<16x32xf32> to tensor<32x32xf32>
  %b = sft.contract %a, %w2 none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s3 = sft.read @w3 : tensor<16x32xf32>
  %w3 = sft.all_gather %s3 dim 0 axes [0] why "" : tensor<16x32xf32> to tensor<32x32xf32>
  %c = sft.contract %b, %w3 none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  sft.output prediction "y", %c : tensor<32x32xf32>
}

// -----

// A scatter keeps what it sends: the first is awaited when the second has been
// issued, though its result is used at the end.
// CHECK-LABEL: sft.step predict @scatter
// CHECK: %[[G:.*]] = sft.contract
// CHECK-NEXT: %[[A:.*]] = sft.reduce_scatter sum %[[G]]
// CHECK-NEXT: %[[H:.*]] = sft.contract
// CHECK-NEXT: %[[B:.*]] = sft.reduce_scatter sum %[[H]]
// CHECK-NEXT: %[[R:.*]] = sft.await %[[A]] while %[[G]]
// CHECK-NEXT: sft.contract
// CHECK-NEXT: sft.output metric "r", %[[R]]
// CHECK-NEXT: %[[Q:.*]] = sft.await %[[B]] while %[[H]]
// CHECK-NEXT: sft.output metric "q", %[[Q]]
sft.step predict @scatter(%x: tensor<32x32xf32>) {
  %g = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %r = sft.reduce_scatter sum %g dim 0 axes [0] why "" : tensor<32x32xf32> to tensor<16x32xf32>
  %h = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %q = sft.reduce_scatter sum %h dim 0 axes [0] why "" : tensor<32x32xf32> to tensor<16x32xf32>
  %i = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  sft.output metric "r", %r : tensor<16x32xf32>
  sft.output metric "q", %q : tensor<16x32xf32>
}

// -----

// So does a permute: its operand is not computed into before the await.
// CHECK-LABEL: sft.step predict @permute
// CHECK: %[[G:.*]] = sft.contract
// CHECK-NEXT: %[[A:.*]] = sft.permute %[[G]]
// CHECK-NEXT: sft.contract
// CHECK-NEXT: %[[R:.*]] = sft.await %[[A]] while %[[G]]
// CHECK-NEXT: sft.output metric "r", %[[R]]
sft.step predict @permute(%x: tensor<32x32xf32>) {
  %g = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %h = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %r = sft.permute %g from [1, 0] axes [0] why "" : tensor<32x32xf32>
  sft.output metric "r", %r : tensor<32x32xf32>
}

// -----

// What is gathered into a variable takes no room: it is not held back. Writes
// happen at the end of the step, wherever they stand.
// CHECK-LABEL: sft.step initialize @into_variables
// CHECK: sft.contract
// CHECK-NEXT: sft.all_gather
// CHECK-NEXT: sft.contract
// CHECK-NEXT: sft.all_gather
// CHECK-NEXT: sft.contract
// CHECK-NEXT: sft.await
// CHECK-NEXT: sft.write @w1
// CHECK-NEXT: sft.await
// CHECK-NEXT: sft.write @w2
// CHECK-NEXT: sft.write @w3
sft.step initialize @into_variables() {
  %x = sft.fill dense<1.0> : tensor<16x16xf32>
  %s = sft.contract %x, %x none : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32>
  %w1 = sft.all_gather %s dim 0 axes [0] why "" : tensor<16x16xf32> to tensor<32x16xf32>
  sft.write @w1, %w1 : tensor<32x16xf32>
  %t = sft.contract %x, %x none : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32>
  %w2 = sft.all_gather %t dim 0 axes [0] why "" : tensor<16x16xf32> to tensor<32x16xf32>
  sft.write @w2, %w2 : tensor<32x16xf32>
  %u = sft.contract %x, %x none : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32>
  sft.write @w3, %u : tensor<16x16xf32>
}

// -----

// A view is no use: the collective is awaited ahead of who reads it.
// CHECK-LABEL: sft.step predict @view
// CHECK: sft.all_reduce
// CHECK-NEXT: sft.contract
// CHECK-NEXT: sft.await
// CHECK-NEXT: sft.reshape
// CHECK-NEXT: sft.output
sft.step predict @view(%x: tensor<32x32xf32>) {
  %g = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s = sft.all_reduce sum %g axes [0] why "" : tensor<32x32xf32> -> tensor<32x32xf32>
  %v = sft.reshape %s : tensor<32x32xf32> to tensor<1024xf32>
  %h = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  sft.output metric "v", %v : tensor<1024xf32>
}
