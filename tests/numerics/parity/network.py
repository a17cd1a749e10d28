"""The network of an exported trial in PyTorch, by what its manifest says alone: no model is written by hand.

A layer of the manifest is an object with `kind`, `name`, `from` (names of layers before it, or "input") and the kind's
attributes, all given; LAYERS has a function for each kind, of the layer, its parameters, what it reads and the network.
Shapes are PyTorch's own: images N,C,H,W, sequences N,T,D, tokens N,T, vectors N,D.
"""
import math

import torch
from torch.nn import functional as F


def dense(layer, p, x, net):
    if x.dim() == 4:
        x = x.flatten(1)
    groups = layer.get("groups", 1)
    if groups == 1:
        return F.linear(x, p["weight"], p.get("bias"))
    parts = [F.linear(a, w) for a, w in zip(x.chunk(groups, -1), p["weight"].chunk(groups))]
    return torch.cat(parts, -1) + p.get("bias", 0)


def convolution(layer, p, x, net):
    return F.conv2d(x, p["weight"], p.get("bias"), layer.get("stride", 1), layer.get("pad", 0),
                    groups=layer.get("groups", 1))


def max_pool(layer, p, x, net):
    return F.max_pool2d(x, layer["kernel"], layer.get("stride") or layer["kernel"], layer.get("pad", 0))


def average_pool(layer, p, x, net):
    if not layer.get("kernel"):
        return x.mean(1) if x.dim() == 3 else x.mean((2, 3), keepdim=True)
    return F.avg_pool2d(x, layer["kernel"], layer.get("stride") or layer["kernel"], layer.get("pad", 0),
                        count_include_pad=False)


def batch_norm(layer, p, x, net):
    mean, variance = net.state[layer["name"] + ".running_mean"], net.state[layer["name"] + ".running_var"]
    return F.batch_norm(x, mean, variance, p["weight"], p["bias"], net.training, layer["momentum"], layer["epsilon"])


def layer_norm(layer, p, x, net):
    shape = x.shape[1:] if x.dim() == 4 else x.shape[-1:]
    return F.layer_norm(x.to(p["weight"].dtype), shape, p["weight"].view(shape), p["bias"].view(shape), layer["epsilon"])


def dropout(layer, p, x, net):
    """By the exported mask of the step: 0 or 1 / (1 - rate)."""
    return x * net.mask(layer["name"]).view(x.shape) if net.training and layer["rate"] else x


def sequence(layer, p, x, net):
    if layer["by"] == "positions":
        return x.flatten(2).transpose(1, 2)
    return x.transpose(1, 2).flatten(2)


