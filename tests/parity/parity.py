"""Runs `fairlead trial --export` on a table of cases and replays each in PyTorch.

    /usr/bin/python3 parity.py FAIRLEAD [short|full]

Exit code 0 when every comparison holds, 1 when one does not, 77 when there is nothing to compare.
"""
import collections
import sys

from fairlead import Fairlead, SKIPPED
import cases
from compare import Comparison, worst
import rules


class Tally:
    """What was compared, of one kind."""

    def __init__(self):
        self.cases = self.failed = self.losses = self.tensors = 0
        self.worst = {False: (0, 0, 0), True: (0, 0, 0)}  # by parted: cases, loss, tensor

    def add(self, comparison):
        self.cases += 1
        self.failed += bool(comparison.faults)
        self.losses += len(comparison.losses)
        self.tensors += len(comparison.tensors)
        n, loss, tensor = self.worst[comparison.parted]
        loss, tensor = worst([loss, *comparison.losses]), worst([tensor, *comparison.tensors.values()])
        self.worst[comparison.parted] = n + 1, loss, tensor

    def __str__(self):
        words = [f"{self.cases} cases, {self.failed} failed; {self.losses} losses and {self.tensors} tensors"]
        for (n, loss, tensor), what in zip(self.worst.values(), ("agree", "parted after a flip")):
            words += [f"{n} {what}: losses within {loss:.1e}, tensors within {tensor:.1e} of their way"] * bool(n)
        return "; ".join(words)


def without_case(fairlead):
    """What is registered and not compared here."""
    known = {"optimizer": [optimizer for optimizer, form in rules.RULES], "workload": cases.WORKLOADS,
             "schedule": cases.SCHEDULES, "backend": cases.BACKENDS}
    for kind, names in known.items():
        yield from (f"{kind} {name}" for name in fairlead.registry(kind + "s") if name not in names)


def main(program, which="short"):
    fairlead, tallies, skipped = Fairlead(program), collections.defaultdict(Tally), collections.Counter()
    for case in getattr(cases, which)():
        lack = fairlead.lacks(case.workload, case.backend, case.precision)
        if lack:
            skipped[lack] += 1
            continue
        comparison = Comparison(fairlead.export(case.arguments))
        print("FAIL" if comparison.faults else "ok  ", f"{case.name}: {comparison}", flush=True)
        tallies[f"{comparison.kind} {comparison.precision}, {len(comparison.losses)} steps"].add(comparison)
    for kind, tally in tallies.items():
        print(f"{kind}: {tally}")
    for lack, n in skipped.items():
        print(f"{n} cases skipped: {lack}")
    for name in without_case(fairlead):
        print(f"no case for {name}")
    return int(any(tally.failed for tally in tallies.values())) if tallies else SKIPPED


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
