"""The cases: every workload, backend and rule, with hyperparameters, schedule and batch size drawn at random.

Each case draws from a generator seeded by its own name, so that no case moves when another is added. Rates are drawn
so that training stays sane: `pace` is how far a parameter moves in a step when its gradient has the typical size g,
whatever epsilon and momentum are.
"""
import itertools
import math
import pathlib
import random

import rules
from stand_in import short_text, stand_in

HERE = pathlib.Path(__file__).resolve().parent

RULES = list(rules.RULES)
# Products of whole matrices in float64 take seconds a step on large layers: these have workloads of their own, and the
# quadratic has no matrices.
MATRICES = [rule for rule in RULES if rule[0] in ("muon", "shampoo", "soap")]
WITH_MATRICES = ("glyphs/mlp", "glyphs/transformer", "glyphs/lstm")
DEALT = [rule for rule in RULES if rule not in MATRICES]
BACKENDS = ["naive", "openblas", "onednn"]
# All but plateau, which needs evaluations; the replay takes every rate from the trace anyway.
SCHEDULES = ["constant", "linear", "cosine", "cosine_restarts", "step", "exponential", "inverse_time", "inverse_sqrt", "polynomial",
             "trapezoidal", "list"]

# Typical gradient and pace; (steps, batch) to draw from; how many of the workload's cases the short run takes: one where
# another workload has the same kinds of layers, else three or more, which meet every backend; at most `most` of them; all `on`
# this backend, where another takes long. `file`: the definition's, where it is not registered or its data set is nowhere to be
# had.
WORKLOADS = {
    "quadratic/noisy": dict(g=1, pace=3e-2, sizes=[(10, 1), (10, 33), (100, 8), (100, 16)], short=len(DEALT)),
    "glyphs/mlp": dict(g=1e-2, pace=1e-3, sizes=[(10, 1), (10, 7), (10, 100), (100, 16), (100, 24)], short=9),
    "fashion_mnist/mlp": dict(g=1e-2, pace=5e-4, sizes=[(10, 1), (10, 100), (100, 32)]),
    "mnist/mlp": dict(g=1e-2, pace=5e-4, sizes=[(10, 7), (100, 32)]),
    "fashion_mnist/simple_cnn": dict(g=1e-2, pace=1e-4, sizes=[(10, 1), (10, 3), (10, 8)], short=3, most=1),
    "mnist/simple_cnn": dict(g=1e-2, pace=1e-4, sizes=[(10, 2), (10, 8)], on="onednn"),
    "glyphs/simple_cnn": dict(g=1e-2, pace=1e-4, sizes=[(10, 2), (10, 8)]),
    "fashion_mnist/logistic": dict(g=1e-1, pace=1e-3, sizes=[(10, 7), (100, 32)], short=3, most=1),
    "mnist/logistic": dict(g=1e-1, pace=1e-3, sizes=[(10, 7), (100, 32)]),
    "mnist/autoencoder": dict(g=1, pace=1e-4, sizes=[(10, 7), (10, 32)], on="onednn"),
    "glyphs/autoencoder": dict(g=1, pace=3e-4, sizes=[(10, 7), (10, 32)], short=3),
    "glyphs/resnet8": dict(g=1e-1, pace=3e-4, sizes=[(10, 3), (10, 8)], short=3),
    "glyphs/inception": dict(g=1e-1, pace=3e-4, sizes=[(10, 3), (10, 8)], short=3),
    "glyphs/lstm": dict(g=1e-2, pace=1e-3, sizes=[(10, 3), (10, 16)], short=3),
    "glyphs/transformer": dict(g=1e-2, pace=3e-4, sizes=[(10, 3), (10, 16)], short=3),
    "cifar10/two_layer": dict(g=1e-2, pace=5e-4, sizes=[(10, 7), (10, 32)]),
    "cifar10/resnet8": dict(g=1e-1, pace=3e-4, sizes=[(10, 3), (10, 8)], on="onednn"),
    "cifar10/resnet32": dict(g=1e-1, pace=1e-4, sizes=[(5, 4)], on="onednn"),
    "cifar10/vgg16": dict(g=1e-1, pace=1e-4, sizes=[(5, 4)], on="onednn"),
    "cifar10/inception_small": dict(g=1e-1, pace=3e-4, sizes=[(10, 3)], on="onednn"),
    "cifar10/allcnn_quarter": dict(g=1e-2, pace=1e-4, sizes=[(10, 3)], on="onednn"),
    "cifar100/allcnn": dict(g=1e-2, pace=1e-4, sizes=[(4, 2)], short=3, most=2, # naive takes 4 s
                            file=stand_in("cifar100/allcnn", (3, 32, 32), 100)),
    "war_and_peace/char_lstm": dict(g=1e-2, pace=1e-3, sizes=[(10, 3), (10, 8)]),
    "tiny_shakespeare/char_lstm": dict(g=1e-2, pace=1e-3, sizes=[(10, 3)]),
    "tiny_shakespeare/transformer": dict(g=1e-2, pace=3e-4, sizes=[(5, 2), (10, 2)]),
    "function/rosenbrock": dict(g=10, pace=1e-3, sizes=[(10, 1), (100, 1)], short=3, most=1),
    "function/beale": dict(g=1, pace=1e-3, sizes=[(10, 1), (100, 1)], short=3, most=1),
    "function/branin": dict(g=1, pace=1e-2, sizes=[(10, 1), (100, 1)], short=3, most=1),
    "function/saddle": dict(g=1, pace=1e-2, sizes=[(10, 1), (100, 1)], short=3, most=1),
    "function/quadratic": dict(g=1, pace=1e-2, sizes=[(10, 1), (100, 1)], short=3, most=1),
    "regression/unnormalised": dict(g=1e10, pace=1e-3, sizes=[(10, 7), (10, 32)], short=3),
    "parity/kinds_image": dict(g=1e-2, pace=1e-3, sizes=[(10, 4), (10, 16)], short=3, file=HERE / "kinds_image.json"),
    "parity/kinds_sequence": dict(g=1, pace=1e-3, sizes=[(10, 4), (10, 16)], short=3, file=HERE / "kinds_sequence.json"),
    # 228 windows train: an epoch has 5 or 3 steps.
    "parity/short_text": dict(g=1e-2, pace=1e-3, sizes=[(10, 40), (10, 60)], short=3, file=short_text("parity/short_text")),
}