def subsample(layer, p, x, net):
    x = x[..., ::layer["stride"], ::layer["stride"]]
    missing = layer["out"] - x.shape[1]
    return F.pad(x, (0, 0, 0, 0, missing // 2, missing - missing // 2))


def lstm(layer, p, x, net):
    """Gate by gate, i, f, g, o, one bias."""
    width, name = layer["out"], layer["name"]
    h = net.state.get(name + ".h", x.new_zeros(len(x), width)) if layer.get("carry") else x.new_zeros(len(x), width)
    c = net.state.get(name + ".c", x.new_zeros(len(x), width)) if layer.get("carry") else x.new_zeros(len(x), width)
    outs = []
    for t in range(x.shape[1]):
        i, f, g, o = F.linear(x[:, t], p["weight_ih"], p["bias"]).add(F.linear(h, p["weight_hh"])).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outs.append(h)
    if layer.get("carry"):
        net.state[name + ".h"], net.state[name + ".c"] = h.detach(), c.detach()
    return torch.stack(outs, 1)


def attention(layer, p, x, net):
    n, length, width = x.shape
    heads = layer["heads"]
    q, k, v = (a.view(n, length, heads, width // heads).transpose(1, 2)
               for a in F.linear(x, p["in_weight"], p["in_bias"]).chunk(3, -1))
    scores = q @ k.transpose(2, 3) / math.sqrt(width // heads)
    if layer.get("causal", True):
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, length, width)
    return F.linear(mixed, p["out_weight"], p["out_bias"])


LAYERS = {
    "dense": dense, "convolution": convolution, "max_pool": max_pool, "average_pool": average_pool,
    "relu": lambda layer, p, x, net: x.relu(), "sigmoid": lambda layer, p, x, net: x.sigmoid(),
    "tanh": lambda layer, p, x, net: x.tanh(), "gelu": lambda layer, p, x, net: F.gelu(x),
    "batch_norm": batch_norm, "layer_norm": layer_norm, "dropout": dropout,
    "add": lambda layer, p, *xs_net: sum(xs_net[:-1]), "concatenate": lambda layer, p, *xs_net: torch.cat(xs_net[:-1], 1),
    "flatten": lambda layer, p, x, net: x.flatten(1), "sequence": sequence,
    "last": lambda layer, p, x, net: x[:, -1], "subsample": subsample,
    "embedding": lambda layer, p, x, net: F.embedding(x.long(), p["weight"]),
    "position": lambda layer, p, x, net: x + p["weight"][:x.shape[1]], "lstm": lstm, "attention": attention,
}


# --- losses, of the mean over the batch ---

def softmax_cross_entropy(loss, p, z, labels, targets):
    return F.cross_entropy(z.flatten(0, -2) if z.dim() == 3 else z.flatten(1), labels.flatten(),
                           label_smoothing=loss.get("label_smoothing", 0))


def sigmoid_cross_entropy(loss, p, z, labels, targets):
    return F.binary_cross_entropy_with_logits(z.flatten(1), targets.flatten(1), reduction="sum") / len(z)


def mean_squared(loss, p, z, labels, targets):
    return ((z.flatten(1) - targets.flatten(1))**2).sum() / len(z)


def quadratic(loss, p, x, labels, targets):
    c = torch.tensor(loss["curvatures"])
    return 0.5 * (c * (p["theta"] - x.flatten(1))**2).sum(1).mean()


def function(loss, p, x, labels, targets):
    x, y = p["theta"]
    return {
        "rosenbrock": lambda: (1 - x)**2 + 100 * (y - x**2)**2,
        "beale": lambda: (1.5 - x + x * y)**2 + (2.25 - x + x * y**2)**2 + (2.625 - x + x * y**3)**2,
        "branin": lambda: (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6)**2
        + 10 * (1 - 1 / (8 * math.pi)) * torch.cos(x) + 10 - 10 / (8 * math.pi),
        "saddle": lambda: x**2 / 2 + y**4 / 4 - y**2 / 2 + .25,
        "quadratic": lambda: (x**2 + 10 * y**2) / 2,
    }[loss["name"]]()


LOSSES = {"softmax_cross_entropy": softmax_cross_entropy, "sigmoid_cross_entropy": sigmoid_cross_entropy,
          "mean_squared": mean_squared, "quadratic": quadratic, "function": function}


class Network:
    """Parameters and state by their exported names; `loss_of` runs the layers and the loss on one batch."""

    def __init__(self, manifest, init, state, masks=None):
        self.layers, self.loss, self.masks = manifest["layers"], manifest["loss"], masks or {}
        self.named = {name: torch.nn.Parameter(torch.from_numpy(values.copy())) for name, values in init.items()}
        self.state = {name: torch.from_numpy(values.copy()) for name, values in state.items()}
        self.training, self.step, self.part = True, 0, slice(None)

    def parameters(self):
        return list(self.named.values())

    def zero_grad(self):
        for p in self.parameters():
            p.grad = None

    def clear_carry(self):
        """What LSTMs carry, at the start of an epoch."""
        for layer in self.layers:
            for name in (layer["name"] + ".h", layer["name"] + ".c") if layer.get("carry") else ():
                self.state[name] = torch.zeros_like(self.state[name])

    def mask(self, name):
        return torch.from_numpy(self.masks[name][self.step][self.part])

    def own(self, name):
        return {full[len(name) + 1:]: p for full, p in self.named.items() if full.rpartition(".")[0] == name}

    def outputs(self, x):
        """What the loss reads."""
        values, before = {"input": x}, "input"
        for layer in self.layers:
            reads = [values[name] for name in layer.get("from") or [before]]
            values[layer["name"]] = LAYERS[layer["kind"]](layer, self.own(layer["name"]), *reads, self)
            before = layer["name"]
        return values[(self.loss.get("from") or [before])[0]]

    def loss_of(self, x, labels=None, targets=None):
        own = self.own(self.loss.get("layer", self.loss["kind"]))
        return LOSSES[self.loss["kind"]](self.loss, own, self.outputs(x), labels, targets)
