"""Every kind of layer on naive against PyTorch, which computes the same in float64: outputs, the gradient of every
input and tensor, state after the step, in training and in evaluation.

    /usr/bin/python3 compare.py TORCH_CASES

Exit code 0 when all agree, 1 when one does not, 77 where PyTorch is missing.
"""
import json
import math
import subprocess
import sys

SKIPPED = 77

try:
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; Debian's package is python3-torch")
    sys.exit(SKIPPED)

from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
TOLERANCE = 2e-6  # of the largest number of an array: roundings of float, times the terms of the longest sum
faults = []


def array(given):
    return torch.tensor(given["values"]).reshape(given["shape"])


def close(case, what, got, expected):
    if got.shape != expected.shape:
        return faults.append(f"{case}: {what} has the shape {tuple(got.shape)}, PyTorch's {tuple(expected.shape)}")
    largest = max(1e-2, float(expected.abs().max()))
    off = float((got - expected).abs().max())
    if not off <= TOLERANCE * largest:
        faults.append(f"{case}: {what} is off by {off:.3g} of {largest:.3g}")


class Case:
    """What naive was given; the layers below compute from it."""

    def __init__(self, given):
        self.given, self.training, self.kind = given, given["training"], given["kind"]
        self.name = given["case"] + ("" if self.training else ", evaluation")
        self.a = given["attributes"]
        tokens = self.kind == "embedding"
        self.x = [torch.tensor(x) if tokens else array(x).requires_grad_() for x in given["x"]]
        self.p = {name: array(values).requires_grad_() for name, values in given["params"].items()}
        self.state = {name: array(values) for name, values in given["before"].items()}
        self.labels = torch.tensor(given["labels"])
        if given["loss"]:
            self.targets = array(given["targets"]).reshape(self.x[0].shape)


def dense(c):
    x = c.x[0] if c.x[0].dim() == 3 else c.x[0].flatten(1)
    blocks = torch.block_diag(*c.p["weight"].chunk(c.a["groups"]))
    return F.linear(x, blocks, c.p.get("bias"))


def convolution(c):
    return F.conv2d(c.x[0], c.p["weight"], c.p.get("bias"), c.a["stride"], c.a["pad"], groups=c.a["groups"])


def max_pool(c):
    return F.max_pool2d(c.x[0], c.a["kernel"], c.a["stride"] or None, c.a["pad"])


def average_pool(c):
    if c.x[0].dim() == 3:
        return c.x[0].mean(1)
    if not c.a["kernel"]:
        return F.adaptive_avg_pool2d(c.x[0], 1)
    return F.avg_pool2d(c.x[0], c.a["kernel"], c.a["stride"] or None, c.a["pad"], count_include_pad=False)


def batch_norm(c):
    return F.batch_norm(c.x[0], c.state["running_mean"], c.state["running_var"], c.p["weight"], c.p["bias"],
                        c.training, c.a["momentum"], c.a["epsilon"])


def layer_norm(c):
    return F.layer_norm(c.x[0], c.p["weight"].shape, c.p["weight"], c.p["bias"], c.a["epsilon"])


def dropout(c):
    """PyTorch's mask is its own; that naive's has the right share and place other tests say."""
    return c.x[0] * array(c.given["kept"]) / (1 - c.a["rate"]) if c.training else F.dropout(c.x[0], c.a["rate"], False)


def sequence(c):
    n, channels, h, w = c.x[0].shape
    if c.a["by"] == "rows":
        return c.x[0].permute(0, 2, 1, 3).reshape(n, h, channels * w)
    return c.x[0].flatten(2).permute(0, 2, 1)


