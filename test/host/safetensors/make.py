"""
Makes the files beside it with the package safetensors, from NumPy's arrays and from PyTorch's tensors and modules:
python3 test/host/safetensors/make.py. The tests say what must come out of each.
"""

import json
import os

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

folder = os.path.dirname(os.path.abspath(__file__))
theta = np.array([[0.5, -0.25, 1.0], [0.125, 0.75, -0.5]])  # m = 2, d = 3
X = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 2.0], [1.5, -2.0, 0.25]])  # n = 4
y = np.array([1.0, -2.0, 3.0, 4.0])


def at(name):
    return os.path.join(folder, name)


# Every dtype that both sides have, from NumPy; the same numbers as float64 are in dtypes.json.
arrays = {}
for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
    kind = np.dtype(code)
    if kind.kind == "f":
        values = [np.finfo(kind).max, np.finfo(kind).tiny, -np.finfo(kind).smallest_subnormal, 0.1, -2.5, 0.0]
    elif kind.kind == "b":
        values = [True, False, True, True, False, False]
    else:
        values = [max(np.iinfo(kind).min, -(2**53) + 1), min(np.iinfo(kind).max, 2**53 - 1), 0, 1, 2, 100]
    arrays[code] = np.array(values, dtype=kind).reshape(2, 3)
arrays["number"] = np.array(-1.5)
arrays["empty"] = np.zeros((0, 3), dtype="f4")
save_file(arrays, at("dtypes.safetensors"), metadata={"made by": "numpy"})

# And from PyTorch, with bfloat16, which NumPy does not have.
floats = torch.tensor([3.0e38, 1.2e-38, 0.1, -2.5, 0.0, 1.0]).reshape(2, 3)
tensors = {
    "bfloat16": floats.to(torch.bfloat16),
    "float32": floats,
    "float64": floats.double() / 3,
    "float16": torch.tensor([0.1, 65504.0]).half(),
    "int64": torch.tensor([-3, 2**53 - 1]),
    "bool": torch.tensor([True, False]),
}
save_tensors(tensors, at("torch.safetensors"))

numbers = {name: {"shape": a.shape, "values": a.astype("f8").ravel().tolist()} for name, a in arrays.items()}
numbers |= {name: {"shape": list(t.shape), "values": t.double().ravel().tolist()} for name, t in tensors.items()}
with open(at("dtypes.json"), "w") as file:
    file.write("{\n" + ",\n".join(f"  {json.dumps(n)}: {json.dumps(v)}" for n, v in numbers.items()) + "\n}\n")

# Modules of PyTorch: one layer, two layers under two kinds of names, one with biases, and one with three layers.
w = torch.tensor(theta).float()
a = torch.tensor([[2.0, -1.0]])
save_tensors({"weight": w}, at("linear.safetensors"))
save_tensors({"weight": w, "bias": torch.zeros(2)}, at("zero-bias.safetensors"))
save_tensors({"weight": w, "bias": torch.tensor([0.0, 0.5])}, at("bias.safetensors"))
save_tensors({"0.weight": w, "2.weight": a}, at("sequential.safetensors"))
save_tensors({"fc2.weight": a, "fc1.weight": w}, at("module.safetensors"))
save_tensors({"fc1.weight": w, "fc2.weight": torch.ones(4, 2), "fc3.weight": torch.ones(1, 4)}, at("deep.safetensors"))
save_tensors({"fc1.weight": torch.ones(1, 1), "fc2.weight": torch.ones(1, 1)}, at("ones.safetensors"))
save_tensors({"theta": torch.stack([w, w + 1]).to(torch.bfloat16), "a": a[0]}, at("replicas.safetensors"))
save_tensors({"theta": w.to(torch.float8_e4m3fn)}, at("float8.safetensors"))
save_tensors({"theta": w.to(torch.complex64)}, at("complex.safetensors"))
save_file({"X": X, "y": y, "theta": theta}, at("instance.safetensors"))

# What flatwalk writes must be these bytes.
written = {"theta": theta.astype("f4"), "a": np.array([2.0, -1.0], dtype="f4"), "X": X}
save_file(written, at("written.safetensors"), metadata={"activation": "tanh"})
