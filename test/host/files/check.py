"""
Says what NumPy and the package safetensors find in files: python3 check.py FILE ... prints an object with dtype, shape
and numbers (as text, since JSON has no NaN) of every array of every file. A test compares it with what was written.
"""

import json
import sys

import numpy as np


def arrays(file):
    if file.endswith(".npy"):
        return {"": np.load(file, allow_pickle=False)}
    if file.endswith(".npz"):
        with np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    from safetensors.numpy import load_file

    return load_file(file)


def metadata(file):
    from safetensors import safe_open

    with safe_open(file, framework="np") as tensors:
        return tensors.metadata()


def told(array):
    numbers = [repr(value) if isinstance(value, float) else value for value in array.ravel().tolist()]
    return {"dtype": array.dtype.str, "shape": array.shape, "values": numbers}


found = {}
for file in sys.argv[1:]:
    found[file] = {name: told(array) for name, array in arrays(file).items()}
    if file.endswith(".safetensors"):
        found[file]["__metadata__"] = metadata(file)
print(json.dumps(found))
