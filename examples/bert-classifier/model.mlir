// 2 blocks of width 32 with 4 heads, 16 tokens of 32; made by model.py.
sft.model @classifier(%tokens: tensor<24x16xi32>,
                      %label: tensor<24xi32>)
    optimizer = #sft.adamw<lr = 5.000000e-04> clip_norm = 1.0 {
  %tokens.table = sft.parameter "tokens.table" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %positions.table = sft.parameter "positions.table" init(#sft.normal<stddev = 0.02>)
      : tensor<16x32xf32>
  %embedded = sft.embedding %tokens.table, %tokens
      : tensor<32x32xf32>, tensor<24x16xi32>
  %start = sft.add %embedded, %positions.table
      : tensor<24x16x32xf32>, tensor<16x32xf32>
  %norm.scale = sft.parameter "norm.scale" init(#sft.ones) : tensor<32xf32>
  %norm.shift = sft.parameter "norm.shift" init(#sft.zeros) : tensor<32xf32>
  %norm = sft.layer_norm %start, %norm.scale, %norm.shift
      : tensor<24x16x32xf32>, tensor<32xf32>
  %block0.attention.q.weight = sft.parameter "block0.attention.q.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<32x32xf32>
  %block0.attention.q.bias = sft.parameter "block0.attention.q.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block0.attention.q = sft.linear %norm, %block0.attention.q.weight, %block0.attention.q.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block0.attention.q.heads = sft.reshape %block0.attention.q
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block0.attention.k.weight = sft.parameter "block0.attention.k.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %block0.attention.k.bias = sft.parameter "block0.attention.k.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block0.attention.k = sft.linear %norm, %block0.attention.k.weight, %block0.attention.k.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block0.attention.k.heads = sft.reshape %block0.attention.k
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block0.attention.v.weight = sft.parameter "block0.attention.v.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %block0.attention.v.bias = sft.parameter "block0.attention.v.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block0.attention.v = sft.linear %norm, %block0.attention.v.weight, %block0.attention.v.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block0.attention.v.heads = sft.reshape %block0.attention.v
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block0.attention.mixed = sft.attention %block0.attention.q.heads, %block0.attention.k.heads, %block0.attention.v.heads
      : tensor<24x16x4x8xf32>
  %block0.attention.joined = sft.reshape %block0.attention.mixed
      : tensor<24x16x4x8xf32> to tensor<24x16x32xf32>
  %block0.attention.out.weight = sft.parameter "block0.attention.out.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<32x32xf32>
  %block0.attention.out.bias = sft.parameter "block0.attention.out.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block0.attention.out = sft.linear %block0.attention.joined, %block0.attention.out.weight, %block0.attention.out.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block0.mixed = sft.add %norm, %block0.attention.out : tensor<24x16x32xf32>
  %block0.norm1.scale = sft.parameter "block0.norm1.scale" init(#sft.ones)
      : tensor<32xf32>
  %block0.norm1.shift = sft.parameter "block0.norm1.shift" init(#sft.zeros)
      : tensor<32xf32>
  %block0.norm1 = sft.layer_norm %block0.mixed, %block0.norm1.scale, %block0.norm1.shift
      : tensor<24x16x32xf32>, tensor<32xf32>
  %block0.mlp.up.weight = sft.parameter "block0.mlp.up.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<32x128xf32>
  %block0.mlp.up.bias = sft.parameter "block0.mlp.up.bias" init(#sft.zeros)
      : tensor<128xf32>
  %block0.mlp.up = sft.linear %block0.norm1, %block0.mlp.up.weight, %block0.mlp.up.bias
      : tensor<24x16x32xf32>, tensor<32x128xf32>, tensor<128xf32>
  %block0.mlp.bent = sft.gelu %block0.mlp.up : tensor<24x16x128xf32>
  %block0.mlp.down.weight = sft.parameter "block0.mlp.down.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<128x32xf32>
  %block0.mlp.down.bias = sft.parameter "block0.mlp.down.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block0.mlp.down = sft.linear %block0.mlp.bent, %block0.mlp.down.weight, %block0.mlp.down.bias
      : tensor<24x16x128xf32>, tensor<128x32xf32>, tensor<32xf32>
  %block0.changed = sft.add %block0.norm1, %block0.mlp.down
      : tensor<24x16x32xf32>
  %block0.norm2.scale = sft.parameter "block0.norm2.scale" init(#sft.ones)
      : tensor<32xf32>
  %block0.norm2.shift = sft.parameter "block0.norm2.shift" init(#sft.zeros)
      : tensor<32xf32>
  %block0.norm2 = sft.layer_norm %block0.changed, %block0.norm2.scale, %block0.norm2.shift
      : tensor<24x16x32xf32>, tensor<32xf32>
  %block1.attention.q.weight = sft.parameter "block1.attention.q.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<32x32xf32>
  %block1.attention.q.bias = sft.parameter "block1.attention.q.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block1.attention.q = sft.linear %block0.norm2, %block1.attention.q.weight, %block1.attention.q.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block1.attention.q.heads = sft.reshape %block1.attention.q
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block1.attention.k.weight = sft.parameter "block1.attention.k.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %block1.attention.k.bias = sft.parameter "block1.attention.k.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block1.attention.k = sft.linear %block0.norm2, %block1.attention.k.weight, %block1.attention.k.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block1.attention.k.heads = sft.reshape %block1.attention.k
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block1.attention.v.weight = sft.parameter "block1.attention.v.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %block1.attention.v.bias = sft.parameter "block1.attention.v.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block1.attention.v = sft.linear %block0.norm2, %block1.attention.v.weight, %block1.attention.v.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block1.attention.v.heads = sft.reshape %block1.attention.v
      : tensor<24x16x32xf32> to tensor<24x16x4x8xf32>
  %block1.attention.mixed = sft.attention %block1.attention.q.heads, %block1.attention.k.heads, %block1.attention.v.heads
      : tensor<24x16x4x8xf32>
  %block1.attention.joined = sft.reshape %block1.attention.mixed
      : tensor<24x16x4x8xf32> to tensor<24x16x32xf32>
  %block1.attention.out.weight = sft.parameter "block1.attention.out.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<32x32xf32>
  %block1.attention.out.bias = sft.parameter "block1.attention.out.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block1.attention.out = sft.linear %block1.attention.joined, %block1.attention.out.weight, %block1.attention.out.bias
      : tensor<24x16x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %block1.mixed = sft.add %block0.norm2, %block1.attention.out
      : tensor<24x16x32xf32>
  %block1.norm1.scale = sft.parameter "block1.norm1.scale" init(#sft.ones)
      : tensor<32xf32>
  %block1.norm1.shift = sft.parameter "block1.norm1.shift" init(#sft.zeros)
      : tensor<32xf32>
  %block1.norm1 = sft.layer_norm %block1.mixed, %block1.norm1.scale, %block1.norm1.shift
      : tensor<24x16x32xf32>, tensor<32xf32>
  %block1.mlp.up.weight = sft.parameter "block1.mlp.up.weight" init(#sft.normal<stddev = 0.02>) shard <[-, tensor]>
      : tensor<32x128xf32>
  %block1.mlp.up.bias = sft.parameter "block1.mlp.up.bias" init(#sft.zeros)
      : tensor<128xf32>
  %block1.mlp.up = sft.linear %block1.norm1, %block1.mlp.up.weight, %block1.mlp.up.bias
      : tensor<24x16x32xf32>, tensor<32x128xf32>, tensor<128xf32>
  %block1.mlp.bent = sft.gelu %block1.mlp.up : tensor<24x16x128xf32>
  %block1.mlp.down.weight = sft.parameter "block1.mlp.down.weight" init(#sft.normal<stddev = 0.01>)
      : tensor<128x32xf32>
  %block1.mlp.down.bias = sft.parameter "block1.mlp.down.bias" init(#sft.zeros)
      : tensor<32xf32>
  %block1.mlp.down = sft.linear %block1.mlp.bent, %block1.mlp.down.weight, %block1.mlp.down.bias
      : tensor<24x16x128xf32>, tensor<128x32xf32>, tensor<32xf32>
  %block1.changed = sft.add %block1.norm1, %block1.mlp.down
      : tensor<24x16x32xf32>
  %block1.norm2.scale = sft.parameter "block1.norm2.scale" init(#sft.ones)
      : tensor<32xf32>
  %block1.norm2.shift = sft.parameter "block1.norm2.shift" init(#sft.zeros)
      : tensor<32xf32>
  %block1.norm2 = sft.layer_norm %block1.changed, %block1.norm2.scale, %block1.norm2.shift
      : tensor<24x16x32xf32>, tensor<32xf32>
  %first = sft.slice %block1.norm2 [0, 0, 0] [24, 1, 32] : tensor<24x16x32xf32>
  %pooled = sft.reshape %first : tensor<24x1x32xf32> to tensor<24x32xf32>
  %pooler.weight = sft.parameter "pooler.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x32xf32>
  %pooler.bias = sft.parameter "pooler.bias" init(#sft.zeros) : tensor<32xf32>
  %pooler = sft.linear %pooled, %pooler.weight, %pooler.bias
      : tensor<24x32xf32>, tensor<32x32xf32>, tensor<32xf32>
  %pooler.bent = sft.tanh %pooler : tensor<24x32xf32>
  %head.weight = sft.parameter "head.weight" init(#sft.normal<stddev = 0.02>)
      : tensor<32x2xf32>
  %head.bias = sft.parameter "head.bias" init(#sft.zeros) : tensor<2xf32>
  %head = sft.linear %pooler.bent, %head.weight, %head.bias
      : tensor<24x32xf32>, tensor<32x2xf32>, tensor<2xf32>
  %loss = sft.softmax_cross_entropy %head, %label
      : tensor<24x2xf32>, tensor<24xi32>
  %accuracy = sft.accuracy %head, %label : tensor<24x2xf32>, tensor<24xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "logits" = %head : tensor<24x2xf32>}
}
