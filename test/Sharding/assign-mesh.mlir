// RUN: sft-opt %s --sft-assign-mesh=mesh=data=2 | FileCheck %s
// RUN: sft-opt %s --sft-assign-mesh="mesh=data=2,tensor=4" | FileCheck %s --check-prefix=AXES
// RUN: sft-opt %s --sft-assign-mesh | FileCheck %s --check-prefix=ONE
// RUN: not sft-opt %s --sft-assign-mesh=mesh=data 2>&1 | FileCheck %s --check-prefix=SIZE
// RUN: not sft-opt %s --sft-assign-mesh="mesh=data=2,data=2" 2>&1 | FileCheck %s --check-prefix=TWICE

// CHECK: module attributes {sft.mesh = #sft.mesh<"data" = 2>}
// AXES: module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 4>}
// ONE: module attributes {sft.mesh = #sft.mesh<>}
// SIZE: error: mesh axis "data": expected name=size, like data=2
// TWICE: error: {{.*}}data
module {
sft.variable parameter @w : tensor<4xf32>
}
