"""Products with a network's curvature, and Kronecker factors, against PyTorch's double backward in float64.

    /usr/bin/python3 curvature.py FAIRLEAD CURVATURE_KIT [short|full] [WORKLOAD]...

Each case exports one step of a trial; curvature_kit multiplies a vector by the matrices at its start, on the step's
batch, and PyTorch does the same by its own differentiation, of the network that the manifest describes. A matrix is
defined here as a textbook has it: the exact Fisher matrix as a sum over classes, not as the Gauss-Newton matrix it equals.
On naive the Hessian is held to differences of gradients in double, too.
"""
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy

from fairlead import Fairlead, SKIPPED, Export
import network
import torch

BOUND = 1e-4  # of the length of a product, in f32 on every backend
# On naive what is left is the rounding of stored values, 2^-24 each, in a factor twice.
NAIVE, NAIVE_FACTOR, NAIVE_DEEP = 1e-6, 2e-6, {"cifar10/vgg16": 4e-6}
HERE = pathlib.Path(__file__).parent
SHORT = [(str(HERE / "kinds_image.json"), 4), (str(HERE / "kinds_sequence.json"), 4), (str(HERE / "small_cnn.json"), 4),
         ("glyphs/mlp", 8), ("glyphs/resnet8", 2), ("glyphs/inception", 3), ("glyphs/lstm", 4), ("glyphs/transformer", 4),
         ("glyphs/autoencoder", 8), ("quadratic/noisy", 8), ("function/beale", 1), ("function/branin", 1),
         ("function/rosenbrock", 1), ("function/saddle", 1), ("function/quadratic", 1)]
# Of cifar10/resnet32 a batch of 4 has a unit 3e-7 from its ReLU's bend, on whose two sides products differ by 4e-4; in one
# of 2 its thirty-one batch norms make 1.3e-6 of naive's roundings. The thirteen of cifar10/vgg16, the last ones of 16
# numbers a channel in a batch of 4, make 2.3e-6 of them (in one of 2 3.1e-6); without them, in evaluation, 3.7e-7 are left.
FULL = SHORT + [("glyphs/simple_cnn", 4), ("fashion_mnist/logistic", 8), ("fashion_mnist/mlp", 8),
                ("fashion_mnist/simple_cnn", 4), ("mnist/logistic", 8), ("mnist/mlp", 8), ("mnist/simple_cnn", 4),
                ("mnist/autoencoder", 8), ("regression/unnormalised", 8), ("cifar10/two_layer", 8), ("cifar10/resnet8", 4),
                ("cifar10/resnet32", 3), ("cifar10/vgg16", 4), ("cifar10/inception_small", 3),
                ("cifar10/allcnn_quarter", 3), ("war_and_peace/char_lstm", 3), ("tiny_shakespeare/char_lstm", 3),
                ("tiny_shakespeare/transformer", 2)]
BACKENDS = ["naive", "openblas", "onednn"]


class Constants:
    """Batch norm whose statistics do not move, as the Fisher matrices have it."""

    def __enter__(self):
        self.own = network.LAYERS["batch_norm"]
        network.LAYERS["batch_norm"] = self.batch_norm

    def __exit__(self, *_):
        network.LAYERS["batch_norm"] = self.own

    def batch_norm(self, layer, p, x, net):
        if not net.training:
            return self.own(layer, p, x, net)
        axes = [d for d in range(x.dim()) if d != 1]
        mean, variance = x.detach().mean(axes, keepdim=True), x.detach().var(axes, unbiased=False, keepdim=True)
        shape = mean.shape
        return p["weight"].view(shape) * (x - mean) / (variance + layer["epsilon"]).sqrt() + p["bias"].view(shape)


class Recorder:
    """What F.linear and F.conv2d read and give, by the weight they were given."""

    def __init__(self):
        self.calls, self.linear, self.conv2d = {}, network.F.linear, network.F.conv2d

    def __enter__(self):
        network.F.linear, network.F.conv2d = self.record(self.linear), self.record(self.conv2d)
        return self.calls

    def __exit__(self, *_):
        network.F.linear, network.F.conv2d = self.linear, self.conv2d

    def record(self, function):
        def recorded(x, weight, bias=None, *more, **named):
            y = function(x, weight, bias, *more, **named)
            self.calls[id(weight)] = (x, y, bias is not None, more, named)
            return y
        return recorded


