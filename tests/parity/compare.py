"""How far an exported trial is from its replay, and how far it may be.

Losses are compared relative to themselves, or to a hundredth of the first loss where they have become smaller: a tiny
cross-entropy is the difference of two logits. A final tensor is compared relative to the way it came from its start,
or to a ten-thousandth of its length where it hardly moved: below that fp32 rounds the movement itself away.

Two correct fp32 programs agree to a few roundings until a ReLU or a max-pool flips, and then part. So a deviation
beyond the tolerance is borne, as `parted` and within a wider one, when the replay shows a step before it at which
something may have flipped; without such a step it is a fault. bf16 is held to what bf16 costs: its 8 bits may be two
bits worse than those of PyTorch's own autocast, measured by how far each is from the fp32 replay.
"""
import math

import numpy
import torch

from replay import Replay

# By kind of trial: relative loss tolerance up to a step; that of the final tensors; and both after a flip. In a longer
# trial the last tolerance holds until a flip, and none after it.
LOSSES = {"quadratic": {10: 1e-5, 100: 1e-3}, "mlp": {10: 1e-5, 100: 1e-3}, "cnn": {3: 1e-5, 10: 5e-4}}
TENSORS = {"quadratic": 1e-4, "mlp": 1e-4, "cnn": 1e-3}
PARTED_LOSS, PARTED_TENSOR = 1e-2, 1e-1
BF16_FACTOR, BF16_ROUNDING = 4, 2**-9
SANE = 10  # times the first loss; beyond that a trial diverges, and a diverging pair proves nothing


def kind_of(manifest):
    kinds = [layer["kind"] for layer in manifest["layers"]]
    return "cnn" if "convolution" in kinds else "mlp" if kinds else "quadratic"


def loss_deviations(losses, reference):
    losses, reference = numpy.array(losses), numpy.array(reference)
    return abs(losses - reference) / numpy.maximum(abs(reference), 1e-2 * reference[0])


def length(tensor):
    return float(numpy.linalg.norm(tensor.astype(numpy.float64)))


def tensor_deviations(final, reference, init):
    def deviation(name):
        gap = length(final[name] - reference[name])
        return gap and gap / max(length(reference[name] - init[name]), 1e-4 * length(init[name]))
    return {name: deviation(name) for name in reference}


def worst(deviations):
    """The largest; NaN where one is NaN, which max() would overlook."""
    return float(numpy.max(list(deviations)))


def first_beyond(deviations, bound):
    """The first step (from 1) that deviates by more, or None."""
    return next((i + 1 for i, deviation in enumerate(deviations) if deviation > bound), None)


class Comparison:
    """One export beside its replay: deviations by step and tensor, whether they parted, and `faults` in sentences."""

    def __init__(self, export):
        self.export, self.kind = export, kind_of(export.manifest)
        self.precision = export.manifest["trial"]["precision"]
        self.faults, self.parted, self.remark = [], False, None
        self.ours, self.replay = [line["loss"] for line in export.trace], Replay(export)
        self.losses = loss_deviations(self.ours, self.replay.losses)
        self.tensors = tensor_deviations(export.final, self.replay.final, export.init)
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

    def check_unless_parted(self, what, steps_before, deviation, tolerance, parted_tolerance):
        flipped = self.replay.flip is not None and self.replay.flip <= steps_before
        self.parted |= flipped and deviation > tolerance
        self.check(what, deviation, parted_tolerance if flipped else tolerance)

    def check_f32(self):
        tolerances = LOSSES[self.kind]
        furthest = max(tolerances)
        for i, deviation in enumerate(self.losses):
            tolerance = next((tolerance for last, tolerance in tolerances.items() if i < last), tolerances[furthest])
            parted = PARTED_LOSS if i < furthest else math.inf
            self.check_unless_parted(f"the loss of step {i + 1}", i, deviation, tolerance, parted)
        further = len(self.losses) > furthest
        for name, deviation in self.tensors.items():
            parted = math.inf if further else PARTED_TENSOR
            self.check_unless_parted(name, len(self.losses), deviation, TENSORS[self.kind], parted)
        if further:
            self.find_parting(tolerances[furthest])

    def find_parting(self, bound):
        """Where the two part, beside where PyTorch parts from itself in float64."""
        exact = Replay(self.export, torch.float64)
        own = first_beyond(loss_deviations(self.replay.losses, exact.losses), bound)
        self.remark = (f"{bound} apart at step {first_beyond(self.losses, bound)}, "
                       f"PyTorch from its float64 self at step {own}")

    def check_bf16(self):
        theirs = Replay(self.export, autocast=True)
        losses = loss_deviations(theirs.losses, self.replay.losses)
        tensors = tensor_deviations(theirs.final, self.replay.final, self.export.init)
        for what, deviations, cost in (("loss", self.losses, losses),
                                       ("tensor", self.tensors.values(), tensors.values())):
            self.check(f"the worst {what}", worst(deviations), BF16_FACTOR * worst(cost) + BF16_ROUNDING)

    def __str__(self):
        words = [f"loss {self.ours[0]:.3g} to {self.ours[-1]:.3g} within {worst(self.losses):.1e}",
                 f"{len(self.tensors)} tensors within {worst(self.tensors.values()):.1e} of their way"]
        words += [f"parted after a flip at step {self.replay.flip} or later"] * self.parted
        words += [self.remark] * bool(self.remark)
        words += self.faults[:1] + [f"{len(self.faults) - 1} more"] * (len(self.faults) > 1)
        return ", ".join(words)
