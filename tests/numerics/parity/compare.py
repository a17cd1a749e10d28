"""How far an exported trial is from its replay, and how far it may be.

Losses are compared relative to themselves, or to a hundredth of the first loss where they have become smaller: a tiny
cross-entropy is the difference of two logits. A final tensor is compared relative to the way it came from its start,
or to a ten-thousandth of its length where it hardly moved: below that fp32 rounds the movement itself away. Weights that decay by
little change so slowly that one product is rounded the same way in step after step: there a rounding of each number a step is
allowed beside the tolerance. (A hundred steps of PyTorch's own AdamW in f32 at a rate of 1e-4 with a decay of .01, from weights of .05,
are 1.2e-4 of their way from the same in float64, 1.0e-4 in ours.) So are functions of a few numbers, whose small even steps
do not average out.

Two correct fp32 programs agree to a few roundings until a ReLU or a max-pool flips, and then separate. So what is beyond
a tolerance is held to what rounding costs PyTorch itself: it is accepted, as `separated`, only when one of PyTorch's replays
from a start that differs by a few roundings separates at least half as far from the plain one by the same step. Where they
stay together there is no such excuse. bf16 is held to what bf16 costs in the same way: its 8 bits may be two bits worse
than those of PyTorch's own autocast, measured by how far each is from the fp32 replay.
"""
import numpy

from replay import Replay

# By kind of trial: relative tolerance of the loss up to a step, the last one also beyond; that of the final tensors.
LOSSES = {"quadratic": {10: 1e-5, 100: 1e-3}, "mlp": {10: 1e-5, 100: 1e-3}, "cnn": {3: 1e-5, 10: 5e-4},
          "sequence": {10: 1e-5, 100: 1e-3}}
TENSORS = {"quadratic": 1e-4, "mlp": 1e-4, "cnn": 1e-3, "sequence": 1e-3}
SEPARATED_FACTOR = 2
# Replays at most, each with its chance of a flip; a quadratic has none. (That of a sign under Lion came with the 202nd start, as far
# from the plain replay, to two digits, as ours.)
SHAKEN = {"quadratic": 0, "mlp": 512, "cnn": 512, "sequence": 16}
BF16_FACTOR, BF16_ROUNDING = 4, 2**-9
SANE = 10  # times the first loss; beyond that a trial diverges, and a diverging pair proves nothing


def kind_of(manifest):
    kinds = [layer["kind"] for layer in manifest["layers"]]
    if {"lstm", "attention"} & set(kinds):
        return "sequence"
    return "cnn" if "convolution" in kinds else "mlp" if kinds else "quadratic"


def loss_deviations(losses, reference):
    losses, reference = numpy.array(losses), numpy.array(reference)
    return abs(losses - reference) / numpy.maximum(abs(reference), 1e-2 * reference[0])


def length(tensor):
    return float(numpy.linalg.norm(tensor.astype(numpy.float64)))


def way(reference, init):
    return max(length(reference - init), 1e-4 * length(init))


def tensor_deviations(final, reference, init):
    def deviation(name):
        gap = length(final[name] - reference[name])
        return gap and gap / way(reference[name], init[name])
    return {name: deviation(name) for name in reference}


def roundings(export, reference):
    """What storing the numbers of each tensor in f32 after each step may be of the tensor's way, where weights decay and
    of functions."""
    decays = export.manifest["optimizer"]["hyperparameters"].get("weight_decay")
    if not decays and kind_of(export.manifest) != "quadratic":
        return {}
    return {name: len(export.trace) * 2**-24 * length(final) / way(final, export.init[name])
            for name, final in reference.items() if length(final)}


def state_gaps(state, reference):
    """Running statistics and carries, relative to their length."""
    return {name: length(values - reference[name]) / max(length(reference[name]), 1e-6)
            for name, values in state.items()}


def worst(deviations):
    """The largest; NaN where one is NaN, which max() would overlook."""
    return float(numpy.max(list(deviations)))


def loss_tolerances(kind, steps):
    *_, last = LOSSES[kind].values()
    return numpy.array([next((t for end, t in LOSSES[kind].items() if i < end), last) for i in range(steps)])


