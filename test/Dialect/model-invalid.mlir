// RUN: sft-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{input "y" of type 'tensor<3xf32>': the leading dimension is not the batch of 4 rows that the first input has}}
sft.model @model_c1(%x: tensor<4xf32>, %y: tensor<3xf32>) {
}

// -----

// expected-error @below {{input "7" of type 'tensor<4xf32>': a name of digits alone is lost when the model is printed; begin with a letter}}
sft.model @model_c2_digits(%7: tensor<4xf32>) {
}

// -----

// expected-error @below {{input "a$b" of type 'tensor<4xf32>': a name is a key in files: letters, digits, '_', '.' and '-' only}}
sft.model @model_c2_letters(%a$b: tensor<4xf32>) {
}

// -----

sft.model @model_c3() {
  // expected-note @below {{first declared here}}
  %v = sft.parameter "w" init(#sft.zeros) : tensor<1xf32>
  // expected-error @below {{"w" is declared twice}}
  %w = sft.parameter "w" init(#sft.zeros) : tensor<2xf32>
}

// -----

sft.model @parameter_c1() {
  // expected-error @below {{init is #sft.cosine<steps = 3>; expected one like #sft.he_normal or #sft.zeros}}
  %w = sft.parameter "w" init(#sft.cosine<steps = 3>) : tensor<2xf32>
}

// -----

sft.model @parameter_c2() {
  // expected-error @below {{"a/b": a name is a key in files}}
  %w = sft.parameter "a/b" init(#sft.zeros) : tensor<2xf32>
}

// -----

sft.model @parameter_c3() {
  // expected-error @below {{shard names axes for 1 of 2 dimensions; write `-` for one that is not cut}}
  %w = sft.parameter "w" init(#sft.zeros) shard <[data]> : tensor<2x2xf32>
}

// -----

sft.model @yield_c1(%x: tensor<4xf32>) {
  // expected-error @below {{the loss is a float scalar like tensor<f32>, not 'tensor<4xf32>'; take sft.mean over all axes}}
  sft.yield loss %x : tensor<4xf32>
}

// -----

sft.model @yield_c2_twice(%x: tensor<4xf32>) {
  // expected-error @below {{has two outputs named "p"}}
  sft.yield outputs {"p" = %x : tensor<4xf32>, "p" = %x : tensor<4xf32>}
}

// -----

sft.model @yield_c2_key(%x: tensor<4xf32>) {
  // expected-error @below {{output "..": a name does not start with '.'}}
  sft.yield outputs {".." = %x : tensor<4xf32>}
}

// -----

sft.model @yield_c3(%x: tensor<4xf32>) {
  %y = sft.concat %x, %x axis 0 : tensor<4xf32>, tensor<4xf32>
  // expected-error @below {{output "p" is 'tensor<8xf32>'; expected a scalar (a metric) or a tensor with the batch of 4 as leading dimension}}
  sft.yield outputs {"p" = %y : tensor<8xf32>}
}

// -----

sft.model @yield_metric_type(%x: tensor<4xf32>) {
  %n = sft.constant dense<1> : tensor<i32>
  // expected-error @below {{metric "n" is 'tensor<i32>'; a metric is tensor<f32>, use sft.cast}}
  sft.yield outputs {"n" = %n : tensor<i32>}
}

// -----

// expected-error @below {{optimizer is #sft.zeros; expected one like #sft.adam<lr = 1.0e-3>}}
sft.model @optimizer(%x: tensor<4xf32>) optimizer = #sft.zeros {
}

// -----

// expected-error @below {{schedule is #sft.sgd; expected one like #sft.cosine<steps = 1000>}}
sft.model @schedule(%x: tensor<4xf32>) schedule = #sft.sgd {
}

// -----

// expected-error @below {{clip_norm is not positive}}
sft.model @clip_norm(%x: tensor<4xf32>) clip_norm = 0.0 {
}

// -----

// expected-error @below {{'tensor<0x4xf32>' has no elements; a dimension of a model is at least 1}}
sft.model @no_rows(%x: tensor<0x4xf32>) {
}

// -----

sft.model @no_columns(%x: tensor<8x4xf32>) {
  // expected-error @below {{'tensor<4x0xf32>' has no elements; a dimension of a model is at least 1}}
  %w = sft.parameter "w" init(#sft.zeros) : tensor<4x0xf32>
}
