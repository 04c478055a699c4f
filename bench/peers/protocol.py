"""Conversation with the program that measures: one JSON document a line on stdin, one answer a line on stdout.

    {"do": "hello"}                     -> {"name", "version", "device", "forms": [...], "missing": [...]}
    {"do": "prepare", "form", "problem"} -> {"unitsPerRun"}      the work of run(1), in steps, replica-steps or probes
    {"do": "answer", "question"}        -> {"values"}            weights after recorded steps, or quadratic forms
    {"do": "run", "count"}              -> {}                    answered when the work is done
    {"do": "release"}                   -> {}
    {"do": "end"}

Every answer has "ok"; where it is false, "error" says why. Arrays are {"f32": base64} or {"i32": base64}.
"""

import base64
import gc
import json
import os
import sys

import numpy as np


def decode(value):
    """Arrays of a document as numpy has them."""
    if isinstance(value, dict):
        for key, kind in (("f32", np.float32), ("i32", np.int32)):
            if key in value:
                return np.frombuffer(base64.b64decode(value[key]), dtype=kind).copy()
        return {key: decode(v) for key, v in value.items()}
    return value


def encode(array):
    """An array of any library, as f32."""
    flat = np.ascontiguousarray(np.asarray(array), dtype=np.float32).reshape(-1)
    return {"f32": base64.b64encode(flat.tobytes()).decode("ascii")}


class Problem:
    """Numbers of a case: X (n x d), y (n), weights (m x d, or replicas x m x d), and what steps they take."""

    def __init__(self, given):
        self.kind = given["kind"]
        self.m, self.n, self.d = given["m"], given["n"], given["d"]
        self.replicas = given["replicas"]
        self.full_batch = given["fullBatch"]
        self.step_size = given["stepSize"]
        self.noise = given["noise"]
        self.probes = given["probes"]
        self.inputs = given["inputs"].reshape(self.n, self.d)
        self.labels = given["labels"]
        shape = (self.m, self.d) if self.replicas == 1 else (self.replicas, self.m, self.d)
        self.weights = given["weights"].reshape(shape)


class Question:
    """Recorded steps (samples and noises times sigma, a row a step), or vectors (probes x m x d)."""

    def __init__(self, given, problem):
        if given["kind"] == "steps":
            self.steps = given["steps"]
            self.samples = given["samples"].reshape(self.steps, -1)
            self.zetas = (given["noise"] * given["noises"]).astype(np.float32).reshape(self.steps, -1)
        else:
            self.vectors = given["vectors"].reshape(-1, problem.m, problem.d)


def serve(hello, forms):
    """Answers until told to end.

    hello: a function that gives name, version, device and what is missing.
    forms: name -> (facts for the measuring program, class with units, run(count) and answer(question)).
    """
    # Libraries print as they like; only answers may reach the pipe.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    program = problem = None

    def handle(asked):
        nonlocal program, problem
        what = asked["do"]
        if what == "hello":
            facts = [{"name": name, **facts} for name, (facts, _) in forms.items()]
            return {**hello(), "forms": facts}
        if what == "prepare":
            problem = Problem(decode(asked["problem"]))
            program = forms[asked["form"]][1](problem)
            return {"unitsPerRun": program.units}
        if what == "answer":
            return {"values": encode(program.answer(Question(decode(asked["question"]), problem)))}
        if what == "run":
            program.run(asked["count"])
            return {}
        if what == "release":
            program = problem = None
            gc.collect()
            return {}
        raise ValueError(f"there is no '{what}' to do")

    for line in sys.stdin:
        if not line.strip():
            continue
        asked = json.loads(line)
        if asked["do"] == "end":
            break
        try:
            answer = {"ok": True, **handle(asked)}
        except Exception as error:  # whatever a library throws is an answer, too
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"[:2000]}
        pipe.write(json.dumps(answer) + "\n")
        pipe.flush()
