// 2 blocks of width 64 with 4 heads, 64 tokens of 65; made by model.py.
sft.model @gpt(%tokens: tensor<12x64xi32>, %targets: tensor<12x64xi32>)
    optimizer = #sft.adamw<lr = 5.000000e-04, beta2 = 0.99, weight_decay = 0.1>
    clip_norm = 1.0 {
  %tokens.table = sft.parameter "tokens.table" init(#sft.normal<stddev = 0.02>)
      : tensor<65x64xf32>
  %positions.table = sft.parameter "positions.table" init(#sft.normal<stddev = 0.02>)
      : tensor<64x64xf32>
  %embedded = sft.embedding %tokens.table, %tokens
      : tensor<65x64xf32>, tensor<12x64xi32>
  %start = sft.add %embedded, %positions.table
      : tensor<12x64x64xf32>, tensor<64x64xf32>
  %block0.norm1.scale = sft.parameter "block0.norm1.scale" init(#sft.ones)
      : tensor<64xf32>
  %block0.norm1.shift = sft.parameter "block0.norm1.shift" init(#sft.zeros)
      : tensor<64xf32>
  %block0.norm1 = sft.layer_norm %start, %block0.norm1.scale, %block0.norm1.shift
      : tensor<12x64x64xf32>, tensor<64xf32>
  %block0.attention.q.weight = sft.parameter "block0.attention.q.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<64x64xf32>
  %block0.attention.q.bias = sft.parameter "block0.attention.q.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block0.attention.q = sft.linear %block0.norm1, %block0.attention.q.weight, %block0.attention.q.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block0.attention.q.heads = sft.reshape %block0.attention.q
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block0.attention.k.weight = sft.parameter "block0.attention.k.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<64x64xf32>
  %block0.attention.k.bias = sft.parameter "block0.attention.k.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block0.attention.k = sft.linear %block0.norm1, %block0.attention.k.weight, %block0.attention.k.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block0.attention.k.heads = sft.reshape %block0.attention.k
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block0.attention.v.weight = sft.parameter "block0.attention.v.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<64x64xf32>
  %block0.attention.v.bias = sft.parameter "block0.attention.v.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block0.attention.v = sft.linear %block0.norm1, %block0.attention.v.weight, %block0.attention.v.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block0.attention.v.heads = sft.reshape %block0.attention.v
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block0.attention.mixed = sft.attention %block0.attention.q.heads, %block0.attention.k.heads, %block0.attention.v.heads causal
      : tensor<12x64x4x16xf32>
  %block0.attention.joined = sft.reshape %block0.attention.mixed
      : tensor<12x64x4x16xf32> to tensor<12x64x64xf32>
  %block0.attention.out.weight = sft.parameter "block0.attention.out.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<64x64xf32>
  %block0.attention.out.bias = sft.parameter "block0.attention.out.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block0.attention.out = sft.linear %block0.attention.joined, %block0.attention.out.weight, %block0.attention.out.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block0.middle = sft.add %start, %block0.attention.out : tensor<12x64x64xf32>
  %block0.norm2.scale = sft.parameter "block0.norm2.scale" init(#sft.ones)
      : tensor<64xf32>
  %block0.norm2.shift = sft.parameter "block0.norm2.shift" init(#sft.zeros)
      : tensor<64xf32>
  %block0.norm2 = sft.layer_norm %block0.middle, %block0.norm2.scale, %block0.norm2.shift
      : tensor<12x64x64xf32>, tensor<64xf32>
  %block0.mlp.up.weight = sft.parameter "block0.mlp.up.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<64x256xf32>
  %block0.mlp.up.bias = sft.parameter "block0.mlp.up.bias" init(#sft.zeros)
      : tensor<256xf32>
  %block0.mlp.up = sft.linear %block0.norm2, %block0.mlp.up.weight, %block0.mlp.up.bias
      : tensor<12x64x64xf32>, tensor<64x256xf32>, tensor<256xf32>
  %block0.mlp.bent = sft.gelu %block0.mlp.up : tensor<12x64x256xf32>
  %block0.mlp.down.weight = sft.parameter "block0.mlp.down.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<256x64xf32>
  %block0.mlp.down.bias = sft.parameter "block0.mlp.down.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block0.mlp.down = sft.linear %block0.mlp.bent, %block0.mlp.down.weight, %block0.mlp.down.bias
      : tensor<12x64x256xf32>, tensor<256x64xf32>, tensor<64xf32>
  %block0.end = sft.add %block0.middle, %block0.mlp.down : tensor<12x64x64xf32>
  %block1.norm1.scale = sft.parameter "block1.norm1.scale" init(#sft.ones)
      : tensor<64xf32>
  %block1.norm1.shift = sft.parameter "block1.norm1.shift" init(#sft.zeros)
      : tensor<64xf32>
  %block1.norm1 = sft.layer_norm %block0.end, %block1.norm1.scale, %block1.norm1.shift
      : tensor<12x64x64xf32>, tensor<64xf32>
  %block1.attention.q.weight = sft.parameter "block1.attention.q.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<64x64xf32>
  %block1.attention.q.bias = sft.parameter "block1.attention.q.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block1.attention.q = sft.linear %block1.norm1, %block1.attention.q.weight, %block1.attention.q.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block1.attention.q.heads = sft.reshape %block1.attention.q
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block1.attention.k.weight = sft.parameter "block1.attention.k.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<64x64xf32>
  %block1.attention.k.bias = sft.parameter "block1.attention.k.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block1.attention.k = sft.linear %block1.norm1, %block1.attention.k.weight, %block1.attention.k.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block1.attention.k.heads = sft.reshape %block1.attention.k
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block1.attention.v.weight = sft.parameter "block1.attention.v.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<64x64xf32>
  %block1.attention.v.bias = sft.parameter "block1.attention.v.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block1.attention.v = sft.linear %block1.norm1, %block1.attention.v.weight, %block1.attention.v.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block1.attention.v.heads = sft.reshape %block1.attention.v
      : tensor<12x64x64xf32> to tensor<12x64x4x16xf32>
  %block1.attention.mixed = sft.attention %block1.attention.q.heads, %block1.attention.k.heads, %block1.attention.v.heads causal
      : tensor<12x64x4x16xf32>
  %block1.attention.joined = sft.reshape %block1.attention.mixed
      : tensor<12x64x4x16xf32> to tensor<12x64x64xf32>
  %block1.attention.out.weight = sft.parameter "block1.attention.out.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<64x64xf32>
  %block1.attention.out.bias = sft.parameter "block1.attention.out.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block1.attention.out = sft.linear %block1.attention.joined, %block1.attention.out.weight, %block1.attention.out.bias
      : tensor<12x64x64xf32>, tensor<64x64xf32>, tensor<64xf32>
  %block1.middle = sft.add %block0.end, %block1.attention.out
      : tensor<12x64x64xf32>
  %block1.norm2.scale = sft.parameter "block1.norm2.scale" init(#sft.ones)
      : tensor<64xf32>
  %block1.norm2.shift = sft.parameter "block1.norm2.shift" init(#sft.zeros)
      : tensor<64xf32>
  %block1.norm2 = sft.layer_norm %block1.middle, %block1.norm2.scale, %block1.norm2.shift
      : tensor<12x64x64xf32>, tensor<64xf32>
  %block1.mlp.up.weight = sft.parameter "block1.mlp.up.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<64x256xf32>
  %block1.mlp.up.bias = sft.parameter "block1.mlp.up.bias" init(#sft.zeros)
      : tensor<256xf32>
  %block1.mlp.up = sft.linear %block1.norm2, %block1.mlp.up.weight, %block1.mlp.up.bias
      : tensor<12x64x64xf32>, tensor<64x256xf32>, tensor<256xf32>
  %block1.mlp.bent = sft.gelu %block1.mlp.up : tensor<12x64x256xf32>
  %block1.mlp.down.weight = sft.parameter "block1.mlp.down.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<256x64xf32>
  %block1.mlp.down.bias = sft.parameter "block1.mlp.down.bias" init(#sft.zeros)
      : tensor<64xf32>
  %block1.mlp.down = sft.linear %block1.mlp.bent, %block1.mlp.down.weight, %block1.mlp.down.bias
      : tensor<12x64x256xf32>, tensor<256x64xf32>, tensor<64xf32>
  %block1.end = sft.add %block1.middle, %block1.mlp.down : tensor<12x64x64xf32>
  %norm.scale = sft.parameter "norm.scale" init(#sft.ones) : tensor<64xf32>
  %norm.shift = sft.parameter "norm.shift" init(#sft.zeros) : tensor<64xf32>
  %norm = sft.layer_norm %block1.end, %norm.scale, %norm.shift
      : tensor<12x64x64xf32>, tensor<64xf32>
  %head.weight = sft.parameter "head.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<64x65xf32>
  %logits = sft.linear %norm, %head.weight
      : tensor<12x64x64xf32>, tensor<64x65xf32>
  %loss = sft.softmax_cross_entropy %logits, %targets
      : tensor<12x64x65xf32>, tensor<12x64xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "logits" = %logits : tensor<12x64x65xf32>}
}
