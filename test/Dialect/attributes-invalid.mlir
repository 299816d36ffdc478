// RUN: sft-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect

// expected-error@+1 {{lr = 0.0 is not positive}}
"test.op"() {a = #sft.sgd<lr = 0.0>} : () -> ()

// -----

// expected-error@+1 {{momentum = 1.0 is not in [0, 1)}}
"test.op"() {a = #sft.sgd<momentum = 1.0>} : () -> ()

// -----

// expected-error@+1 {{nesterov needs a momentum, such as momentum = 0.9}}
"test.op"() {a = #sft.sgd<nesterov = true>} : () -> ()

// -----

// expected-error@+1 {{weight_decay = -1.0 is not 0 or above}}
"test.op"() {a = #sft.adamw<weight_decay = -1.0>} : () -> ()

// -----

// expected-error@+1 {{beta2 = 1.0 is not in [0, 1)}}
"test.op"() {a = #sft.adam<beta2 = 1.0>} : () -> ()

// -----

// expected-error@+1 {{eps = 0.0 is not positive}}
"test.op"() {a = #sft.adagrad<eps = 0.0>} : () -> ()

// -----

// expected-error@+1 {{alpha = 2.0 is not in [0, 1)}}
"test.op"() {a = #sft.rmsprop<alpha = 2.0>} : () -> ()

// -----

// expected-error@+1 {{every = 0 is not 1 to 2^24 steps}}
"test.op"() {a = #sft.step_decay<every = 0, factor = 0.5>} : () -> ()

// -----

// expected-error@+1 {{floor = 2.0 is not in [0, 1]}}
"test.op"() {a = #sft.cosine<steps = 10, floor = 2.0>} : () -> ()

// -----

// expected-error@+1 {{then = #sft.zeros; expected a schedule like #sft.cosine<steps = 1000>}}
"test.op"() {a = #sft.warmup<steps = 10, then = #sft.zeros>} : () -> ()

// -----

// expected-error@+1 {{low = 1.0 is not below high = 1.0}}
"test.op"() {a = #sft.uniform<low = 1.0, high = 1.0>} : () -> ()

// -----

// expected-error@+1 {{stddev = -1.0 is not positive}}
"test.op"() {a = #sft.normal<stddev = -1.0>} : () -> ()

// -----

// expected-error@+1 {{mesh axis "tensor" occurs twice}}
"test.op"() {a = #sft.mesh<"tensor" = 2, "tensor" = 2>} : () -> ()

// -----

// expected-error@+1 {{mesh axis "tensor" occurs twice}}
"test.op"() {a = #sft.mesh<"tensor:0" = 2, "tensor:1" = 2, "tensor" = 2>} : () -> ()

// -----

// expected-error@+1 {{mesh axis "tensor:1": parts of an axis stand together, numbered from 0}}
"test.op"() {a = #sft.mesh<"tensor:0" = 2, "data" = 2, "tensor:1" = 2>} : () -> ()

// -----

// expected-error@+1 {{mesh axis "tensor:x": parts of an axis stand together, numbered from 0}}
"test.op"() {a = #sft.mesh<"tensor:x" = 2>} : () -> ()