class Reference:
    """The network of an export at its start and first batch, in float64."""

    def __init__(self, export):
        double = lambda arrays: {name: values.astype(numpy.float64) for name, values in arrays.items()}
        self.net = network.Network(export.manifest, double(export.init), double(export.state), double(export.masks))
        self.kind, self.loss = export.manifest["loss"]["kind"], export.manifest["loss"]
        first = lambda values: None if values is None else torch.from_numpy(values[0])
        x, self.labels, targets = map(first, (export.inputs, export.labels, export.targets))
        self.x = x.double() if x is not None and x.is_floating_point() else x
        self.targets = None if targets is None else targets.double()
        self.p, self.state = self.net.parameters(), dict(self.net.state)

    def start(self):
        """Carries and running statistics as they are before the step."""
        self.net.state = {name: values.clone() for name, values in self.state.items()}

    def split(self, flat):
        parts = torch.from_numpy(flat.astype(numpy.float64)).split([p.numel() for p in self.p])
        return [part.view_as(p) for part, p in zip(parts, self.p)]

    def loss_at(self, z):
        return network.LOSSES[self.kind](self.loss, {}, z, self.labels, self.targets)

    def rows(self, z):
        """The outputs as rows, one per loss."""
        wide = self.kind == "softmax_cross_entropy"
        return z.flatten(0, -2) if wide and z.dim() == 3 else z.flatten(1)

    def hessian(self, v):
        self.start()
        loss = self.net.loss_of(self.x, self.labels, self.targets)
        g = torch.autograd.grad(loss, self.p, create_graph=True)
        along = sum((a * b).sum() for a, b in zip(g, v))
        return torch.autograd.grad(along, self.p, allow_unused=True)

    def gradient(self):
        self.start()
        return torch.autograd.grad(self.net.loss_of(self.x, self.labels, self.targets), self.p)

    def hessian_by_differences(self, v):
        """Of two gradients in double, so near that no ReLU and no maximum between them changes sides; None where one is at
        its bend, as where a blank picture meets biases of 0: there the difference grows as its step shrinks."""
        length = math.sqrt(sum((part**2).sum().item() for part in v))
        near, far = (self.difference_of_gradients(v, step / length) for step in (1e-7, 1e-6))
        return near if distance(near.numpy(), far) < 1e-3 else None

    def difference_of_gradients(self, v, h):
        def move(way):
            for p, part in zip(self.p, v):
                p.data += way * part

        move(h)
        ahead = self.gradient()
        move(-2 * h)
        behind = self.gradient()
        move(h)
        return torch.cat([((a - b) / (2 * h)).flatten() for a, b in zip(ahead, behind)])

    def forward(self):
        self.start()
        return self.net.outputs(self.x)

    def through_outputs(self, v, curvature):
        """J^T (curvature of (z, J v)); J v by a backward of the backward."""
        z = self.forward()
        u = torch.zeros_like(z, requires_grad=True)
        w = torch.autograd.grad(z, self.p, u, create_graph=True, allow_unused=True)
        tangent, = torch.autograd.grad(sum((a * b).sum() for a, b in zip(w, v) if a is not None), u)
        return torch.autograd.grad(z, self.p, curvature(z.detach(), tangent), allow_unused=True)

    def ggn(self, v):
        def curvature(z, tangent):
            z = z.requires_grad_()
            g, = torch.autograd.grad(self.loss_at(z), z, create_graph=True)
            return torch.autograd.grad((g * tangent).sum(), z)[0]
        if self.kind == "quadratic":
            return self.hessian(v)  # a model that is linear, under a convex loss
        return self.through_outputs(v, curvature)

    def fisher(self, v):
        """Over the targets that the outputs predict: classes by their probabilities; 0 and 1; N(z, 1/2)."""
        def curvature(z, tangent):
            rows, r = self.rows(z), self.rows(tangent)
            if self.kind == "softmax_cross_entropy":
                p = rows.softmax(1)
                out = 0
                for j in range(rows.shape[1]):
                    e = p - torch.nn.functional.one_hot(torch.tensor(j), rows.shape[1])
                    out = out + p[:, j:j + 1] * e * (e * r).sum(1, keepdim=True)
            elif self.kind == "sigmoid_cross_entropy":
                y = rows.sigmoid()
                out = (y * (y - 1)**2 + (1 - y) * y**2) * r
            else:
                out = 4 * .5 * r
            return (out / len(rows)).view_as(z)
        if self.kind == "quadratic":
            return self.hessian(v)
        with Constants():
            return self.through_outputs(v, curvature)

    def residual(self, z, drawn):
        rows = self.rows(z).detach().requires_grad_()
        if self.kind == "softmax_cross_entropy":
            labels = self.labels.flatten() if drawn is None else drawn
            smoothing = self.loss.get("label_smoothing", 0) if drawn is None else 0
            loss = torch.nn.functional.cross_entropy(rows, labels, reduction="sum", label_smoothing=smoothing)
        else:
            targets = self.targets if drawn is None else drawn
            loss = network.LOSSES[self.kind](self.loss, {}, rows, None, targets.view_as(rows)) * len(rows)
        return torch.autograd.grad(loss, rows)[0]

    def is_certain(self):
        """Each example has a class of probability 1 to the last digits of a double, as under running statistics that have
        not begun to run: of p - p p^T nothing is left here but roundings, and at logits 150 apart no number in f32."""
        if self.kind != "softmax_cross_entropy":
            return False
        return (1 - self.rows(self.forward()).softmax(1).max(1)[0]).max().item() < 1e-12

    def drawn(self, gradients):
        """What was drawn, of what the gradients at the outputs tell: the label, or bits, where they are below 0; for squared
        error the target, twice whose distance from the output they are. What is computed here from it has its digits."""
        z = self.rows(self.forward()).detach()
        e = torch.from_numpy(gradients).double().view_as(z)
        if self.kind == "softmax_cross_entropy":
            return e.argmin(1)
        return (e < 0).double() if self.kind == "sigmoid_cross_entropy" else z - e / 2

    def outer(self, v, drawn):
        def curvature(z, tangent):
            e, r = self.residual(z, drawn), self.rows(tangent)
            return (e * (e * r).sum(1, keepdim=True) / len(e)).view_as(z)
        with Constants():
            return self.through_outputs(v, curvature)

    def factors(self, drawn):
        """A and G by the parameter's name, first row 0; attention's q, k and v in one."""
        with Constants(), Recorder() as calls:
            z = self.forward()
        named = {name: calls[id(p)] for name, p in self.net.named.items() if id(p) in calls}
        gradients = torch.autograd.grad(z, [call[1] for call in named.values()], self.residual(z, drawn).view_as(z))
        return {name: (call, g) for (name, call), g in zip(named.items(), gradients)}


