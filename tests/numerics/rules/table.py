"""Every rule in 300 steps at its defaults and a sensible rate, on each backend: a table of the last training losses.

usage: table.py FAIRLEAD [WORKLOAD] [STEPS] [RULE]...      (default fashion_mnist/mlp, 300, every rule)
"""
import json
import subprocess
import sys

BACKENDS = ["naive", "openblas", "onednn"]
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


def cell(program, workload, steps, rule, backend):
    settings = [part for word in words_of(rule) for part in ("--set", word)]
    done = subprocess.run([program, "trial", "--workload", workload, "--backend", backend, "--optimizer", rule,
                           *settings, "--steps", steps, "--eval-every", steps, "--json"], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    record = json.loads(done.stdout)
    return f"{record['final']['train_loss']:.4f}" if record["final"] else record["reason"]


def main(program, workload="fashion_mnist/mlp", steps="300", *rules):
    known = json.loads(subprocess.run([program, "list", "optimizers", "--json"], capture_output=True).stdout)
    print("| rule | settings | " + " | ".join(BACKENDS) + " |\n|---|---|" + "---|" * len(BACKENDS))
    for rule in rules or [entry["name"] for entry in known["optimizers"]]:
        cells = [cell(program, workload, steps, rule, backend) for backend in BACKENDS]
        print(f"| `{rule}` | {', '.join(words_of(rule))} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
