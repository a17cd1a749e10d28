"""Every rule in 300 steps at its defaults and a sensible rate, on each backend: a table of the mean mini-batch loss of the
last tenth of the steps, which the backends share.

usage: table.py FAIRLEAD [--workload W] [--steps N] [--batch N] [--backends B,...] [RULE]...
"""
import argparse
import json
import os
import subprocess
import tempfile

# Where 0.1 is not sensible.
RATES = {"rmsprop": 1e-3, "rmsterov": 1e-3, "adam": 1e-3, "nadam": 1e-3, "adamw": 1e-3, "nadamw": 1e-3, "adamax": 2e-3,
         "amsgrad": 1e-3, "radam": 1e-3, "adagrad": 1e-2, "adadelta": 1, "lion": 1e-4, "lars": 10, "lamb": 1e-2,
         "momentum": 0.03, "nesterov": 0.03, "sam": 0.03, "nesterov_lookahead": 0.03, "schedule_free_adamw": 3e-3,
         "muon": 0.02, "shampoo": 0.01, "soap": 3e-3, "lbfgs": 1, "natural_gradient": 0.01, "kfac": 0.05}
MORE = {"newton": ["solver=cg", "cg_iterations=10", "damping=1"],
        "gauss_newton": ["solver=cg", "cg_iterations=10", "damping=1"],
        "natural_gradient": ["solver=cg", "cg_iterations=10", "damping=0.1"]}


def words_of(rule):
    yield f"learning_rate={RATES.get(rule, 0.1)}"
    yield from MORE.get(rule, [])


def cell(asked, rule, backend):
    settings = [part for word in words_of(rule) for part in ("--set", word)]
    with tempfile.TemporaryDirectory(prefix="fairlead-table-") as folder:
        trace = os.path.join(folder, "trace")
        done = subprocess.run([asked.program, "trial", "--workload", asked.workload, "--backend", backend, "--optimizer",
                               rule, *settings, "--steps", str(asked.steps), "--batch", str(asked.batch), "--eval-every",
                               "0", "--trace", trace, "--json"], capture_output=True, text=True)
        if done.returncode:
            return done.stderr.strip()
        record = json.loads(done.stdout)
        if record["status"] != "complete":
            return record["reason"]
        with open(trace) as lines:
            losses = [json.loads(line)["loss"] for line in lines]
    last = losses[-max(1, asked.steps // 10):]
    return f"{losses[0]:.3f} to {sum(last) / len(last):.4f}"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("program", metavar="FAIRLEAD")
    parser.add_argument("rules", metavar="RULE", nargs="*")
    parser.add_argument("--workload", default="fashion_mnist/mlp")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--backends", default="naive,openblas,onednn")
    return parser.parse_args()


def main(asked):
    known = json.loads(subprocess.run([asked.program, "list", "optimizers", "--json"], capture_output=True).stdout)
    backends = asked.backends.split(",")
    print("| rule | settings | " + " | ".join(backends) + " |\n|---|---|" + "---|" * len(backends))
    for rule in asked.rules or [entry["name"] for entry in known["optimizers"]]:
        cells = [cell(asked, rule, backend) for backend in backends]
        print(f"| `{rule}` | {', '.join(words_of(rule))} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(arguments())