# What is set around every rule: penalties, clipping, batches that grow, also in parts, of which each has its own
# statistics; and what of a workload may be set: smoothing, dropout, the start. (steps, batch), a part's examples.
AROUND = [
    ("glyphs/mlp", (10, 7), None, "batch.factor=2 batch.every=3 l2=0.01 decay=matrices clip_norm=0.5"),
    ("glyphs/resnet8", (10, 6), 3, "batch.factor=2 batch.every=4 label_smoothing=0.1"),
    ("glyphs/lstm", (10, 6), 2, "batch.factor=1.5 batch.every=2 dropout=0.4 workload.init_bias=0.1"),
    ("glyphs/transformer", (10, 4), None, "label_smoothing=0.2 workload.init=orthogonal clip_value=0.01"),
    ("glyphs/simple_cnn", (10, 4), 2, "l2=0.02 l1=0.001 workload.init=truncated_normal workload.init_argument=0.05"),
    ("parity/kinds_image", (10, 4), None, "dropout=0.5 label_smoothing=0 l1=0.001 batch.factor=3 batch.every=5"),
]


def with_momentum(rng, pace):
    momentum = rng.choice([0, 0.5, 0.9])
    return {"momentum": momentum, "learning_rate": pace * (1 - momentum)}


def with_betas(rng, pace, **more):
    return {"beta1": rng.choice([0.5, 0.9]), "beta2": rng.choice([0.9, 0.99]), "learning_rate": pace, **more}


def over_root(rng, g, pace, most=1, **more):
    """Epsilon beside a root of typical size g; large ones make rates with which a decay would explode."""
    epsilon = 10**rng.uniform(-10, math.log10(g) + most)
    return with_betas(rng, pace * (1 + epsilon / g), epsilon=epsilon, **more)


def decay(rng):
    return rng.choice([0, 0.01, 0.1])


def of_adagrad(rng, g, pace):
    epsilon, start = 10**rng.uniform(-10, 1), rng.choice([0, 0.1])
    return {"epsilon": epsilon, "initial_accumulator": start, "learning_rate": pace * (1 + (epsilon + math.sqrt(start)) / g)}


def of_adadelta(rng, g, pace):
    rho, epsilon = rng.choice([0.9, 0.99]), 10**rng.uniform(-6, -2)
    return {"rho": rho, "epsilon": epsilon, "learning_rate": pace * math.sqrt(((1 - rho) * g**2 + epsilon) / epsilon) / g}


