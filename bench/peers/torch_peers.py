"""PyTorch: by hand, autograd with its SGD, compiled, CUDA graphs; Hutchinson probes by torch.func, by double backward and
by PyHessian, where that is installed."""

import time

import numpy as np
import torch

from protocol import serve

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
POOL = 1024


def settle():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


THREADS = torch.get_num_threads()


def choose_threads(work):
    """Keeps one thread where that is faster: small work is, the more so on a machine that has other things to do."""
    if DEVICE.type == "cuda" or THREADS == 1:
        return

    def least(threads):
        torch.set_num_threads(threads)
        times = []
        for _ in range(4):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        return min(times)

    torch.set_num_threads(1 if least(1) < least(THREADS) else THREADS)


def tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array)).to(DEVICE)


class Steps:
    """One step a turn, with samples and noises from a pool made beforehand."""

    def __init__(self, p):
        self.p = p
        self.units = p.replicas
        self.x, self.y = tensor(p.inputs), tensor(p.labels)
        self.rows = list(self.x)
        self.weights = tensor(p.weights).clone()
        random = np.random.default_rng(1)
        self.pool = POOL if p.m * p.replicas < 2**16 and p.n < 512 else 16
        width = p.n if p.full_batch else p.replicas
        samples = random.integers(0, p.n, (self.pool, width))
        zetas = (p.noise * random.standard_normal((self.pool, width))).astype(np.float32)
        self.turns = self.shown(samples, zetas)
        self.turn = 0
        self.prepare()
        if type(self).run is Steps.run:
            choose_threads(lambda: self.run(4))

    def shown(self, samples, zetas):
        """What each step is given: x of its samples and their labels less the noise."""
        p = self.p
        if p.full_batch:
            return [(self.x, self.y - tensor(zeta)) for zeta in zetas]
        if p.replicas == 1:
            return [(self.rows[i], self.y[i] - float(zeta)) for (i,), (zeta,) in zip(samples.tolist(), zetas)]
        return [(self.x[tensor(i)], self.y[tensor(i)] - tensor(zeta)) for i, zeta in zip(samples, zetas)]

    def prepare(self):
        pass

    def run(self, count):
        for _ in range(count):
            self.step(*self.turns[self.turn % self.pool])
            self.turn += 1
        settle()

    def answer(self, q):
        kept = self.weights.detach().clone()
        with torch.no_grad():
            self.weights.copy_(tensor(self.p.weights))
        for x, t in self.shown(q.samples, q.zetas):
            self.step(x, t)
        values = self.weights.detach().cpu().numpy().copy()
        with torch.no_grad():
            self.weights.copy_(kept)
        return values


def by_hand(weights, x, t, factor):
    """Changes the weights in place. factor: 6 eta / b."""
    if weights.dim() == 3:
        z = torch.bmm(weights, x.unsqueeze(2)).squeeze(2)
        square = z * z
        e = (square * z).sum(1) - t
        weights.addcmul_((square * e.unsqueeze(1)).unsqueeze(2), x.unsqueeze(1), value=-factor)
    elif x.dim() == 1:
        z = torch.mv(weights, x)
        square = z * z
        e = torch.dot(square, z) - t
        weights.addr_(square * e, x, alpha=-factor)
    else:
        z = torch.mm(x, weights.t())
        square = z * z
        e = (square * z).sum(1) - t
        weights.addmm_((square * e.unsqueeze(1)).t(), x, alpha=-factor)


class ByHand(Steps):
    def prepare(self):
        self.factor = 6 * self.p.step_size / (self.p.n if self.p.full_batch else 1)

    @torch.inference_mode()
    def step(self, x, t):
        by_hand(self.weights, x, t, self.factor)


class Autograd(Steps):
    def prepare(self):
        self.weights = torch.nn.Parameter(self.weights)
        self.optimizer = torch.optim.SGD([self.weights], lr=self.p.step_size)

    def step(self, x, t):
        self.optimizer.zero_grad()
        if x.dim() == 1:
            loss = ((self.weights @ x).pow(3).sum() - t).square()
        else:
            loss = ((x @ self.weights.t()).pow(3).sum(1) - t).square().mean()
        loss.backward()
        self.optimizer.step()


