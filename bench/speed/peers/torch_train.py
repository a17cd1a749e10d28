#!/usr/bin/env python3
"""Training speed of PyTorch on Fairlead's shapes: one thread, inputs already in memory.

    torch_train.py WORKLOAD BATCH OPTIMIZER PRECISION [--seconds S]

WORKLOAD is one of MODELS, OPTIMIZER momentum or adam, PRECISION f32 or bf16 (autocast with f32 master weights).
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


def autoencoder():
    sizes, layers = [784, 1000, 500, 250, 30, 250, 500, 1000, 784], [nn.Flatten()]
    for i, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(fan_in, fan_out))
        layers += [nn.Tanh()] * (i not in (3, 7))  # the code and the output are linear
    return nn.Sequential(*layers)


def vgg16():
    layers, channels = [], 3
    for stage in ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)):
        for width in stage:
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


class Block(nn.Module):
    """Two convolutions around which the input is carried; where they widen, subsampled (He et al. 2016, option A)."""

    def __init__(self, channels, width):
        super().__init__()
        self.stride, self.pad = (1, 0) if channels == width else (2, (width - channels) // 2)
        self.body = nn.Sequential(nn.Conv2d(channels, width, 3, self.stride, 1, bias=False), nn.BatchNorm2d(width),
                                  nn.ReLU(inplace=True), nn.Conv2d(width, width, 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(width))

    def forward(self, x):
        short = x
        if self.stride > 1:
            short = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))
        return F.relu(self.body(x) + short, inplace=True)


def resnet32():
    widths = [16] * 5 + [32] * 5 + [64] * 5
    blocks = [Block(channels, width) for channels, width in zip([16] + widths, widths)]
    return nn.Sequential(nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True), *blocks,
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class CharLSTM(nn.Module):
    """Dropout .2 on the input and the output of each of two LSTMs."""

    def __init__(self, vocabulary=83, width=128):
        super().__init__()
        self.embedding, self.drop = nn.Embedding(vocabulary, width), nn.Dropout(0.2)
        self.first, self.second = nn.LSTM(width, width), nn.LSTM(width, width)
        self.out = nn.Linear(width, vocabulary)

    def forward(self, tokens):
        x = self.drop(self.embedding(tokens.T))
        x = self.drop(self.drop(self.first(x)[0]))
        return self.out(self.drop(self.second(x)[0])).transpose(0, 1)


class Transformer(nn.Module):
    """Four pre-norm layers of width 128, four heads, causal."""

    def __init__(self, vocabulary=65, length=64, width=128):
        super().__init__()
        self.embedding, self.position = nn.Embedding(vocabulary, width), nn.Parameter(torch.zeros(length, width))
        self.layers = nn.ModuleList(nn.TransformerEncoderLayer(width, 4, 512, 0.0, F.gelu, batch_first=True,
                                                               norm_first=True) for _ in range(4))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, vocabulary)
        self.register_buffer("later", torch.full((length, length), float("-inf")).triu(1))

    def forward(self, tokens):
        x = self.embedding(tokens) + self.position
        for layer in self.layers:
            x = layer(x, src_mask=self.later)
        return self.out(self.norm(x))


def pictures(channels, side):
    return lambda batch: (torch.rand(batch, channels, side, side), torch.randint(0, 10, (batch,)))


def texts(vocabulary, length):
    return lambda batch: tuple(torch.randint(0, vocabulary, (batch, length)) for _ in range(2))


def of_classes(out, labels):
    return F.cross_entropy(out.flatten(0, -2), labels.flatten())


def of_inputs(batch):
    x = torch.rand(batch, 1, 28, 28)
    return x, x.flatten(1)


def of_pixels(out, pixels):
    return F.binary_cross_entropy_with_logits(out, pixels, reduction="sum") / len(out)


# The network, a batch of so many examples, the loss.
MODELS = {
    "mlp": (mlp, pictures(1, 28), of_classes), "simple_cnn": (simple_cnn, pictures(1, 28), of_classes),
    "autoencoder": (autoencoder, of_inputs, of_pixels),
    "resnet32": (resnet32, pictures(3, 32), of_classes), "vgg16": (vgg16, pictures(3, 32), of_classes),
    "char_lstm": (CharLSTM, texts(83, 50), of_classes), "transformer": (Transformer, texts(65, 64), of_classes),
}
OPTIMIZERS = {
    "momentum": lambda parameters, foreach: torch.optim.SGD(parameters, lr=1e-6, momentum=0.9, foreach=foreach),
    "adam": lambda parameters, foreach: torch.optim.Adam(parameters, lr=1e-6, foreach=foreach),
}


def stepper(asked, layout, foreach):
    """One training step as a function without arguments."""
    torch.manual_seed(0)
    model, batch, loss = MODELS[asked.workload]
    inputs, labels = batch(asked.batch)
    net = model()
    if inputs.dim() == 4:
        net, inputs = net.to(memory_format=layout), inputs.to(memory_format=layout)
    update = OPTIMIZERS[asked.optimizer](net.parameters(), foreach)

    def step():
        update.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=asked.precision == "bf16"):
            out = net(inputs)
        loss(out.float(), labels).backward()
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
    if MODELS[asked.workload][1](1)[0].dim() < 4:
        del layouts["channels_last"]
    tried = {}
    for (name, layout), foreach in itertools.product(layouts.items(), (False, True)):
        step = stepper(asked, layout, foreach)
        tried[f"{name}{', foreach' if foreach else ''}"] = seconds_per_step(step, asked.seconds)
    fastest = min(tried, key=tried.get)
    print(json.dumps({"peer": f"pytorch {torch.__version__}", "configuration": fastest,
                      "examples_per_second": asked.batch / tried[fastest]}))


if __name__ == "__main__":
    main()
