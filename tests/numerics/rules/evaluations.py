"""How many gradients L-BFGS takes to a target, beside PyTorch's (strong Wolfe) and SciPy's L-BFGS-B, both in float64 with
a history of ten: at most 1.2 times the fewer of the two.

usage: evaluations.py RULES_EVALUATIONS      (exit code 77: NumPy, SciPy or PyTorch is missing)
"""
import json
import subprocess
import sys
import tempfile

SKIPPED, AT_MOST, L2 = 77, 1.2, 1e-4
EXAMPLES = 1000  # of the training file

try:
    import numpy as np
    import scipy.optimize
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; Debian's packages are python3-scipy and python3-torch")
    sys.exit(SKIPPED)


def rosenbrock(x):
    slope = 200 * (x[1] - x[0]**2)
    return (1 - x[0])**2 + 100 * (x[1] - x[0]**2)**2, np.array([-2 * (1 - x[0]) - 2 * x[0] * slope, slope])


def quadratic(x):
    c = 10 * 1000.0**(np.arange(len(x)) / (len(x) - 1) - 1)
    return np.sum(c * x**2) / 2, c * x


def logistic(inputs, labels):
    """Weights (10 x 784), then biases, of the mean cross entropy with its penalty."""
    n, d = inputs.shape
    wanted = np.eye(10)[labels]

    def objective(x):
        w, b = x[:10 * d].reshape(10, d), x[10 * d:]
        z = inputs @ w.T + b
        z -= z.max(axis=1, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        g = (np.exp(log_p) - wanted) / n
        gradient = np.concatenate([(g.T @ inputs).ravel(), g.sum(axis=0)]) + L2 * x
        return -np.sum(log_p * wanted) / n + L2 / 2 * x @ x, gradient
    return objective


def by_scipy(objective, start, most):
    seen = []

    def noted(x):
        value, gradient = objective(x)
        seen.append(value)
        return value, gradient
    scipy.optimize.minimize(noted, start, jac=True, method="L-BFGS-B",
                            options={"maxcor": 10, "ftol": 0, "gtol": 0, "maxiter": most, "maxfun": most})
    return seen


def by_torch(objective, start, most):
    seen, p = [], torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = torch.optim.LBFGS([p], lr=1, max_iter=most, max_eval=most, history_size=10, tolerance_grad=0,
                                  tolerance_change=0, line_search_fn="strong_wolfe")

    def closure():
        value, gradient = objective(p.detach().numpy())
        seen.append(value)
        p.grad = torch.from_numpy(gradient)
        return torch.tensor(value)
    optimizer.step(closure)
    return seen


def by_fairlead(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    if done.returncode == SKIPPED:
        print(f"skipped: {words[0]}: {done.stdout.strip()}")
        return None
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def needed(seen, target):
    return next((i + 1 for i, value in enumerate(seen) if value <= target), float("inf"))


def compare(name, ours, objective, start, target, most):
    """True where ours took no more than it may; `target` None: 1e-3 above the least that SciPy finds."""
    scipys = by_scipy(objective, start, most)
    if target is None:
        target = min(scipys) + 1e-3
    theirs = {"SciPy": needed(scipys, target), "PyTorch": needed(by_torch(objective, start, most), target)}
    found, fewest = needed(ours, target), min(theirs.values())
    print(f"{'ok  ' if found <= AT_MOST * fewest else 'FAIL'} {name} to {target:.3g}: {found} gradients, {theirs}")
    return found <= AT_MOST * fewest


def functions(program):
    ours = by_fairlead(program, "function/rosenbrock", "naive", 60, EXAMPLES, "-")
    yield compare("rosenbrock", ours, rosenbrock, np.array([-1.2, 1.0]), 1e-10, 200)
    for dimension in (8, 50):
        ours = by_fairlead(program, "quadratic/noisy", "naive", 120, EXAMPLES, "-", "workload.noise=0",
                           f"workload.dimension={dimension}")
        start = np.ones(dimension)
        yield compare(f"quadratic of {dimension}", ours, quadratic, start, 1e-6 * quadratic(start)[0], 300)


def clothes(program):
    with tempfile.NamedTemporaryFile() as file:
        ours = by_fairlead(program, "fashion_mnist/logistic", "openblas", 450, EXAMPLES, file.name, f"l2={L2}")
        if not ours:
            return
        batch = open(file.name, "rb").read()
        inputs = np.frombuffer(batch, np.float32, EXAMPLES * 784).reshape(EXAMPLES, 784).astype(np.float64)
        labels = np.frombuffer(batch, np.int32, EXAMPLES, inputs.size * 4)
        yield compare("Fashion-MNIST logistic", ours, logistic(inputs, labels), np.zeros(7850), None, 600)


def main(program):
    return int(not all([*functions(program), *clothes(program)]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
