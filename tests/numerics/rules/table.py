"""Every rule in 300 steps at its defaults and a sensible rate, on each backend: a table of the mean mini-batch loss of the
last tenth of the steps, which the backends share.

A cell takes at most --limit seconds of processor time, which does not depend on what else runs; what was done by then is
told. With --kept FILE the same command goes on where it was stopped: each cell is a line there as soon as it is done.

usage: table.py FAIRLEAD [--workload W] [--steps N] [--batch N] [--backends B,...] [--limit S] [--kept FILE] [RULE]...
"""
import argparse
import json
import os
import resource
import signal
import subprocess
import tempfile

# Where 0.1 is not sensible.
RATES = {"rmsprop": 1e-3, "rmsterov": 1e-3, "adam": 1e-3, "nadam": 1e-3, "adamw": 1e-3, "nadamw": 1e-3, "adamax": 2e-3,
         "amsgrad": 1e-3, "radam": 1e-3, "adagrad": 1e-2, "adadelta": 1, "lion": 1e-4, "lars": 10, "lamb": 1e-2,
         "momentum": 0.03, "nesterov": 0.03, "sam": 0.03, "nesterov_lookahead": 0.03, "schedule_free_adamw": 3e-3,
         "muon": 0.02, "shampoo": 0.01, "soap": 3e-3, "lbfgs": 1, "newton": 0.3, "natural_gradient": 0.01, "kfac": 0.05}
MORE = {"newton": ["solver=cg", "cg_iterations=10", "damping=30"],
        "gauss_newton": ["solver=cg", "cg_iterations=10", "damping=1"],
        "natural_gradient": ["solver=cg", "cg_iterations=10", "damping=0.1"]}


def words_of(rule):
    yield f"learning_rate={RATES.get(rule, 0.1)}"
    yield from MORE.get(rule, [])


def losses_of(trace):
    if not os.path.exists(trace):
        return []
    with open(trace) as lines:
        whole = [line for line in lines if line.endswith("\n")]
    return [json.loads(line)["loss"] for line in whole]


def course(losses):
    last = losses[-max(1, len(losses) // 10):]
    return f"{losses[0]:.3f} to {sum(last) / len(last):.4f}"


def limited(seconds):
    """SIGXCPU ends the trial then."""
    return lambda: seconds and resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def cell(asked, rule, backend):
    settings = [part for word in words_of(rule) for part in ("--set", word)]
    with tempfile.TemporaryDirectory(prefix="fairlead-table-") as folder:
        trace = os.path.join(folder, "trace")
        command = [asked.program, "trial", "--workload", asked.workload, "--backend", backend, "--optimizer", rule,
                   *settings, "--steps", str(asked.steps), "--batch", str(asked.batch), "--eval-every", "0", "--trace",
                   trace, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited(asked.limit))
        if done.returncode == -signal.SIGXCPU:
            losses = losses_of(trace)
            return f"{course(losses)} in {len(losses)} steps" if losses else f"no step in {asked.limit} s"
        if done.returncode:
            return done.stderr.strip()
        record = json.loads(done.stdout)
        return course(losses_of(trace)) if record["status"] == "complete" else record["reason"]


def kept_cells(file):
    if not file or not os.path.exists(file):
        return {}
    with open(file) as lines:
        return {tuple(key): text for key, text in map(json.loads, lines)}


def kept_cell(asked, kept, rule, backend):
    key = (asked.workload, asked.steps, asked.batch, rule, backend)
    if key not in kept:
        kept[key] = cell(asked, rule, backend)
        if asked.kept:
            with open(asked.kept, "a") as lines:
                lines.write(json.dumps([key, kept[key]]) + "\n")
    return kept[key]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("program", metavar="FAIRLEAD")
    parser.add_argument("rules", metavar="RULE", nargs="*")
    parser.add_argument("--workload", default="fashion_mnist/mlp")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--backends", default="naive,openblas,onednn")
    parser.add_argument("--limit", type=int, metavar="S", help="seconds of processor time a cell may take (default: any)")
    parser.add_argument("--kept", metavar="FILE", help="cells that are done, and go there")
    return parser.parse_intermixed_args()


def main(asked):
    known = json.loads(subprocess.run([asked.program, "list", "optimizers", "--json"], capture_output=True).stdout)
    backends, kept = asked.backends.split(","), kept_cells(asked.kept)
    print("| rule | settings | " + " | ".join(backends) + " |\n|---|---|" + "---|" * len(backends))
    for rule in asked.rules or [entry["name"] for entry in known["optimizers"]]:
        cells = [kept_cell(asked, kept, rule, backend) for backend in backends]
        print(f"| `{rule}` | {', '.join(words_of(rule))} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(arguments())
