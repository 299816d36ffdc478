"""Prints a safetensors file with nothing but the standard library; also with
the safetensors package where it can be imported, and compares."""
import json
import struct
import sys

with open(sys.argv[1], "rb") as file:
    (length,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(length))
    data = file.read()
assert length % 8 == 0, length
tensors = {}
for name, tensor in header.items():
    if name == "__metadata__":
        continue
    begin, end = tensor["data_offsets"]
    code = {"F32": "f", "F64": "d", "I32": "i", "I64": "q", "I8": "b"}
    kind = code[tensor["dtype"]]
    count = (end - begin) // struct.calcsize(kind)
    values = struct.unpack(f"<{count}{kind}", data[begin:end])
    tensors[name] = values
    print(name, tensor["dtype"], tensor["shape"], *values)
print("metadata", header.get("__metadata__"))
try:
    from safetensors.numpy import load_file
except ImportError:
    sys.exit(0)
loaded = load_file(sys.argv[1])
assert set(loaded) == set(tensors)
for name, values in tensors.items():
    assert tuple(loaded[name].flatten()) == values, name
