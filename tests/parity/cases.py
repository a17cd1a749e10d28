"""The cases: every workload, backend and rule, with hyperparameters, schedule and batch size drawn at random.

Each case draws from a generator seeded by its own name, so that no case moves when another is added. Rates are drawn
so that training stays sane: `pace` is how far a parameter moves in a step when its gradient has the typical size g,
whatever epsilon and momentum are.
"""
import math
import random

RULES = [("sgd", None), ("momentum", None), ("nesterov", None), ("rmsprop", "inside"), ("rmsprop", "outside"),
         ("adam", "choi"), ("adam", "kingma"), ("adam", "inside"),
         ("nadam", "choi"), ("nadam", "kingma"), ("nadam", "inside")]
BACKENDS = ["naive", "openblas", "onednn"]
SCHEDULES = ["constant", "linear", "cosine", "step", "exponential", "inverse_time", "inverse_sqrt", "polynomial",
             "trapezoidal", "list"]

# Typical gradient and pace; (steps, batch) to draw from; how many of the workload's cases the short run leaves out
# between two it takes (not a multiple of three, or it would always meet the same backend).
WORKLOADS = {
    "quadratic/noisy": dict(g=1, pace=3e-2, sizes=[(10, 1), (10, 33), (100, 8), (100, 16)], stride=1),
    "glyphs/mlp": dict(g=1e-2, pace=1e-3, sizes=[(10, 1), (10, 7), (10, 100), (100, 16), (100, 64)], stride=4),
    "fashion_mnist/mlp": dict(g=1e-2, pace=5e-4, sizes=[(10, 1), (10, 100), (100, 32)], stride=10),
    "mnist/mlp": dict(g=1e-2, pace=5e-4, sizes=[(10, 7), (100, 32)], stride=14),
    "fashion_mnist/simple_cnn": dict(g=1e-2, pace=1e-4, sizes=[(10, 1), (10, 3), (10, 8)], stride=7),
    "mnist/simple_cnn": dict(g=1e-2, pace=1e-4, sizes=[(10, 2), (10, 8)], stride=22),
}


def hyperparameters(rng, rule, form, steps, g, pace):
    pace *= rng.choice([1, 0.3, 0.1])
    if rule == "sgd":
        return {"learning_rate": pace / g}
    if rule in ("momentum", "nesterov"):
        momentum = rng.choice([0.5, 0.9, 0.97])
        return {"momentum": momentum, "learning_rate": pace / g * (1 - momentum)}
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


def with_schedule(rng, schedule, h, steps):
    """The settings of optimizer and schedule together."""
    if schedule == "list":
        rate = h.pop("learning_rate")
        return {**h, "schedule.rates": ",".join(f"{rate * rng.uniform(0.3, 1):.6g}" for _ in range(steps))}
    return {**h, "schedule.warmup_steps": rng.choice([0, 0, 3])}


class Case:
    """One trial: `name` for people, and the arguments of `fairlead trial`."""

    def __init__(self, workload, backend, rule, draw, precision="f32", size=None):
        self.workload, self.backend, self.precision = workload, backend, precision
        optimizer, form = rule
        name = " ".join([workload, backend, precision, "/".join(filter(None, rule)), f"#{draw}"])
        rng, facts = random.Random(name), WORKLOADS[workload]
        steps, batch = size or rng.choice(facts["sizes"])
        schedule = rng.choice(SCHEDULES)
        settings = hyperparameters(rng, optimizer, form, steps, facts["g"], facts["pace"])
        settings = with_schedule(rng, schedule, settings, steps)
        if workload == "quadratic/noisy":
            settings.update({"workload.condition": rng.choice([1, 30, 1000]),
                             "workload.dimension": rng.choice([1, 8, 100])})
        self.name = f"{name}, {schedule}, {steps} steps of {batch}"
        self.arguments = ["--workload", workload, "--backend", backend, "--precision", precision,
                          "--optimizer", optimizer, "--schedule", schedule, "--steps", str(steps),
                          "--batch", str(batch), "--seed", str(1 + draw)]
        for key, value in settings.items():
            self.arguments += ["--set", f"{key}={value:.6g}" if isinstance(value, float) else f"{key}={value}"]


def short():
    """A representative part: seconds, not minutes."""
    for workload, facts in WORKLOADS.items():
        pairs = [(backend, rule) for rule in RULES for backend in BACKENDS]
        for backend, rule in pairs[::facts["stride"]]:
            yield Case(workload, backend, rule, 0)
    for workload in ("glyphs/mlp", "fashion_mnist/simple_cnn"):
        yield Case(workload, "onednn", ("adam", "kingma"), 0, "bf16", (10, 8))


def full(draws=3):
    """Everything, and CNNs for so long that they part."""
    for workload in WORKLOADS:
        for rule in RULES:
            for backend in BACKENDS:
                for draw in range(draws):
                    yield Case(workload, backend, rule, draw)
            if workload != "quadratic/noisy":
                yield Case(workload, "onednn", rule, 0, "bf16", (10, 8))
    for rule in RULES:
        for backend in ("openblas", "onednn"):
            yield Case("fashion_mnist/simple_cnn", backend, rule, draws, size=(40, 32))
