"""Makes the files beside it with NumPy: python3 test/host/npz/make.py. The tests say what must come out of each."""

import io
import json
import os
import zipfile

import numpy as np

folder = os.path.dirname(os.path.abspath(__file__))
theta = np.array([[0.5, -0.25, 1.0], [0.125, 0.75, -0.5]])  # m = 2, d = 3
X = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 2.0], [1.5, -2.0, 0.25]])  # n = 4
y = np.array([1.0, -2.0, 3.0, 4.0])
v = theta[::-1] * 2


def at(name):
    return os.path.join(folder, name)


def save(name, compress=False, **arrays):
    (np.savez_compressed if compress else np.savez)(at(name), **arrays)


def npy(array, version):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


save("plain.npz", X=X, y=y, theta=theta)
save("compressed.npz", compress=True, X=X, y=y, theta=theta, v=v, a=np.array([2.0, -1.0]), activation="tanh")
save("float32.npz", X=X.astype("f4"), y=y.astype("f4"), theta=theta.astype("f4"))
save("float16.npz", X=X.astype("f2"), y=y.astype("f2"), theta=theta.astype("f2"))
save("fortran.npz", X=np.asfortranarray(X), y=y, theta=np.asfortranarray(theta), v=np.asfortranarray(v))
save("big-endian.npz", X=X.astype(">f8"), y=y.astype(">i4"), theta=theta.astype(">f4"))
save("int-labels.npz", X=X, y=y.astype("i8"), theta=theta, m=2, n=4, d=3)
save("column.npz", X=X, y=y[:, None], theta=theta)
save("other-names.npz", inputs=X, labels=y, weights=theta)
for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
    small = np.array([[1, 0, 1]]).astype(kind)
    save(f"{kind}.npz", X=small, y=np.array([1]).astype(kind), theta=small)
small16 = np.array([[2.0**-24, -2.0**-15, 65504.0]], dtype="f2")
save("halves.npz", X=small16, y=np.array([0.1], dtype="f2"), theta=small16)
with zipfile.ZipFile(at("versions.npz"), "w") as file:
    for name, array, version in (("X", X, (1, 0)), ("y", y, (2, 0)), ("theta", theta, (3, 0))):
        file.writestr(zipfile.ZipInfo(f"{name}.npy"), npy(array, version))

save("no-theta.npz", X=X, y=y)
save("flat-x.npz", X=X[:, 0], y=y, theta=theta)
save("misfit.npz", X=X, y=y, theta=theta[:, :2])
save("transposed.npz", X=X, y=y, theta=theta.T)
save("nan.npz", X=np.where(X == 2.0, np.nan, X), y=y, theta=theta)
save("fortran-nan.npz", X=np.asfortranarray(np.where(X == -2.0, np.nan, X)), y=y, theta=theta)
save("large.npz", X=X, y=y * 1e39, theta=theta)
save("tiny.npz", X=X, y=y * 1e-60, theta=theta)
save("no-rows.npz", X=X[:0], y=y[:0], theta=theta)
save("huge-integers.npz", X=X, y=np.array([1, 2, 2**53 + 1, 4]), theta=theta)
save("objects.npz", X=np.array([[1, None]], dtype=object), y=y[:1], theta=theta[:, :2])
save("complex.npz", X=X + 0j, y=y, theta=theta)
save("strings.npz", X=X.astype("U"), y=y, theta=theta)
save("records.npz", X=np.zeros(4, dtype=[("a", "f8"), ("b", "f8")]), y=y, theta=theta)
save("unknown.npz", X=X, y=y, theta=theta, thetas=theta)
np.save(at("single.npy"), X)
np.save(at("labels.npy"), y)
np.save(at("labels-column.npy"), y.astype("f4")[:, None])
np.save(at("three.npy"), y[:3])
np.save(at("text.npy"), np.array("text"))

# Every dtype in both byte orders, row-major and column-major, in one to three dimensions. Names are dtype, order,
# dimensions; the same numbers as float64 are in dtypes.json.
arrays = {}
for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
    kind = np.dtype(code)
    if kind.kind == "f":
        extreme = [np.finfo(kind).max, np.finfo(kind).tiny, -np.finfo(kind).smallest_subnormal, 0.1, -2.5, 0.0]
    elif kind.kind == "b":
        extreme = [True, False, True, True, False, False]
    else:
        least, most = (max(np.iinfo(kind).min, -(2**53) + 1), min(np.iinfo(kind).max, 2**53 - 1))
        extreme = [least, most, 0, 1, 2, 100]
    values = np.array(extreme + extreme[::-1], dtype=kind)
    for order in "<>" if kind.itemsize > 1 else "|":
        for layout in "CF":
            for shape in ((12,), (3, 4), (3, 2, 2)):
                array = values.reshape(shape).astype(kind.newbyteorder(order)).copy(order=layout)
                arrays[f"{order}{code} {layout} {len(shape)}"] = array
arrays["no dimension"] = np.array(-1.5)
arrays["no rows"] = np.zeros((0, 3))
arrays["every other column"] = np.arange(12.0).reshape(3, 4)[:, ::2]
np.savez_compressed(at("dtypes.npz"), **arrays)
with open(at("dtypes.json"), "w") as file:
    numbers = {name: {"shape": a.shape, "values": a.astype("f8").ravel().tolist()} for name, a in arrays.items()}
    file.write("{\n" + ",\n".join(f"  {json.dumps(n)}: {json.dumps(v)}" for n, v in numbers.items()) + "\n}\n")

# What flatwalk writes must be these bytes.
np.save(at("written-f4.npy"), theta.astype("f4"))
np.save(at("written-f8.npy"), X)
np.save(at("written-list.npy"), y)
np.save(at("written-replicas.npy"), np.stack([theta, theta + 1, theta + 2, theta + 3]).astype("f4"))
np.save(at("written-text.npy"), np.array("cubic_linear:1"))
np.save(at("written-number.npy"), np.array(0.25))

# Weights as people have them, beside those above.
save("weights-replicas.npz", theta=np.stack([theta, theta + 1]), a=np.array([2.0, -1.0]))
save("weights-keras.npz", theta=theta, a=np.array([[2.0], [-1.0]]))
np.savez(at("weights-only.npz"), theta)
np.save(at("weights.npy"), np.asfortranarray(theta))
