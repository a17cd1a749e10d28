"""Runs update rules by rules_trace and compares every step with the same rule in float64.

usage: compare.py numpy|torch RULES_TRACE      (exit code 77: NumPy or PyTorch is missing)
"""
import json
import subprocess
import sys

SKIPPED = 77

try:
    import numpy as np
    if sys.argv[1] == "torch":
        import torch
        from optimizers import OPTIMIZERS as RULES
    else:
        from formulas import FORMULAS as RULES
except ImportError as missing:
    print(f"skipped: {missing}; Debian's packages are python3-numpy and python3-torch")
    sys.exit(SKIPPED)

# Of the way a parameter has gone, beside a rounding of itself a step. fp32 rounds by 2^-24 = 6e-8, some ten times a step,
# mostly this way and that, and has 0.999 by 1.3e-8 too large, which fifty steps of a mean square turn into 3e-7.
ELEMENTWISE = 1e-6
# Five iterations enlarge small singular values 3.4445-fold each, 500-fold in all, and with them what rounding has added.
ITERATED = 2e-5
# Eigenvalues have an error of 1e-7 of the largest, eigenvectors that over the gap between two: here some hundreds.
BASES = 3e-4

# Pairs are differences of gradients, of which rounding leaves four digits where a step was small.
DIVIDED = 1e-4

CASES = {
    "torch": [
        ("sgd", 0.1, {}, ELEMENTWISE),
        ("momentum", 0.03, {"momentum": 0.8}, ELEMENTWISE),
        ("nesterov", 0.03, {"momentum": 0.8}, ELEMENTWISE),
        ("adagrad", 0.1, {"epsilon": 1e-10, "initial_accumulator": 0}, ELEMENTWISE),
        ("adagrad", 0.1, {"epsilon": 0.1, "initial_accumulator": 0.3}, ELEMENTWISE),
        ("adadelta", 1, {"rho": 0.9, "epsilon": 1e-6}, ELEMENTWISE),
        ("adadelta", 3, {"rho": 0.7, "epsilon": 0.1}, ELEMENTWISE),
        ("adam", 0.01, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "epsilon_form": "kingma"}, ELEMENTWISE),
        ("adamw", 0.01, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}, ELEMENTWISE),
        ("adamw", 0.03, {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-2, "weight_decay": 1}, ELEMENTWISE),
        ("adamax", 0.01, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, ELEMENTWISE),
        ("adamax", 0.02, {"beta1": 0.6, "beta2": 0.9, "epsilon": 0.1}, ELEMENTWISE),
        ("amsgrad", 0.01, {"beta1": 0.9, "beta2": 0.8, "epsilon": 1e-8}, ELEMENTWISE),
        ("radam", 0.01, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}, ELEMENTWISE),
        ("radam", 0.01, {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}, ELEMENTWISE),
    ],
    "numpy": [
        ("sgd", 0.1, {}, ELEMENTWISE),
        ("sam", 0.02, {"momentum": 0.9, "radius": 0.05}, ELEMENTWISE),
        ("sam", 0.05, {"momentum": 0.5, "radius": 3}, ELEMENTWISE),
        ("nesterov_lookahead", 0.02, {"momentum": 0.9}, ELEMENTWISE),
        ("schedule_free_adamw", 0.03, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0}, ELEMENTWISE),
        ("schedule_free_adamw", 0.1, {"beta1": 0.6, "beta2": 0.9, "epsilon": 0.1, "weight_decay": 0.5}, ELEMENTWISE),
        ("lbfgs", 0.3, {"history": 10, "line_search": "none", "max_evaluations": 25}, DIVIDED),
        ("lbfgs", 0.3, {"history": 3, "line_search": "none", "max_evaluations": 25}, DIVIDED),
        ("newton", 0.3, {"damping": 0.1, "solver": "direct"}, ELEMENTWISE),
        ("newton", 0.3, {"damping": 0.1, "solver": "cg", "cg_iterations": 500, "cg_tolerance": 0}, ELEMENTWISE),
        ("gauss_newton", 0.1, {"damping": 0.01, "solver": "direct"}, ELEMENTWISE),
        ("natural_gradient", 0.1, {"damping": 1, "solver": "cg", "cg_iterations": 500, "cg_tolerance": 1e-7}, ELEMENTWISE),
        ("kfac", 0.02, {"momentum": 0.9, "damping": 1e-2, "inverse_every": 3, "norm_limit": 0}, ELEMENTWISE),
        ("kfac", 0.1, {"momentum": 0.5, "damping": 0.3, "statistics_every": 2, "statistics_decay": 0.6,
                       "inverse_every": 1, "norm_limit": 1}, ELEMENTWISE),
        ("lars", 1, {"momentum": 0.9, "trust": 0.001, "weight_decay": 0}, ELEMENTWISE),
        ("lars", 3, {"momentum": 0.5, "trust": 0.02, "weight_decay": 0.1}, ELEMENTWISE),
        ("lamb", 0.01, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}, ELEMENTWISE),
        ("lamb", 0.03, {"beta1": 0.7, "beta2": 0.9, "epsilon": 0.1, "weight_decay": 1}, ELEMENTWISE),
        ("muon", 0.02, {"momentum": 0.95, "iterations": 5, "weight_decay": 0, "fallback_rate": 1e-3}, ITERATED),
        ("muon", 0.05, {"momentum": 0.5, "iterations": 2, "weight_decay": 0.5, "fallback_rate": 0.02}, ITERATED),
        ("shampoo", 0.02, {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-4, "every": 3, "max_dimension": 2048,
                           "weight_decay": 0.1}, BASES),
        ("shampoo", 0.05, {"beta1": 0.5, "beta2": 0.8, "epsilon": 0.1, "every": 10, "max_dimension": 7,
                           "weight_decay": 0}, BASES),
        # Only the shorter side of a matrix has full rank at step 0; of the other's eigenvectors some are anything.
        ("soap", 0.02, {"beta1": 0.95, "beta2": 0.95, "epsilon": 1e-8, "every": 3, "max_dimension": 4,
                        "weight_decay": 0.1}, BASES),
        # Both sides of the 5 x 5 one: its first gradient is diagonal in its basis, but for rounding, which epsilon hides.
        ("soap", 0.02, {"beta1": 0.9, "beta2": 0.95, "epsilon": 0.1, "every": 3, "max_dimension": 5,
                        "weight_decay": 0}, BASES),
        # Where epsilon outweighs v every basis gives the same step, that of the mean gradient.
        ("soap", 1e3, {"beta1": 0.9, "beta2": 0.9, "epsilon": 1e4, "every": 2, "max_dimension": 2048,
                       "weight_decay": 0}, BASES),
    ],
}