def subsample(c):
    x = c.x[0][..., ::c.a["stride"], ::c.a["stride"]]
    more = c.a["out"] - x.shape[1]
    return F.pad(x, (0, 0, 0, 0, more // 2, more - more // 2))


def embedding(c):
    return F.embedding(c.x[0], c.p["weight"]).reshape(c.given["y"]["shape"])


def lstm(c):
    """What nn.LSTM calls: one layer, one direction, batch first; its second bias is zero."""
    n, size = len(c.x[0]), c.a["out"]
    before = [c.state[name][None] if c.a["carry"] else torch.zeros(1, n, size) for name in ("h", "c")]
    tensors = [c.p["weight_ih"], c.p["weight_hh"], c.p["bias"], torch.zeros(4 * size)]
    y, h, cell = torch.lstm(c.x[0], before, tensors, True, 1, 0.0, c.training, False, True)
    c.state = {"h": h[0].detach(), "c": cell[0].detach()}
    return y


def attention(c):
    length, size = c.x[0].shape[1:]
    module = nn.MultiheadAttention(size, c.a["heads"], batch_first=True).train()
    tensors = {"in_proj_weight": c.p["in_weight"], "in_proj_bias": c.p["in_bias"],
               "out_proj.weight": c.p["out_weight"], "out_proj.bias": c.p["out_bias"]}
    mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1) if c.a["causal"] else None
    x = c.x[0]
    arguments = {"attn_mask": mask, "need_weights": False}
    return nn.utils.stateless.functional_call(module, tensors, (x, x, x), arguments)[0]


def softmax_cross_entropy(c):
    logits = c.x[0].reshape(-1, c.x[0].shape[-1])
    error = (logits.argmax(1) != c.labels).double()
    return F.cross_entropy(logits, c.labels, reduction="none", label_smoothing=c.a["label_smoothing"]), error


def sigmoid_cross_entropy(c):
    loss = F.binary_cross_entropy_with_logits(c.x[0], c.targets, reduction="none").flatten(1).sum(1)
    return loss, ((c.x[0].sigmoid() - c.targets)**2).flatten(1).sum(1)


def mean_squared(c):
    loss = F.mse_loss(c.x[0], c.targets, reduction="none").flatten(1).sum(1)
    return loss, loss


def quadratic(c):
    n = c.x[0].shape[1]
    curvatures = c.a["curvature_max"] / c.a["condition"] * c.a["condition"]**(torch.arange(n) / (n - 1))
    loss = 0.5 * (curvatures * (c.p["theta"] - c.x[0])**2).sum(1)
    return loss, loss


def function(c):
    x, y = c.p["theta"]
    loss = {
        "rosenbrock": lambda: (1 - x)**2 + 100 * (y - x**2)**2,
        "beale": lambda: (1.5 - x + x * y)**2 + (2.25 - x + x * y**2)**2 + (2.625 - x + x * y**3)**2,
        "branin": lambda: (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6)**2
        + 10 * (1 - 1 / (8 * math.pi)) * torch.cos(x) + 10 - 0.39788735772973816,
        "saddle": lambda: x**2 / 2 + y**4 / 4 - y**2 / 2 + 0.25,
        "quadratic": lambda: (x**2 + 10 * y**2) / 2,
    }[c.a["name"]]().repeat(len(c.x[0]))
    return loss, loss


LAYERS = {
    "dense": dense, "convolution": convolution, "max_pool": max_pool, "average_pool": average_pool,
    "relu": lambda c: F.relu(c.x[0]), "sigmoid": lambda c: c.x[0].sigmoid(), "tanh": lambda c: c.x[0].tanh(),
    "gelu": lambda c: F.gelu(c.x[0]), "batch_norm": batch_norm, "layer_norm": layer_norm, "dropout": dropout,
    "add": lambda c: sum(c.x), "concatenate": lambda c: torch.cat(c.x, 1), "flatten": lambda c: c.x[0].flatten(1),
    "sequence": sequence, "last": lambda c: c.x[0][:, -1], "subsample": subsample, "embedding": embedding,
    "position": lambda c: c.x[0] + c.p["weight"][:c.x[0].shape[1]], "lstm": lstm, "attention": attention,
    "softmax_cross_entropy": softmax_cross_entropy, "sigmoid_cross_entropy": sigmoid_cross_entropy,
    "mean_squared": mean_squared, "quadratic": quadratic, "function": function,
}


def compare(given):
    c = Case(given)
    y = LAYERS[c.kind](c)
    if given["loss"]:
        y, errors = y
        close(c.name, "error", array(given["errors"]), errors.detach())
    shape = given["y"]["shape"]
    close(c.name, "output", array(given["y"]), y.detach().reshape(shape))
    for name, after in given["after"].items():
        close(c.name, name, array(after), c.state[name])
    if not c.training:
        return
    leaves = [x for x in c.x if x.requires_grad] + list(c.p.values())
    grads = torch.autograd.grad((y.reshape(shape) * array(given["d_y"])).sum(), leaves, allow_unused=True)
    named = [(f"gradient of input {k}", d) for k, d in enumerate(given["d_x"])]
    named += [(f"gradient of {name}", d) for name, d in given["grads"].items()]
    for (what, got), expected in zip(named, grads, strict=True):
        close(c.name, what, array(got), torch.zeros(got["shape"]) if expected is None else expected)


def main():
    cases = json.loads(subprocess.run(sys.argv[1], capture_output=True, check=True).stdout)
    for given in cases:
        compare(given)
    for fault in faults:
        print(fault)
    print(f"PyTorch {torch.__version__}: {len(cases)} cases of {len({c['kind'] for c in cases})} kinds, "
          f"{len(faults)} faults")
    sys.exit(bool(faults))


main()