def factor_of(call, gradient, weight, row, out):
    x, y, bias, more, named = call
    if weight.dim() == 4:
        stride, pad = more[0], more[1]
        a = torch.nn.functional.unfold(x, weight.shape[2:], padding=pad, stride=stride).transpose(1, 2).flatten(0, 1)
        g, examples = gradient.flatten(2).transpose(1, 2).flatten(0, 1), len(x)
    else:
        a, g = x.reshape(-1, x.shape[-1]), gradient.reshape(-1, gradient.shape[-1])
        examples = len(a)
    if bias:
        a = torch.cat([a, torch.ones_like(a[:, :1])], 1)
    g = g[:, row:row + out]
    return a.t() @ a / examples, g.t() @ g / len(g)


def bound(workload, backend, name):
    if backend != "naive":
        return BOUND
    if workload in NAIVE_DEEP and not name.split()[0].endswith("_evaluation"):
        return NAIVE_DEEP[workload]
    return NAIVE_FACTOR if name.split()[0] in ("a", "g") else NAIVE


def distance(ours, theirs):
    theirs = numpy.asarray(theirs.detach() if torch.is_tensor(theirs) else theirs, dtype=numpy.float64).ravel()
    length = numpy.linalg.norm(theirs)
    gap = numpy.linalg.norm(ours.astype(numpy.float64).ravel() - theirs)
    return gap / length if length else gap


class Answers:
    """What PyTorch says to an export with a vector and draws: each thing once, for all backends that ask the same."""

    known = {}

    def __init__(self, export):
        self.reference, self.said = Reference(export), {}

    @classmethod
    def to(cls, export, *more):
        question = export.question(*more)
        if question not in cls.known:
            cls.known[question] = cls(export)
        return cls.known[question]

    def say(self, what, function, *arguments):
        if what not in self.said:
            self.said[what] = function(*arguments)
        return self.said[what]


