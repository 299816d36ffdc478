"""Prints a model whose loss is a chain of N ops; every op but the first also
reads the parameter, so that its gradient is a sum of N."""
import sys

n = int(sys.argv[1])
print("""sft.model @chain(%x: tensor<2xf32>) optimizer = #sft.adam {
  %w = sft.parameter "w" init(#sft.ones) : tensor<2xf32>
  %v0 = sft.mul %x, %w : tensor<2xf32>""")
for i in range(n):
    print(f"  %v{i + 1} = sft.mul %v{i}, %w : tensor<2xf32>")
print(f"""  %loss = sft.mean %v{n} axes [0] : tensor<2xf32>
  sft.yield loss %loss : tensor<f32>
}}""")
