"""Ten steps of K-FAC against the same in PyTorch, in float64: factors by autograd, inverses by LAPACK in double.

    /usr/bin/python3 kfac.py FAIRLEAD KFAC_DRAWS [full]

Labels drawn and true, inverses of every step and of every third, and adaptive damping with l2, on an MLP, a CNN and the
transformer, on each backend; naive, whose factors other tests compare with the others', has not the transformer. Without
`full` the MLP on naive meets all of them, the others two of the four of fixed damping.
A drawn label is the first class whose cumulated probability exceeds the row's uniform number, which kfac_draws prints.
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy

from fairlead import Fairlead, SKIPPED
import torch
from torch.nn import functional as F

import network

# Of the losses, and of the way that a tensor has gone, beyond a rounding of each number a step: gains of 1 move by 1e-3 in
# ten steps, and this oracle itself, its parameters stored in f32 after each, is then 4.3e-4 of that way off (norm2b.weight).
AT_MOST = 1e-4
CNN = str(pathlib.Path(__file__).with_name("small_cnn.json"))
WORKLOADS = {"glyphs/mlp": 16, CNN: 8, "glyphs/transformer": 8}
STEPS, RATE = 10, 0.03


class Recorder:
    """What a layer with factors read and wrote, while its network runs: lists of [block, input rows, output]."""

    def __init__(self):
        self.seen = []

    def note(self, weight, bias, rows, patches, out):
        """`rows` of the weight; `patches` of (examples, positions, values); `out` with a gradient to come."""
        out.retain_grad()
        self.seen.append((weight, bias, rows, patches.detach(), out))

    def dense(self, layer, p, x, net):
        x = x.flatten(1) if x.dim() == 4 else x
        out = F.linear(x, p["weight"], p.get("bias"))
        self.note(layer["name"] + ".weight", layer["name"] + ".bias", slice(None), x.reshape(-1, 1, x.shape[-1]), out)
        return out

    def convolution(self, layer, p, x, net):
        out = network.convolution(layer, p, x, net)
        patches = F.unfold(x, p["weight"].shape[2:], padding=layer.get("pad", 0), stride=layer.get("stride", 1))
        self.note(layer["name"] + ".weight", layer["name"] + ".bias", slice(None), patches.transpose(1, 2), out)
        return out

    def attention(self, layer, p, x, net):
        name, width, heads = layer["name"], x.shape[-1], layer["heads"]
        rows, parts = x.reshape(-1, 1, width), []
        for i in range(3):
            part = slice(i * width, (i + 1) * width)
            out = F.linear(x, p["in_weight"][part], p["in_bias"][part])
            self.note(name + ".in_weight", name + ".in_bias", part, rows, out)
            parts.append(out.view(*x.shape[:2], heads, width // heads).transpose(1, 2))
        q, k, v = parts
        scores = q @ k.transpose(2, 3) / math.sqrt(width // heads)
        if layer.get("causal", True):
            scores = scores.masked_fill(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1), -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        out = F.linear(mixed, p["out_weight"], p["out_bias"])
        self.note(name + ".out_weight", name + ".out_bias", slice(None), mixed.reshape(-1, 1, width), out)
        return out


def gram(rows, n):
    return rows.T @ rows / n


def factors_of(seen, n_rows, has_bias):
    """A: over examples the sum over positions; G: over examples and positions, of the summed loss's gradients."""
    weight, bias, rows, patches, out = seen
    if has_bias:
        patches = torch.cat([patches, torch.ones_like(patches[..., :1])], -1)
    g = out.grad * n_rows
    g = g.transpose(1, -1).reshape(-1, g.shape[1]) if g.dim() == 4 else g.reshape(-1, g.shape[-1])
    return gram(patches.reshape(-1, patches.shape[-1]), len(patches)), gram(g, len(g))