class Compiled(Steps):
    """torch.compile of several steps by hand, as few calls as its compiler bears."""

    UNROLLED = 16

    def prepare(self):
        p = self.p
        self.unrolled = 1 if p.full_batch else self.UNROLLED
        self.units = self.unrolled
        factor = 6 * p.step_size / (p.n if p.full_batch else 1)

        def steps(weights, xs, ts):
            for k in range(self.unrolled):
                x, t = xs[k], ts[k]
                z = x @ weights.t() if x.dim() == 2 else (weights * x).sum(1)
                square = z * z
                e = (square * z).sum(-1) - t
                if x.dim() == 2:
                    weights = weights - factor * (square * e.unsqueeze(1)).t() @ x
                else:
                    weights = weights - factor * (square * e).unsqueeze(1) * x
            return weights

        self.call = torch.compile(steps)
        self.blocks = self.in_blocks(self.turns)

    def in_blocks(self, turns):
        u = self.unrolled
        blocks = [turns[k : k + u] for k in range(0, len(turns), u)]
        return [(torch.stack([x for x, _ in b]), torch.stack([t for _, t in b])) for b in blocks]

    @torch.inference_mode()
    def run(self, count):
        for _ in range(count):
            self.weights = self.call(self.weights, *self.blocks[self.turn % len(self.blocks)])
            self.turn += 1
        settle()

    @torch.inference_mode()
    def answer(self, q):
        weights = tensor(self.p.weights)
        for block in self.in_blocks(self.shown(q.samples, q.zetas)):
            weights = self.call(weights, *block)
        return weights.cpu().numpy()


class Graph(Steps):
    """A CUDA graph of many steps by hand, replayed; samples and noises of a replay are drawn at its beginning."""

    def prepare(self):
        p = self.p
        self.length = 256 if not p.full_batch else 16
        self.units = self.length * p.replicas
        self.factor = 6 * p.step_size / (p.n if p.full_batch else 1)
        self.graph = self.capture(self.weights, self.length, None)

    def capture(self, weights, length, given):
        p = self.p
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side), torch.inference_mode():
            for _ in range(3):
                self.steps(weights.clone(), 2, None)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.inference_mode(), torch.cuda.graph(graph):
            self.steps(weights, length, given)
        return graph

    def steps(self, weights, length, given):
        p = self.p
        if given is None:
            width = p.n if p.full_batch else p.replicas
            zetas = p.noise * torch.randn(length, width, device=DEVICE)
            if p.full_batch:
                given = [(self.x, self.y - zetas[k]) for k in range(length)]
            else:
                samples = torch.randint(p.n, (length, width), device=DEVICE)
                xs, ts = self.x[samples], self.y[samples] - zetas
                one = p.replicas == 1
                given = [(xs[k, 0], ts[k, 0]) if one else (xs[k], ts[k]) for k in range(length)]
        for x, t in given:
            by_hand(weights, x, t, self.factor)

    def run(self, count):
        for _ in range(count):
            self.graph.replay()
        settle()

    def answer(self, q):
        weights = tensor(self.p.weights).clone()
        # Kept until the graph has run: it reads these very addresses, which others would be given once they are free.
        given = self.shown(q.samples, q.zetas)
        graph = self.capture(weights, q.steps, given)
        with torch.inference_mode():
            weights.copy_(tensor(self.p.weights))
        graph.replay()
        settle()
        del given
        return weights.cpu().numpy()


class Probes:
    """Estimates of the Hessian's trace at the starting weights."""

    def __init__(self, p):
        self.p = p
        self.units = p.probes
        self.x, self.y = tensor(p.inputs), tensor(p.labels)
        self.weights = tensor(p.weights).clone()
        self.prepare()
        choose_threads(lambda: self.forms(self.vectors(2)))

    def loss(self, weights):
        return ((self.x @ weights.t()).pow(3).sum(1) - self.y).square().sum()

    def vectors(self, count):
        shape = (count, self.p.m, self.p.d)
        return torch.randint(0, 2, shape, device=DEVICE).to(torch.float32).mul_(2).sub_(1)

    def run(self, count):
        for _ in range(count):
            self.estimate = self.forms(self.vectors(self.p.probes)).mean()
        settle()

    def answer(self, q):
        return self.forms(tensor(q.vectors)).detach().cpu().numpy()


