"""Curvature by PyTorch, to compare with: dense Hessians and products by torch.func in float64, and PyHessian where it is
installed. Reads one JSON document on stdin, {"problems": [...]}, and writes one on stdout:

    problem: m, n, d, inputs (n d), labels (n), weights (m d), secondLayer (m), activation {name, parameter}, radius,
             starts: vectors of m d numbers for the moments
    answer:  loss, trace, frobenius, eigenvalues (ascending, m d), kernel (n, ascending), ascentStep,
             moments: v^T H^p v / v^T v for p = 0 ... 7 and every start,
             pyhessian: {"largest", "trace", "standardError"} or absent

All arrays are lists of numbers, flat.
"""

import json
import os
import sys

import torch

torch.set_default_dtype(torch.float64)

MOMENTS = 8

ACTIVATIONS = {
    "cubic": lambda z, _: z**3,
    "cubic_linear": lambda z, p: z**3 + p * z,
    "sinh": lambda z, _: torch.sinh(z),
    "exp": lambda z, _: torch.exp(z),
    "sqp": lambda z, _: (z * (z + torch.sqrt(1 + z * z)) + torch.asinh(z)) / 2,
    "softplus": lambda z, _: torch.logaddexp(z, torch.zeros(())),
    "sigmoid": lambda z, _: torch.sigmoid(z),
    "tanh": lambda z, _: torch.tanh(z),
    "gelu": lambda z, _: torch.nn.functional.gelu(z),
    "silu": lambda z, _: torch.nn.functional.silu(z),
    "square": lambda z, _: z**2,
    "identity": lambda z, _: z,
}


class Curvature:
    def __init__(self, given):
        self.m, self.d = given["m"], given["d"]

        def tensor(numbers):
            return torch.tensor(numbers, dtype=torch.float64)

        self.x = tensor(given["inputs"]).reshape(given["n"], self.d)
        self.y = tensor(given["labels"])
        self.a = tensor(given["secondLayer"])
        self.weights = tensor(given["weights"]).reshape(self.m, self.d)
        self.starts = tensor(given["starts"]).reshape(-1, self.m, self.d)
        self.radius = given["radius"]
        name, parameter = given["activation"]["name"], given["activation"]["parameter"]
        self.phi = lambda z: ACTIVATIONS[name](z, parameter)

    def outputs(self, weights):
        return self.phi(self.x @ weights.t()) @ self.a

    def loss(self, weights):
        return (self.outputs(weights) - self.y).square().sum()

    def answer(self):
        size = self.m * self.d
        dense = torch.func.hessian(self.loss)(self.weights).reshape(size, size)
        jacobian = torch.func.jacrev(self.outputs)(self.weights).reshape(-1, size)
        gradient = torch.func.grad(self.loss)(self.weights)
        step = self.radius * gradient / gradient.norm()
        here = self.loss(self.weights)
        answer = {
            "loss": here,
            "trace": dense.trace(),
            "frobenius": dense.norm(),
            "eigenvalues": torch.linalg.eigvalsh(dense),
            "kernel": torch.linalg.eigvalsh(jacobian @ jacobian.t()),
            "ascentStep": self.loss(self.weights + step) - here,
            "moments": torch.stack([self.moments(v) for v in self.starts]),
        }
        return {name: value.tolist() for name, value in answer.items()}

    def moments(self, start):
        """By products alone: jvp of grad."""
        gradient = torch.func.grad(self.loss)
        moments, power = [], start
        for _ in range(MOMENTS):
            moments.append((start * power).sum() / start.square().sum())
            power = torch.func.jvp(gradient, (self.weights,), (power,))[1]
        return torch.stack(moments)


def by_pyhessian(curvature, pyhessian):
    """The eigenvalue of largest size by its power iteration, and its estimate of the trace."""
    weights, outputs = curvature.weights, curvature.outputs

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = torch.nn.Parameter(weights.clone())

        def forward(self, _):
            return outputs(self.weights)

    torch.manual_seed(1)
    hessian = pyhessian.hessian(
        Model(), lambda r, y: (r - y).square().sum(), data=(curvature.x, curvature.y), cuda=False
    )
    values, _ = hessian.eigenvalues(maxIter=20000, tol=1e-10, top_n=1)
    samples = torch.tensor(hessian.trace(maxIter=400, tol=0))
    return {
        "largest": float(values[0]),
        "trace": float(samples.mean()),
        "standardError": float(samples.std() / len(samples) ** 0.5),
    }


def main():
    # Libraries print as they like; only the answer may reach the pipe.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    curvatures = [Curvature(one) for one in json.load(sys.stdin)["problems"]]
    answers = [one.answer() for one in curvatures]
    document = {"version": torch.__version__, "missing": [], "answers": answers}
    try:
        import pyhessian

        for answer, curvature in zip(answers, curvatures):
            answer["pyhessian"] = by_pyhessian(curvature, pyhessian)
    except Exception as error:  # it is not there, or does not run with this version of PyTorch
        document["missing"].append({"name": "PyHessian", "reason": f"{type(error).__name__}: {error}"[:500]})
    json.dump(document, pipe)


if __name__ == "__main__":
    main()
