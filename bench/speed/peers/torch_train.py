#!/usr/bin/env python3
"""Training speed of PyTorch on Fairlead's shapes: one thread, inputs already in memory.

    torch_train.py WORKLOAD BATCH OPTIMIZER PRECISION [--seconds S]

WORKLOAD is mlp or simple_cnn, OPTIMIZER momentum or adam, PRECISION f32 or bf16 (autocast with f32 master weights).
Every configuration PyTorch offers for it is tried (memory layout of images, optimizer loops fused over tensors or not),
each for S seconds in four parts of which the best counts, and the fastest is printed as a line of JSON.
"""
import argparse
import itertools
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

PARTS = 4


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(),
                         nn.Linear(128, 10))


def simple_cnn():
    return nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(64 * 49, 1024), nn.ReLU(), nn.Linear(1024, 10))


MODELS = {"mlp": mlp, "simple_cnn": simple_cnn}
OPTIMIZERS = {
    "momentum": lambda parameters, foreach: torch.optim.SGD(parameters, lr=1e-6, momentum=0.9, foreach=foreach),
    "adam": lambda parameters, foreach: torch.optim.Adam(parameters, lr=1e-6, foreach=foreach),
}


def stepper(asked, layout, foreach):
    """One training step as a function without arguments."""
    torch.manual_seed(0)
    net = MODELS[asked.workload]().to(memory_format=layout)
    inputs = torch.rand(asked.batch, 1, 28, 28).to(memory_format=layout)
    labels = torch.randint(0, 10, (asked.batch,))
    update = OPTIMIZERS[asked.optimizer](net.parameters(), foreach)

    def step():
        update.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=asked.precision == "bf16"):
            out = net(inputs)
        F.cross_entropy(out.float(), labels).backward()
        update.step()

    return step


def seconds_per_step(step, seconds):
    """The fastest part; at least one step each."""
    for _ in range(3):
        step()
    begun = time.perf_counter()
    step()
    n = max(1, int(seconds / PARTS / (time.perf_counter() - begun)))
    best = float("inf")
    for _ in range(PARTS):
        begun = time.perf_counter()
        for _ in range(n):
            step()
        best = min(best, (time.perf_counter() - begun) / n)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workload", choices=MODELS)
    parser.add_argument("batch", type=int)
    parser.add_argument("optimizer", choices=OPTIMIZERS)
    parser.add_argument("precision", choices=["f32", "bf16"])
    parser.add_argument("--seconds", type=float, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    layouts = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    tried = {}
    for (name, layout), foreach in itertools.product(layouts.items(), (False, True)):
        step = stepper(asked, layout, foreach)
        tried[f"{name}{', foreach' if foreach else ''}"] = seconds_per_step(step, asked.seconds)
    fastest = min(tried, key=tried.get)
    print(json.dumps({"peer": f"pytorch {torch.__version__}", "configuration": fastest,
                      "examples_per_second": asked.batch / tried[fastest]}))


if __name__ == "__main__":
    main()
