"""JAX, compiled: jit with lax.scan over steps, vmap over replicas, jvp of grad for Hutchinson probes."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from protocol import serve

DTYPE = jnp.float32


def steps_of_a_call(p):
    """So many that a call's own cost (tens of microseconds) is lost among them."""
    if p.full_batch:
        return 16 if p.m <= 256 else 4
    return {1: 20_000, 64: 1_000}.get(p.replicas, 200)


def single(p, x, y):
    """One step on sample i with noise zeta."""
    factor = 6 * p.step_size

    def step(weights, i, zeta):
        z = weights @ x[i]
        square = z * z
        e = jnp.sum(square * z) - y[i] + zeta
        return weights - jnp.outer(factor * e * square, x[i])

    return step


def full(p, x, y):
    """One step on all samples with noises zeta (n)."""
    factor = 6 * p.step_size / p.n

    def step(weights, _, zeta):
        z = weights @ x.T
        square = z * z
        e = jnp.sum(square * z, axis=0) - y + zeta
        return weights - (factor * square * e) @ x

    return step


class Steps:
    def __init__(self, p):
        self.p = p
        self.x, self.y = jnp.asarray(p.inputs), jnp.asarray(p.labels)
        step = full(p, self.x, self.y) if p.full_batch else single(p, self.x, self.y)
        self.step = step if p.replicas == 1 else jax.vmap(step)
        self.length = steps_of_a_call(p)
        self.units = self.length * p.replicas
        self.weights = jnp.asarray(p.weights)
        # A row a step: one sample, one a replica, or (full batch) a noise for each.
        self.row = (p.n,) if p.full_batch else () if p.replicas == 1 else (p.replicas,)
        self.given = jax.jit(self.scan)
        self.prepare()

    def scan(self, weights, samples, zetas):
        return lax.scan(lambda w, drawn: (self.step(w, *drawn), None), weights, (samples, zetas))[0]

    def draw(self, key, length):
        first, second = jax.random.split(key)
        shape = (length, *self.row)
        samples = jnp.zeros(length, jnp.int32) if self.p.full_batch else jax.random.randint(first, shape, 0, self.p.n)
        return samples, self.p.noise * jax.random.normal(second, shape, DTYPE)

    def answer(self, q):
        shape = (q.steps, *self.row)
        samples = jnp.zeros(q.steps, jnp.int32) if self.p.full_batch else jnp.asarray(q.samples).reshape(shape)
        return self.given(jnp.asarray(self.p.weights), samples, jnp.asarray(q.zetas).reshape(shape))


class Beforehand(Steps):
    def prepare(self):
        self.draws = jax.block_until_ready(self.draw(jax.random.key(1), self.length))

    def run(self, count):
        for _ in range(count):
            self.weights = self.given(self.weights, *self.draws)
        jax.block_until_ready(self.weights)


class Keyed(Steps):
    """Draws come from a key that goes round with the weights."""

    def prepare(self):
        self.key = jax.random.key(1)
        self.call = jax.jit(self.body)

    def run(self, count):
        for _ in range(count):
            self.weights, self.key = self.call(self.weights, self.key)
        jax.block_until_ready(self.weights)


class Inside(Keyed):
    """Draws are made in every step of the scan."""

    def body(self, weights, key):
        def one(carried, _):
            weights, key = carried
            key, now = jax.random.split(key)
            samples, zetas = self.draw(now, 1)
            sample = samples[0]
            return (self.step(weights, sample, zetas[0]), key), None

        return lax.scan(one, (weights, key), None, length=self.length)[0]


class InBlocks(Keyed):
    """All draws of a call are made at its beginning, in the same compiled function."""

    def body(self, weights, key):
        key, now = jax.random.split(key)
        return self.scan(weights, *self.draw(now, self.length)), key


class Probes:
    """v'Hv for a batch of vectors: jvp of grad under vmap, a few vectors at a time, which is faster than all at once."""

    AT_ONCE = 8

    def __init__(self, p):
        self.p = p
        self.units = p.probes
        x, y = jnp.asarray(p.inputs), jnp.asarray(p.labels)
        self.weights = jnp.asarray(p.weights)
        self.key = jax.random.key(1)

        def loss(weights):
            return jnp.sum((jnp.sum((weights @ x.T) ** 3, axis=0) - y) ** 2)

        def form(weights, v):
            return jnp.vdot(v, jax.jvp(jax.grad(loss), (weights,), (v,))[1])

        def forms(weights, vectors):
            if p.m * p.d < 2**14 or vectors.shape[0] <= self.AT_ONCE:
                return jax.vmap(form, (None, 0))(weights, vectors)
            return lax.map(lambda v: form(weights, v), vectors, batch_size=self.AT_ONCE)

        def estimate(weights, key):
            key, now = jax.random.split(key)
            vectors = jax.random.rademacher(now, (p.probes, p.m, p.d), DTYPE)
            return jnp.mean(forms(weights, vectors)), key

        self.forms = jax.jit(forms)
        self.estimate = jax.jit(estimate)

    def run(self, count):
        for _ in range(count):
            mean, self.key = self.estimate(self.weights, self.key)
        jax.block_until_ready(mean)

    def answer(self, q):
        return self.forms(self.weights, jnp.asarray(q.vectors))


def steps(form, noise, single_run):
    return {"kind": "steps", "form": form, "noise": noise, "replicas": "one" if single_run else "many"}


FORMS = {
    "jit + scan, noise beforehand": (steps("scan", "beforehand", True), Beforehand),
    "jit + scan, noise inside": (steps("scan", "inside", True), Inside),
    "jit + scan, noise in blocks": (steps("scan", "in blocks", True), InBlocks),
    "vmap + scan, noise beforehand": (steps("vmap", "beforehand", False), Beforehand),
    "vmap + scan, noise inside": (steps("vmap", "inside", False), Inside),
    "vmap + scan, noise in blocks": (steps("vmap", "in blocks", False), InBlocks),
    "jvp of grad, vmap": ({"kind": "probes", "form": "jvp of grad", "noise": None, "replicas": "one"}, Probes),
}


def hello():
    device = jax.devices()[0]
    # Products in full f32 on every device; some would round them to fewer digits.
    jax.config.update("jax_default_matmul_precision", "highest")
    return {
        "name": "JAX",
        "version": f"{jax.__version__}, numpy {np.__version__}",
        "device": f"{device.platform} ({device.device_kind})",
        "missing": [],
    }


if __name__ == "__main__":
    serve(hello, FORMS)
