"""Safetensors files as the tests read them."""
import json

import numpy as np


def load_safetensors(path):
    """Arrays by name; all are f32 here."""
    whole = path.read_bytes()
    begin = 8 + int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8:begin])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(
            whole[begin:][slice(*tensor["data_offsets"])], np.float32
        ).reshape(tensor["shape"])
        for name, tensor in header.items()
    }