def of_rmsterov(rng, g, pace, steps):
    """Its mean square starts at 1, of which rho^steps is left at the end."""
    rho, epsilon = rng.choice([0.8, 0.9]), 10**rng.uniform(-10, 2)
    return {"rho": rho, "epsilon": epsilon, **with_momentum(rng, pace * (1 + math.sqrt(rho**steps + epsilon) / g))}


# The other rules, with the place of epsilon they have by default: (rng, g, pace) to settings.
NEWER = {
    "adagrad": of_adagrad, "adadelta": of_adadelta,
    "adamw": lambda rng, g, pace: over_root(rng, g, pace, epsilon_form="kingma", weight_decay=decay(rng)),
    "nadamw": lambda rng, g, pace: over_root(rng, g, pace, epsilon_form="kingma", weight_decay=decay(rng)),
    "adamax": lambda rng, g, pace: over_root(rng, g, pace, 3),
    "amsgrad": lambda rng, g, pace: over_root(rng, g, pace, 3, epsilon_form="kingma"),
    "radam": lambda rng, g, pace: over_root(rng, g, pace, epsilon_form="choi"),
    "schedule_free_adamw": lambda rng, g, pace: over_root(rng, g, pace, weight_decay=decay(rng)),
    "lion": lambda rng, g, pace: with_betas(rng, pace, weight_decay=decay(rng)),
    # These move by fractions of a tensor's length.
    "lars": lambda rng, g, pace: {"trust": 0.01, "weight_decay": decay(rng), **with_momentum(rng, 100 * pace)},
    "lamb": lambda rng, g, pace: over_root(rng, g, pace, weight_decay=decay(rng)),
    "muon": lambda rng, g, pace: {"iterations": rng.choice([2, 5]), "fallback_rate": pace, "weight_decay": decay(rng),
                                  **with_momentum(rng, 10 * pace)},
    "shampoo": lambda rng, g, pace: with_betas(rng, pace, every=rng.choice([3, 10]), max_dimension=64),
    "soap": lambda rng, g, pace: of_soap(rng, g, pace * rng.uniform(2, 11)),
}


def of_soap(rng, g, pace):
    """Its bases are anybody's where an eigenvalue is repeated, as 0 is of a side longer than the batch: such sides keep
    the usual axes, and the batch is longer than the others. Along a direction in which no gradient points, a small
    epsilon would make steps of what rounding leaves there."""
    return with_betas(rng, pace, epsilon=g * 10**rng.uniform(0, 1), every=rng.choice([3, 10]), max_dimension=10)


LEAST_OF_SOAP = 16  # examples in a batch


def hyperparameters(rng, rule, form, steps, g, pace):
    """Those of the rule; epsilon over fourteen decades."""
    pace *= rng.choice([1, 0.3, 0.1])
    if rule == "sgd":
        return {"learning_rate": pace / g}
    if rule in ("momentum", "nesterov", "nesterov_lookahead", "sam"):
        momentum = rng.choice([0.5, 0.9, 0.97])
        more = {"radius": rng.choice([0.01, 0.05])} if rule == "sam" else {}
        return {"momentum": momentum, "learning_rate": pace / g * (1 - momentum), **more}
    if rule == "rmsterov":
        return of_rmsterov(rng, g, pace, steps)
    if rule in NEWER:
        return NEWER[rule](rng, g, pace)
    h = {"epsilon": 10**rng.uniform(-10, 4), "epsilon_form": form}
    root = math.sqrt(h["epsilon"]) if form == "inside" else h["epsilon"]
    if rule == "rmsprop":
        h.update(momentum=rng.choice([0, 0.5, 0.9]), rho=rng.choice([0.8, 0.9, 0.99, 0.999]))
        if form == "inside":  # what is left of v = 1 at the end
            root = math.sqrt(h["rho"]**steps + h["epsilon"])
        pace *= 1 - h["momentum"]
    else:
        h.update(beta1=rng.choice([0, 0.5, 0.9, 0.97]), beta2=rng.choice([0.9, 0.99, 0.999, 0.9999]))
    return {**h, "learning_rate": pace * (1 + root / g)}