class Case:
    def __init__(self, fairlead, kit, workload, backend, batch):
        self.worst = {}
        with tempfile.TemporaryDirectory(prefix="fairlead-curvature-") as folder:
            fairlead.run("trial", "--workload", workload, "--backend", backend, "--optimizer", "sgd", "--set",
                         "learning_rate=1e-6", "--steps", "1", "--batch", str(batch), "--seed", "3", "--eval-every", "0",
                         "--export", folder)
            (pathlib.Path(folder) / "curvature").mkdir()
            done = subprocess.run([kit, folder, workload, backend, "3"], capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"curvature_kit {workload} {backend} ended with {done.returncode}: {done.stderr}")
            self.compare(Export(folder), pathlib.Path(folder) / "curvature", backend)

    def compare(self, export, folder, backend):
        made = {file.stem: numpy.load(file) for file in folder.glob("*.npy")}
        answers = Answers.to(export, made["v"], [made["drawn"] < 0] if "drawn" in made else [])
        reference = answers.reference
        v = reference.split(made["v"])
        drawn = answers.say("drawn", reference.drawn, made["drawn"]) if "drawn" in made else None
        theirs = {"hessian": reference.hessian, "ggn": reference.ggn, "fisher": reference.fisher,
                  "fisher_empirical": lambda v: reference.outer(v, None),
                  "fisher_sampled": lambda v: reference.outer(v, drawn)}
        for mode in ("_evaluation", ""):
            reference.net.training = not mode
            if backend == "naive":
                product = answers.say("differences" + mode, reference.hessian_by_differences, v)
                if product is not None:
                    self.worst["hessian" + mode + " by differences"] = distance(made["hessian" + mode], product)
            products = {}
            for name, product in theirs.items():
                if name + mode in made and name + mode != "fisher_sampled_evaluation":  # whose draws are its own
                    parts = answers.say(name + mode, product, v)
                    parts = [torch.zeros_like(p) if part is None else part for part, p in zip(parts, reference.p)]
                    products[name] = torch.cat([part.flatten() for part in parts])
            if answers.say("certain" + mode, reference.is_certain):
                del products["ggn"], products["fisher"]
            for name, product in products.items():
                self.worst[name + mode] = distance(made[name + mode], product)
        if (folder / "blocks.txt").exists():
            self.compare_factors(answers, made, drawn, (folder / "blocks.txt").read_text().splitlines())

    def compare_factors(self, answers, made, drawn, blocks):
        reference = answers.reference
        for word, targets in (("", None), ("drawn_", drawn)):
            factors = answers.say(word + "factors", reference.factors, targets)
            for line in blocks:
                index, name, row, out, width = line.split()
                a, g = factor_of(*factors[name], reference.net.named[name], int(row), int(out))
                assert a.shape == (int(width), int(width)), f"{name} has A of {width}, not {a.shape}"
                for letter, theirs in (("a", a), ("g", g)):
                    key = f"{letter} {word}".strip()
                    self.worst[key] = max(self.worst.get(key, 0), distance(made[f"{letter}_{word}{index}"], theirs))


def main(program, kit, which="short", *workloads):
    fairlead, failed, compared = Fairlead(program), 0, 0
    torch.set_num_threads(1)
    for workload, batch in FULL if which == "full" else SHORT:
        if workloads and workload not in workloads:
            continue
        Answers.known.clear()
        for backend in BACKENDS:
            if which == "short" and backend != "naive" and workload.startswith("function/"):
                continue  # every backend takes naive's
            lack = fairlead.lacks(workload, backend, "f32")
            if lack:
                print(f"skipped {workload} on {backend}: {lack}")
                continue
            case = Case(fairlead, kit, workload, backend, batch)
            bad = not case.worst or any(not gap <= bound(workload, backend, name) for name, gap in case.worst.items())
            failed, compared = failed + bad, compared + 1
            print("FAIL" if bad else "ok  ", f"{pathlib.Path(workload).stem if workload.endswith('.json') else workload} on {backend}:",
                  ", ".join(f"{name} {gap:.1e}" for name, gap in case.worst.items()), flush=True)
    print(f"{compared} cases, {failed} failed")
    return int(failed > 0) if compared else SKIPPED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
