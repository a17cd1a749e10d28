"""Runs `fairlead trial --export` on a table of cases and replays each in PyTorch.

    /usr/bin/python3 parity.py FAIRLEAD [short|full] [--part I/N]

--part takes every N-th case, from the I-th on, so that a long matrix can be run in pieces. Exit code 0 when every
comparison holds, 1 when one does not, 77 when there is nothing to compare.
"""
import argparse
import collections
import itertools
import sys

from fairlead import Fairlead, SKIPPED
import cases
from compare import Comparison, worst
import rules


class Tally:
    """What was compared, of one kind."""

    def __init__(self):
        self.cases = self.failed = self.losses = self.tensors = 0
        self.worst = {False: (0, 0, 0), True: (0, 0, 0)}  # by whether they separated: cases, loss, tensor

    def add(self, comparison):
        self.cases += 1
        self.failed += bool(comparison.faults)
        self.losses += len(comparison.losses)
        self.tensors += len(comparison.tensors)
        n, loss, tensor = self.worst[bool(comparison.separated)]
        loss, tensor = worst([loss, *comparison.losses]), worst([tensor, *comparison.tensors.values()])
        self.worst[bool(comparison.separated)] = n + 1, loss, tensor

    def __str__(self):
        words = [f"{self.cases} cases, {self.failed} failed; {self.losses} losses and {self.tensors} tensors"]
        for (n, loss, tensor), what in zip(self.worst.values(), ("agree", "separated as PyTorch does")):
            words += [f"{n} {what}: losses within {loss:.1e}, tensors within {tensor:.1e} of their way"] * bool(n)
        return "; ".join(words)


def without_case(fairlead):
    """What is registered and not compared here."""
    known = {"optimizer": [optimizer for optimizer, form in rules.RULES], "workload": cases.WORKLOADS,
             "schedule": cases.SCHEDULES, "backend": cases.BACKENDS}
    for kind, names in known.items():
        yield from (f"{kind} {name}" for name in fairlead.registry(kind + "s") if name not in names)


def part(text):
    """'2/3' as (1, 3)."""
    number, of = map(int, text.split("/"))
    if not 1 <= number <= of:
        raise ValueError
    return number - 1, of


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("program", metavar="FAIRLEAD")
    parser.add_argument("which", nargs="?", choices=["short", "full"], default="short")
    parser.add_argument("--part", type=part, default=(0, 1), metavar="I/N")
    return parser.parse_args()


def main(program, which, part):
    fairlead, tallies, skipped = Fairlead(program), collections.defaultdict(Tally), collections.Counter()
    for case in itertools.islice(getattr(cases, which)(), part[0], None, part[1]):
        lack = fairlead.lacks(case.arguments[1], case.backend, case.precision)
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
    sys.exit(main(**vars(arguments())))