class Kfac:
    def __init__(self, export, draws):
        self.export, self.h = export, export.manifest["optimizer"]["hyperparameters"]
        self.draws, self.l2 = draws, self.h.get("l2", 0)
        self.dampings = [self.h["damping"] + self.l2]
        wide = {name: values.astype("float64") for name, values in export.init.items()}
        self.model = network.Network(export.manifest, wide, export.state, export.masks)
        self.v = {name: torch.zeros_like(p) for name, p in self.model.named.items()}
        self.A, self.G, self.inverses, self.k, self.losses = {}, {}, {}, 0, []
        for t, line in enumerate(export.trace):
            self.step(t, line["rate"])

    def run(self, t, labels=None):
        """The recorder of one forward and backward."""
        recorder, was = Recorder(), dict(network.LAYERS)
        network.LAYERS.update({kind: getattr(recorder, kind) for kind in ("dense", "convolution", "attention")})
        ends = {}
        losses = dict(network.LOSSES)

        def noted(loss, p, z, *rest):
            ends["z"] = z.detach()
            return losses[self.model.loss["kind"]](loss, p, z, *rest)
        network.LOSSES[self.model.loss["kind"]] = noted
        self.model.zero_grad()
        self.model.step = t
        x = torch.from_numpy(self.export.inputs[t])
        truth = torch.from_numpy(self.export.labels[t])
        loss = self.model.loss_of(x.double() if x.is_floating_point() else x, truth if labels is None else labels, None)
        loss.backward()
        network.LAYERS.update(was)
        network.LOSSES.update(losses)
        return recorder, loss, ends["z"], truth

    def drawn(self, z, truth, t):
        p = z.reshape(-1, z.shape[-1]).softmax(-1) if z.dim() < 4 else z.flatten(1).softmax(-1)
        u = torch.tensor(self.draws[t][:len(p)], dtype=torch.float64)[:, None]
        return (p.cumsum(-1) <= u).sum(-1).clamp(max=p.shape[-1] - 1).view(truth.shape)

    def statistics(self, t, recorder, z, truth):
        if self.h["fisher"] == "sampled":
            recorder = self.run(t, self.drawn(z, truth, t))[0]
        self.k += 1
        e = min(1 - 1 / self.k, self.h["statistics_decay"])
        for i, seen in enumerate(recorder.seen):
            A, G = factors_of(seen, truth.numel(), seen[1] in self.model.named)
            self.A[i], self.G[i] = e * self.A.get(i, 0) + (1 - e) * A, e * self.G.get(i, 0) + (1 - e) * G

    def invert(self):
        for i, A in self.A.items():
            G, root = self.G[i], math.sqrt(self.dampings[-1])
            pi = torch.sqrt(A.trace() / len(A) / (G.trace() / len(G)))
            self.inverses[i] = (torch.linalg.inv(G + root / pi * torch.eye(len(G))),
                                torch.linalg.inv(A + pi * root * torch.eye(len(A))))

    def step(self, t, rate):
        recorder, loss, z, truth = self.run(t)
        self.losses.append(loss.item())
        gradient = {name: p.grad + self.l2 * p.detach() for name, p in self.model.named.items()}
        if t % self.h["statistics_every"] == 0:
            self.statistics(t, recorder, z, truth)
        if t % self.h["inverse_every"] == 0:
            self.invert()
        delta = {name: g.clone() for name, g in gradient.items()}
        for i, (weight, bias, rows, _, _) in enumerate(recorder.seen):
            w = gradient[weight][rows].flatten(1)
            whole = torch.cat([w, gradient[bias][rows][:, None]], 1) if bias in gradient else w
            whole = self.inverses[i][0] @ whole @ self.inverses[i][1]
            delta[weight][rows] = whole[:, :w.shape[1]].reshape(delta[weight][rows].shape)
            if bias in gradient:
                delta[bias][rows] = whole[:, -1]
        total = sum((delta[name] * gradient[name]).sum() for name in delta)
        nu = min(1, math.sqrt(self.h["norm_limit"] / (rate**2 * total))) if self.h["norm_limit"] else 1
        for name, p in self.model.named.items():
            self.v[name] = self.h["momentum"] * self.v[name] + nu * delta[name]
        adapts = self.h["damping_rule"] == "adaptive" and t % 5 == 4
        if adapts:
            before, predicted = loss.item() + self.penalty(), self.predicted(t, gradient, rate)
        for name, p in self.model.named.items():
            p.data -= rate * self.v[name]
        if adapts:
            self.adapt((self.run(t)[1].item() + self.penalty() - before) / predicted)

    # Martens and Grosse 2015, sections 6.4 and 6.5, with w = .95 and T = 5: the model's matrix has the damping that l2
    # is part of.

    def penalty(self):
        return self.l2 / 2 * sum((p.detach()**2).sum().item() for p in self.model.parameters())

    def fisher_along(self, t, v):
        """v^T F v, F expected over classes: of J v by a backward of the backward."""
        x, p = torch.from_numpy(self.export.inputs[t]), self.model.parameters()
        self.model.step = t
        z = self.model.outputs(x.double() if x.is_floating_point() else x)
        u = torch.zeros_like(z, requires_grad=True)
        w = torch.autograd.grad(z, p, u, create_graph=True)
        along, = torch.autograd.grad(sum((a * b).sum() for a, b in zip(w, v)), u)
        probabilities, r = z.detach().reshape(-1, z.shape[-1]).softmax(-1), along.reshape(-1, z.shape[-1])
        mean = (probabilities * r).sum(-1, keepdim=True)
        return (probabilities * (r - mean)**2).sum().item() / len(r)

    def predicted(self, t, gradient, rate):
        v = list(self.v.values())
        square = sum((part**2).sum().item() for part in v)
        slope = sum((gradient[name] * self.v[name]).sum().item() for name in gradient)
        return rate**2 / 2 * (self.fisher_along(t, v) + self.dampings[-1] * square) - rate * slope

    def adapt(self, ratio):
        by = 0.95**5 if ratio > 0.75 else 0.95**-5 if ratio < 0.25 else 1
        self.dampings.append(by * self.dampings[-1])