class JvpOfGrad(Probes):
    """torch.func: jvp of grad under vmap, a few large vectors at a time, which is faster than all at once."""

    AT_ONCE = 8

    def prepare(self):
        gradient = torch.func.grad(self.loss)

        def form(v):
            return (v * torch.func.jvp(gradient, (self.weights,), (v,))[1]).sum()

        large = self.p.m * self.p.d >= 2**14
        self.forms = torch.func.vmap(form, chunk_size=self.AT_ONCE if large else None)


class DoubleBackward(Probes):
    """A gradient that keeps its graph, then a backward pass a vector: PyHessian's method without the package."""

    def prepare(self):
        self.weights.requires_grad_()

    def forms(self, vectors):
        (gradient,) = torch.autograd.grad(self.loss(self.weights), self.weights, create_graph=True)
        forms = []
        for v in vectors:
            (product,) = torch.autograd.grad(gradient, self.weights, grad_outputs=v, retain_graph=True)
            forms.append((v * product).sum())
        return torch.stack(forms)


class PyHessian(Probes):
    """Its trace() with as many vectors as asked for, its tolerance never met; its vectors are its own."""

    def prepare(self):
        weights, y = self.weights, self.y

        class Model(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.weights = torch.nn.Parameter(weights)

            def forward(self, x):
                return (x @ self.weights.t()).pow(3).sum(1)

        self.model = Model().to(DEVICE)
        self.data = (self.x, y)

    def hessian(self):
        return pyhessian.hessian(
            self.model, lambda r, y: (r - y).square().sum(), data=self.data, cuda=DEVICE.type == "cuda"
        )

    def run(self, count):
        for _ in range(count):
            self.hessian().trace(maxIter=self.p.probes, tol=0)
        settle()

    def forms(self, vectors):
        h = self.hessian()
        forms = []
        for v in vectors:
            (product,) = hessian_vector_product(h.gradsH, h.params, [v])
            forms.append((v * product).sum())
        return torch.stack(forms)


def steps(form, noise, replicas="one"):
    return {"kind": "steps", "form": form, "noise": noise, "replicas": replicas}


def probes(form):
    return {"kind": "probes", "form": form, "noise": None, "replicas": "one"}


FORMS = {
    "by hand, noise beforehand": (steps("by hand", "beforehand"), ByHand),
    "by hand, batched, noise beforehand": (steps("by hand", "beforehand", "many"), ByHand),
    "autograd and SGD, noise beforehand": (steps("autodiff", "beforehand"), Autograd),
    "torch.compile, noise beforehand": (steps("compiled", "beforehand"), Compiled),
    "torch.func, jvp of grad, vmap": (probes("jvp of grad"), JvpOfGrad),
    "double backward": (probes("double backward"), DoubleBackward),
}
MISSING = []

if DEVICE.type == "cuda":
    FORMS["CUDA graph, noise in blocks"] = (steps("graph", "in blocks"), Graph)
    FORMS["CUDA graph, batched, noise in blocks"] = (steps("graph", "in blocks", "many"), Graph)

try:
    import pyhessian
    from pyhessian.utils import hessian_vector_product

    FORMS["PyHessian"] = (probes("double backward"), PyHessian)
except ImportError as error:
    MISSING.append({"name": "PyHessian", "reason": str(error)})


def hello():
    torch.manual_seed(1)
    where = torch.cuda.get_device_name() if DEVICE.type == "cuda" else f"{torch.get_num_threads()} threads"
    return {"name": "PyTorch", "version": torch.__version__, "device": f"{DEVICE.type} ({where})", "missing": MISSING}


if __name__ == "__main__":
    serve(hello, FORMS)