def traced(program, rule, steps, rate, hyperparameters):
    words = [f"{name}={value}" for name, value in hyperparameters.items()]
    done = subprocess.run([program, rule, str(steps), str(rate), *words], capture_output=True, text=True)
    if done.returncode == SKIPPED:
        return None
    if done.returncode:
        sys.exit(f"{rule}: {done.stderr}")
    return json.loads(done.stdout)


def largest_error(trace, rule, h):
    """Over parameters and steps, of the way that the parameter has gone, beyond the rounding of the parameter itself."""
    curvature, noise = np.array(trace["curvature"]), np.array(trace["noise"])
    gradient_at = lambda theta, t: curvature * theta + noise[t]
    before, way, rounding, largest = np.array(trace["start"]), 0, 0, 0
    h = {**h, "first_rate": trace["rates"][0]}
    for found, expected in zip(trace["parameters"], rule(gradient_at, before, trace["tensors"], trace["rates"], h)):
        way, rounding = way + np.abs(expected - before), rounding + 2**-24 * np.abs(expected)
        error = np.abs(np.array(found) - expected) - rounding
        largest, before = max(largest, np.max(error / (way + np.mean(way)))), expected
    return largest


def main(oracle, program):
    failed = 0
    for rule, rate, h, tolerance in CASES[oracle]:
        if rule == "kfac":
            h = {"statistics_every": 1, "statistics_decay": 0.95, **h}
        trace = traced(program, rule, 50 if oracle == "torch" else 20, rate, h)
        if not trace:
            print(f"skipped: {rule}, whose library is missing in this build")
            continue
        error = largest_error(trace, RULES[rule], h)
        failed += not error <= tolerance
        print(f"{'ok  ' if error <= tolerance else 'FAIL'} {rule} {h}: {error:.1e} of the way, at most {tolerance:.0e}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
