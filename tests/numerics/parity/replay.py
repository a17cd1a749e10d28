"""Replays an exported trial in PyTorch: the same model, start, batches and rates.

    fairlead trial ... --export DIR
    /usr/bin/python3 replay.py DIR...

Prints how far PyTorch's losses and final tensors are from the exported ones; exit code 1 beyond the tolerances of
compare.py.
"""
import json
import pathlib
import sys

import numpy
import torch

import rules


class Export:
    """A folder written by `fairlead trial --export`."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.trace = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
        self.inputs, self.labels = numpy.load(folder / "inputs.npy"), numpy.load(folder / "labels.npy")
        names = [tensor["name"] for tensor in self.manifest["tensors"]]
        self.init = {name: numpy.load(folder / "init" / f"{name}.npy") for name in names}
        self.final = {name: numpy.load(folder / "final" / f"{name}.npy") for name in names}


class Quadratic(torch.nn.Module):
    """1/2 sum_i c_i (theta_i - x_i)^2 of each example x."""

    def __init__(self, curvatures):
        super().__init__()
        self.theta = torch.nn.Parameter(torch.zeros(len(curvatures)))
        self.register_buffer("c", torch.tensor(curvatures), persistent=False)

    def forward(self, x):
        return 0.5 * (self.c * (self.theta - x)**2).sum(1)


def layer_module(layer, init):
    kind, name = layer["kind"], layer.get("name")
    if kind == "dense":
        return torch.nn.Linear(init[f"{name}.weight"].shape[1], layer["out"])
    if kind == "convolution":
        return torch.nn.Conv2d(init[f"{name}.weight"].shape[1], layer["out"], layer["kernel"], padding=layer["pad"])
    return {"relu": torch.nn.ReLU, "max_pool": lambda: torch.nn.MaxPool2d(layer["kernel"])}[kind]()


def build(export):
    """The model with the exported start; its parameters bear the exported names. And the loss of (outputs, labels)."""
    model = torch.nn.Sequential()
    for i, layer in enumerate(export.manifest["layers"]):
        if layer["kind"] == "dense":
            model.add_module(f"flatten{i}", torch.nn.Flatten())
        model.add_module(layer.get("name", f"{layer['kind']}{i}"), layer_module(layer, export.init))
    loss = torch.nn.functional.cross_entropy
    if export.manifest["loss"]["kind"] == "quadratic":
        model.add_module("quadratic", Quadratic(export.manifest["loss"]["curvatures"]))
        loss = lambda losses, labels: losses.mean()
    model.load_state_dict({name: torch.from_numpy(values) for name, values in export.init.items()})
    return model, loss


ROUNDINGS = 2**-21  # four of fp32: by so much sums of hundreds of products differ when added in another order


def shake(model, seed):
    """Move every parameter by a few roundings of its own."""
    draw = torch.Generator().manual_seed(seed)
    for p in model.parameters():
        p.data *= 1 + ROUNDINGS * (2 * torch.rand(p.shape, generator=draw) - 1)


class Replay:
    """`losses` before each update and `final` tensors by name. `shaken`: from a start that differs by roundings."""

    def __init__(self, export, autocast=False, shaken=0):
        torch.set_num_threads(1)
        model, loss_of = build(export)
        if shaken:
            shake(model, shaken)
        optimizer = export.manifest["optimizer"]
        hyper = optimizer["hyperparameters"]
        step = rules.RULES[optimizer["name"], hyper.get("epsilon_form")](list(model.parameters()), hyper)
        self.losses = []
        for line, x, labels in zip(export.trace, export.inputs, export.labels):
            model.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                loss = loss_of(model(torch.from_numpy(x)), torch.from_numpy(labels))
            loss.backward()
            step(line["rate"])
            self.losses.append(loss.item())
        self.final = {name: p.detach().numpy() for name, p in model.named_parameters()}


if __name__ == "__main__":
    import compare
    bad = 0
    for folder in sys.argv[1:]:
        comparison = compare.Comparison(Export(folder))
        print(folder, comparison)
        bad += bool(comparison.faults)
    sys.exit(bad > 0)
