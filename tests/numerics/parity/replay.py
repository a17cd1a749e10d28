"""Replays an exported trial in PyTorch: the same model, start, batches and rates.

    fairlead trial ... --export DIR
    /usr/bin/python3 replay.py DIR...

Prints how far PyTorch's losses and final tensors are from the exported ones; exit code 1 beyond the tolerances of
compare.py.
"""
import hashlib
import json
import math
import pathlib
import sys

import numpy
import torch

import rules
from network import Network


def steps_of(path):
    """An array of PATH.npy by steps, or a list of PATH/1.npy, PATH/2.npy, ...; None where there is neither."""
    if path.is_dir():
        return [numpy.load(path / f"{step}.npy") for step in range(1, len(list(path.iterdir())) + 1)]
    file = path.with_name(path.name + ".npy")
    return numpy.load(file) if file.exists() else None


def leaves(tree):
    """The arrays of dictionaries and lists of arrays, in the order of their keys; none of None."""
    if isinstance(tree, numpy.ndarray):
        yield tree
    elif tree is not None:
        for part in [tree[key] for key in sorted(tree)] if isinstance(tree, dict) else tree:
            yield from leaves(part)


class Export:
    """A folder written by `fairlead trial --export`."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.trace = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
        self.inputs, self.labels, self.targets = (steps_of(folder / name) for name in ("inputs", "labels", "targets"))
        names = [tensor["name"] for tensor in self.manifest["tensors"]]
        self.init = {name: numpy.load(folder / "init" / f"{name}.npy") for name in names}
        self.final = {name: numpy.load(folder / "final" / f"{name}.npy") for name in names}
        states = [state["name"] for state in self.manifest.get("state", [])]
        self.state = {name: numpy.load(folder / "state" / "init" / f"{name}.npy") for name in states}
        self.final_state = {name: numpy.load(folder / "state" / "final" / f"{name}.npy") for name in states}
        self.masks = {file.stem: steps_of(file.with_suffix("")) for file in (folder / "masks").glob("*")}

    def question(self, *more):
        """A hash of all that a replay reads, and of more arrays: where two backends ask the same, one answer does for both."""
        trial = {key: value for key, value in self.manifest["trial"].items() if key != "backend"}
        words = json.dumps([{**self.manifest, "trial": trial}, [line["rate"] for line in self.trace], sorted(self.masks)])
        found = hashlib.sha256(words.encode())
        for tree in (self.inputs, self.labels, self.targets, self.init, self.state, self.masks, more):
            for array in leaves(tree):
                found.update(numpy.ascontiguousarray(array))
        return found.digest()


def gradient(model, batch, at_once, autocast):
    """That of the mean loss, added up in parts of so many examples, whose statistics are their own; the loss."""
    mean, n = 0, len(batch[0])
    for first in range(0, n, at_once):
        model.part = slice(first, first + at_once)
        part = [values if values is None else values[model.part] for values in batch]
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            loss = model.loss_of(*part) * (at_once / n)
        loss.backward()
        mean += loss.item()
    return mean


def around(parameters, h):
    """What a trainer does before the rule sees the gradient: penalties, clipping by value, clipping by norm."""
    for p in parameters:
        if h.get("decay") != "matrices" or p.dim() > 1:
            p.grad += h.get("l2", 0) * p.data + h.get("l1", 0) * p.data.sign()
    if "clip_value" in h:
        torch.nn.utils.clip_grad_value_(parameters, h["clip_value"])
    if "clip_norm" in h:
        torch.nn.utils.clip_grad_norm_(parameters, h["clip_norm"])


ROUNDINGS = 2**-21  # four of fp32: by so much sums of hundreds of products differ when added in another order


def shake(model, seed):
    """Move every parameter by a few roundings of its own."""
    draw = torch.Generator().manual_seed(seed)
    for p in model.parameters():
        p.data *= 1 + ROUNDINGS * (2 * torch.rand(p.shape, generator=draw) - 1)


def tensors_of(manifest):
    """Every tensor as a matrix, or several below each other."""
    for tensor in manifest["tensors"]:
        rows, *rest = tensor["shape"]
        yield {**tensor, "rows": rows, "columns": math.prod(rest), "n_matrices": tensor["matrices"]}


class Replay:
    """`losses` before each update and `final` tensors by name. `shaken`: from a start that differs by roundings."""

    def __init__(self, export, autocast=False, shaken=0):
        torch.set_num_threads(1)
        self.export, self.autocast = export, autocast
        self.model = model = Network(export.manifest, export.init, export.state, export.masks)
        if shaken:
            shake(model, shaken)
        optimizer = export.manifest["optimizer"]
        hyper = optimizer["hyperparameters"]
        trial = export.manifest["trial"]
        self.at_once, self.hyper = trial.get("micro_batch") or trial["batch_size"], hyper
        rule = rules.RULES[optimizer["name"], hyper.get("epsilon_form")]
        self.losses = []
        if isinstance(rule, rules.Whole):
            self.follow(rule, hyper)
        else:
            self.walk(rule(model.parameters(), hyper))
        self.final = {name: p.detach().numpy() for name, p in model.named.items()}
        self.final_state = {name: values.numpy() for name, values in model.state.items()}

    def loss(self, t):
        """On the batch of step t, with its gradients."""
        self.model.zero_grad()
        self.model.step = t
        if self.export.trace[t].get("carry_starts"):
            self.model.clear_carry()
        batch = [values if values is None else torch.from_numpy(values[t])
                 for values in (self.export.inputs, self.export.labels, self.export.targets)]
        loss = gradient(self.model, batch, self.at_once, self.autocast)
        around(self.model.parameters(), self.hyper)
        return loss

    def walk(self, step):
        for t, line in enumerate(self.export.trace):
            self.losses.append(self.loss(t))
            step(line["rate"])

    def follow(self, rule, hyper):
        """A rule on one array of float64 that asks for gradients itself. The state moves by the pass whose loss counts."""
        p, rates = self.model.parameters(), [line["rate"] for line in self.export.trace]
        ends = numpy.cumsum([q.numel() for q in p])

        def put(theta):
            for q, part in zip(p, numpy.split(theta, ends[:-1])):
                q.data = torch.from_numpy(part.astype(numpy.float32)).view_as(q)

        def copies(state):
            """Batch norm moves its statistics in place."""
            return {name: values.clone() for name, values in state.items()}

        def gradient_at(theta, t):
            put(theta)
            if len(self.losses) == t:
                self.before = copies(self.model.state)
                self.losses.append(self.loss(t))
            else:
                after, self.model.state = self.model.state, copies(self.before)
                self.loss(t)
                self.model.state = after
            return torch.cat([q.grad.flatten() for q in p]).double().numpy()

        theta = torch.cat([q.detach().flatten() for q in p]).double().numpy()
        first_rate = hyper.get("learning_rate", rates[0])
        tensors, h = list(tensors_of(self.export.manifest)), {**hyper, "first_rate": first_rate}
        steps = rule.rule(gradient_at, theta, tensors, rates, h)
        for t in range(len(rates)):
            if rule.loss_at_start:
                gradient_at(theta, t)
            theta = next(steps)
        put(theta)


if __name__ == "__main__":
    import compare
    bad = 0
    for folder in sys.argv[1:]:
        comparison = compare.Comparison(Export(folder))
        print(folder, comparison)
        bad += bool(comparison.faults)
    sys.exit(bad > 0)
