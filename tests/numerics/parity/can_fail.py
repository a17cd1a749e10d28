"""Shows that the comparison can fail: one coefficient of an exported trial is altered by one per cent, or one thing by
its like, and the replay must no longer agree.

    /usr/bin/python3 can_fail.py FAIRLEAD
"""
import copy
import sys

from fairlead import Fairlead
import cases
import compare
from compare import Comparison
from rules import RULES


def set_at(place, value):
    """An alteration of an export: follow `place`, put `value` of what is there."""
    def alter(export):
        *way, last = place
        target = export.manifest
        for key in way:
            target = target[key]
        target[last] = value(target[last])
    return alter


def rule_alterations(optimizer, form, hyperparameters):
    """Every coefficient the rule reads, and every other epsilon_form."""
    place = ["optimizer", "hyperparameters"]
    for name, value in hyperparameters.items():
        if name != "learning_rate" and "." not in name and isinstance(value, float):
            yield f"{name} * 0.99", set_at([*place, name], lambda v: v * 0.99)
    for other in [f for o, f in RULES if o == optimizer and f != form]:
        yield f"epsilon_form {other}", set_at([*place, "epsilon_form"], lambda v: other)


def set_rate(export):
    export.trace[4]["rate"] *= 0.99


def set_init(export):
    for values in export.init.values():
        values *= 0.99


def set_label(export):
    export.labels[0, 0] = (export.labels[0, 0] + 1) % 10


def set_input(export):
    export.inputs[[0, 1]] = export.inputs[[1, 0]]


# So that each of them matters.
SETTINGS = {"epsilon": 0.5, "weight_decay": 0.5, "initial_accumulator": 0.1, "radius": 3, "trust": 0.1}
# Signs hardly depend on what they are taken of; radam reads epsilon in the last five of ten steps; the others want matrices.
WITHOUT = ["lion", "radam", "muon", "shampoo", "soap"]


def set_mask(export):
    """Of the last step, which has grown: what is dropped changes places with what is not."""
    for steps in export.masks.values():
        steps[-1] = steps[-1][::-1].copy()


def trial_of(fairlead, workload, optimizer, form, *more, steps=10, batch=8):
    """A calm trial."""
    known = [hyper["name"] for hyper in fairlead.registry("optimizers")[optimizer]["hyperparameters"]]
    words = [f"{name}={value}" for name, value in SETTINGS.items() if name in known]
    words += [f"epsilon_form={form}"] * bool(form) + ["learning_rate=0.01"]
    return ["--workload", workload, "--optimizer", optimizer, *[part for word in words for part in ("--set", word)],
            "--backend", "naive", "--steps", str(steps), "--batch", str(batch), *more]


def experiments(fairlead):
    """Pairs of an export and its alterations."""
    for optimizer, form in cases.RULES:
        if optimizer in WITHOUT:
            continue
        export = fairlead.export(trial_of(fairlead, "quadratic/noisy", optimizer, form))
        hyperparameters = export.manifest["optimizer"]["hyperparameters"]
        yield export, [*rule_alterations(optimizer, form, hyperparameters), ("a rate", set_rate)]
    yield export, [("a curvature", set_at(["loss", "curvatures", 3], lambda c: c * 0.99)), ("the inputs", set_input)]
    export = fairlead.export(trial_of(fairlead, "glyphs/mlp", "momentum", None))
    yield export, [("the start", set_init), ("the inputs", set_input), ("a label", set_label)]
    yield from around(fairlead)


def around(fairlead):
    """Of what is set around the rule and of the workload."""
    for name, value in {"l2": 1, "l1": 1, "clip_norm": 0.5, "clip_value": 0.05}.items():
        export = fairlead.export(trial_of(fairlead, "quadratic/noisy", "momentum", None, "--set", f"{name}={value}"))
        yield export, [(f"{name} * 0.99", set_at(["optimizer", "hyperparameters", name], lambda v: v * 0.99))]
    smooth = ["--set", "label_smoothing=0.2", "--micro-batch", "2"]
    yield fairlead.export(trial_of(fairlead, "glyphs/resnet8", "momentum", None, *smooth, steps=2, batch=4)), [
        ("micro_batch * 2", set_at(["trial", "micro_batch"], lambda n: 2 * n)),
        ("label_smoothing * 0.99", set_at(["loss", "label_smoothing"], lambda v: v * 0.99))]
    grown = ["--set", "dropout=0.4", "--set", "batch.factor=2", "--set", "batch.every=2"]
    yield fairlead.export(trial_of(fairlead, "glyphs/lstm", "momentum", None, *grown, steps=3, batch=4)), [("a mask", set_mask)]


def main(program):
    missed, every = 0, compare.SHAKEN
    few = {kind: min(most, 4) for kind, most in every.items()}  # tell that what is altered finds no excuse
    for export, alterations in experiments(Fairlead(program)):
        rule = export.manifest["optimizer"]["name"], export.manifest["optimizer"]["hyperparameters"].get("epsilon_form")
        for what, alter in [("nothing", lambda export: None), *alterations]:
            altered = copy.deepcopy(export)
            alter(altered)
            compare.SHAKEN = every if what == "nothing" else few
            comparison = Comparison(altered)
            right = bool(comparison.faults) == (what != "nothing")
            missed += not right
            print("ok  " if right else "FAIL", *filter(None, rule), "altered in", what + ":", comparison)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