def settings(rng, workload, rule, schedule, steps):
    """Everything `--set` sets."""
    h = hyperparameters(rng, *rule, steps, WORKLOADS[workload]["g"], WORKLOADS[workload]["pace"])
    if schedule == "list":
        rate = h.pop("learning_rate")
        h["schedule.rates"] = ",".join(f"{rate * rng.uniform(0.3, 1):.6g}" for _ in range(steps))
    else:
        h["schedule.warmup_steps"] = rng.choice([0, 0, 3])
    if workload == "quadratic/noisy":
        h.update({"workload.condition": rng.choice([1, 30, 1000]), "workload.dimension": rng.choice([1, 8, 100])})
    return [f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}" for name, value in h.items()]


class Case:
    """One trial: `name` for people, and the arguments of `fairlead trial`."""

    def __init__(self, workload, backend, rule, draw, precision="f32", size=None, part=None, around=""):
        self.workload, self.backend, self.precision = workload, backend, precision
        self.name = " ".join([workload, backend, precision, "/".join(filter(None, rule)), f"#{draw}"])
        rng = random.Random(self.name)
        steps, batch = size or rng.choice(WORKLOADS[workload]["sizes"])
        steps, batch = (10, max(batch, LEAST_OF_SOAP)) if rule[0] == "soap" else (steps, batch)
        schedule = rng.choice(SCHEDULES)
        self.name += f", {schedule}, {steps} steps of {batch}"
        self.arguments = ["--workload", str(WORKLOADS[workload].get("file", workload)), "--backend", backend,
                          "--precision", precision, "--optimizer", rule[0], "--schedule", schedule,
                          "--steps", str(steps), "--batch", str(batch), "--seed", str(1 + draw)]
        for setting in [*settings(rng, workload, rule, schedule, steps), *around.split()]:
            self.arguments += ["--set", setting]
        if part:
            self.arguments += ["--micro-batch", str(part)]
        self.name += f", {part} at once" * bool(part) + f", {around}" * bool(around)


def serves(workload, rule):
    """Soap parts from itself within ten steps on networks whose sides have close eigenvalues. Radam's first steps are as long
    as the gradient, which of targets in the ten thousands is without measure."""
    if (workload, rule[0]) == ("regression/unnormalised", "radam"):
        return False
    return rule not in MATRICES or workload in WITH_MATRICES[:1 if rule[0] == "soap" else None]


def short():
    """A representative part, two minutes of processor time: every rule and every workload. Rules are dealt in turn, each
    time to another backend."""
    pairs = [(BACKENDS[(i + k) % len(BACKENDS)], rule) for k in range(len(BACKENDS)) for i, rule in enumerate(DEALT)]
    deal = itertools.cycle(pairs)
    for workload, facts in WORKLOADS.items():
        hand = list(itertools.islice(deal, facts.get("short", 1)))
        for backend, rule in hand[:facts.get("most", len(hand))]:
            yield Case(workload, facts.get("on", backend), rule, 0)
    for i, rule in enumerate(MATRICES):
        for workload in WITH_MATRICES[:2]:
            if serves(workload, rule):
                yield Case(workload, BACKENDS[i], rule, 0, size=(10, 8))
    for backend, rule in zip(BACKENDS, ("sam", "nesterov_lookahead")):  # in whose steps batch norm sees more than one pass
        yield Case("glyphs/resnet8", backend, (rule, None), 1)
    for (workload, *around), (backend, rule) in zip(AROUND, pairs[::5]):  # none that takes signs, which clipping may flip
        yield Case(workload, backend, rule, 0, "f32", *around)
    for workload in ("glyphs/mlp", "fashion_mnist/simple_cnn"):
        yield Case(workload, "onednn", ("adam", "kingma"), 0, "bf16", (10, 8))


def full(draws=2):
    """Everything, and CNNs for so long that they part."""
    for workload in WORKLOADS:
        for rule in (rule for rule in RULES if serves(workload, rule)):
            for backend in BACKENDS:
                for draw in range(draws):
                    yield Case(workload, backend, rule, draw)
            if workload != "quadratic/noisy":
                yield Case(workload, "onednn", rule, 0, "bf16", (10, 8))
    for (workload, *around), backend, rule in itertools.product(AROUND, BACKENDS, DEALT):
        yield Case(workload, backend, rule, 0, "f32", *around)
    for rule in DEALT:
        for backend in ("openblas", "onednn"):
            yield Case("fashion_mnist/simple_cnn", backend, rule, draws, size=(40, 32))