def differences(export, replay):
    losses = max(abs(line["loss"] - loss) / abs(loss) for line, loss in zip(export.trace, replay.losses))
    ways = []
    for name, p in replay.model.named.items():
        start, found = torch.from_numpy(export.init[name]).double(), torch.from_numpy(export.final[name]).double()
        rounding = len(export.trace) * 2**-24 * found.norm()
        ways.append(((found - p.detach()).norm() - rounding).clamp(min=0).item() / (p.detach() - start).norm().item())
    return losses, max(ways)


def cases(fairlead, which):
    """Workload, backend, batch, and what is set."""
    for workload, batch in WORKLOADS.items():
        for backend in ("naive",) * (workload != "glyphs/transformer") + ("openblas", "onednn"):
            for fisher in ("empirical", "sampled"):
                for every in (1, 3):
                    all_four = which == "full" or (workload, backend) == ("glyphs/mlp", "naive")
                    if not all_four and (fisher == "sampled") != (every == 1):
                        continue
                    yield workload, backend, batch, [f"fisher={fisher}", f"inverse_every={every}"]
            yield workload, backend, batch, ["damping_rule=adaptive", "inverse_every=1", "damping=0.1", "l2=0.01"]


def main(program, draws, which="short"):
    fairlead, failed, ran = Fairlead(program), 0, 0
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    replays = {}
    for workload, backend, batch, settings in cases(fairlead, which):
        lack = fairlead.lacks("glyphs/mlp", backend, "f32")  # the data and backend of all
        if lack:
            print(f"skipped: {workload} on {backend}: {lack}")
            continue
        export = fairlead.export(["--workload", workload, "--backend", backend, "--optimizer", "kfac", "--steps",
                                  str(STEPS), "--batch", str(batch), "--seed", "3", "--set", f"learning_rate={RATE}",
                                  *[part for setting in settings for part in ("--set", setting)]])
        rows = export.labels[0].size
        numbers = json.loads(subprocess.run([draws, "3", str(STEPS), str(rows)], capture_output=True).stdout)
        question = export.question(numpy.array(numbers))
        if question not in replays:
            replays[question] = Kfac(export, numbers)
        replay = replays[question]
        losses, ways = differences(export, replay)
        good = losses <= AT_MOST and ways <= AT_MOST
        failed, ran = failed + (not good), ran + 1
        print(f"{'ok  ' if good else 'FAIL'} {workload} {backend} {' '.join(settings)}: losses {losses:.1e}, tensors "
              f"{ways:.1e} of their way, dampings {replay.dampings}", flush=True)
    return int(failed > 0) if ran else SKIPPED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