def first_beyond(deviations, bounds):
    """The first step (from 1) that deviates by more, or None."""
    return next((i + 1 for i, beyond in enumerate(deviations > bounds) if beyond), None)


class Comparison:
    """One export beside its replay: deviations by step and tensor, `separated` in words, and `faults` in sentences."""

    def __init__(self, export):
        self.export, self.kind = export, kind_of(export.manifest)
        self.precision = export.manifest["trial"]["precision"]
        self.faults, self.separated = [], None
        self.ours, self.replay = [line["loss"] for line in export.trace], Replay(export)
        self.losses = loss_deviations(self.ours, self.replay.losses)
        self.tensors = tensor_deviations(export.final, self.replay.final, export.init)
        self.tensors.update(state_gaps(export.final_state, self.replay.final_state))
        self.roundings = roundings(export, self.replay.final)
        self.check_regime()
        if self.precision == "bf16":
            self.check_bf16()
        else:
            self.check_f32()

    def check_regime(self):
        init, final = self.export.init, self.replay.final
        if not len(self.export.trace) == len(self.export.inputs) == self.export.manifest["trial"]["steps"]:
            self.faults.append("steps are missing")
        if not worst(self.ours + self.replay.losses) <= SANE * self.replay.losses[0]:
            self.faults.append("diverges and proves nothing")
        if not any(length(final[name] - init[name]) > 1e-4 * length(init[name]) for name in init):
            self.faults.append("moves nothing and proves nothing")

    def check(self, what, deviation, tolerance):
        if not deviation <= tolerance:
            self.faults.append(f"{what} is {deviation:.1e} off, {tolerance:.1e} allowed")

    def from_replay(self, other):
        """How far another replay is from the plain one: its losses and its worst tensor."""
        return (loss_deviations(other.losses, self.replay.losses),
                worst([*tensor_deviations(other.final, self.replay.final, self.export.init).values(),
                       *state_gaps(other.final_state, self.replay.final_state).values()]))

    def is_within(self, losses, tensors):
        return all(self.losses <= losses) and all(deviation <= tensors + self.roundings.get(name, 0)
                                                  for name, deviation in self.tensors.items())

    def check_f32(self):
        tolerances = losses = loss_tolerances(self.kind, len(self.losses))
        tensors, shaken = TENSORS[self.kind], 0
        while shaken < SHAKEN[self.kind] and not self.is_within(losses, tensors):
            shaken += 1
            loss_costs, tensor_cost = self.from_replay(Replay(self.export, shaken=shaken))
            losses = numpy.maximum(losses, SEPARATED_FACTOR * numpy.maximum.accumulate(loss_costs))
            tensors = max(tensors, SEPARATED_FACTOR * tensor_cost)
        if shaken:
            step = first_beyond(self.losses, tolerances)
            self.separated = (f"separated {f'at step {step}' if step else 'in its tensors'}, as PyTorch from itself with "
                           f"start {shaken}: losses within {worst(loss_costs):.1e}, tensors within {tensor_cost:.1e}")
        for i, deviation in enumerate(self.losses):
            self.check(f"the loss of step {i + 1}", deviation, losses[i])
        for name, deviation in self.tensors.items():
            self.check(name, deviation, tensors + self.roundings.get(name, 0))

    def check_bf16(self):
        losses, tensors = self.from_replay(Replay(self.export, autocast=True))
        self.check("the worst loss", worst(self.losses), BF16_FACTOR * worst(losses) + BF16_ROUNDING)
        self.check("the worst tensor", worst(self.tensors.values()), BF16_FACTOR * tensors + BF16_ROUNDING)

    def __str__(self):
        words = [f"loss {self.ours[0]:.3g} to {self.ours[-1]:.3g} within {worst(self.losses):.1e}",
                 f"{len(self.tensors)} tensors within {worst(self.tensors.values()):.1e} of their way"]
        words += [self.separated] * bool(self.separated)
        words += self.faults[:1] + [f"{len(self.faults) - 1} more"] * (len(self.faults) > 1)
        return ", ".join(words)
