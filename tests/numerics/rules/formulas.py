"""The update rules in NumPy, in float64, each from its paper and not from the C beside it.

A rule is a generator: it gets (gradient_at, theta, tensors, rates, hyperparameters), where gradient_at(theta, t) is the
gradient of step t, and yields the parameters after each step: those that an evaluation sees.
"""
import numpy as np


def sgd(gradient_at, theta, tensors, rates, h):
    for t, eta in enumerate(rates):
        theta = theta - eta * gradient_at(theta, t)
        yield theta


def sam(gradient_at, theta, tensors, rates, h):
    """Foret et al. 2021, Algorithm 1, over momentum."""
    v = np.zeros_like(theta)
    for t, eta in enumerate(rates):
        g = gradient_at(theta, t)
        v = h["momentum"] * v + gradient_at(theta + h["radius"] * g / np.linalg.norm(g), t)
        theta = theta - eta * v
        yield theta


def nesterov_lookahead(gradient_at, theta, tensors, rates, h):
    v = np.zeros_like(theta)
    for t, eta in enumerate(rates):
        v = h["momentum"] * v + eta * gradient_at(theta - h["momentum"] * v, t)
        theta = theta - v
        yield theta


def decay_of(tensor, h):
    """The weight decay of one tensor: where `decay` is "matrices" vectors are spared it."""
    return 0 if h.get("decay") == "matrices" and len(tensor["shape"]) < 2 else h["weight_decay"]


def schedule_free_adamw(gradient_at, theta, tensors, rates, h):
    """Defazio et al. 2024, Algorithm 1, without warm-up of its own."""
    b1, b2 = h["beta1"], h["beta2"]
    wd = np.concatenate([np.full(tensor["rows"] * tensor["columns"], float(decay_of(tensor, h))) for tensor in tensors])
    z, x, v, weights = theta, theta, np.zeros_like(theta), []
    for t, eta in enumerate(rates):
        y = (1 - b1) * z + b1 * x
        g = gradient_at(y, t)
        v = b2 * v + (1 - b2) * g**2
        z = z - eta * (g / (np.sqrt(v / (1 - b2**(t + 1))) + h["epsilon"]) + wd * y)
        weights.append(max(rates[:t + 1])**2)
        c = weights[-1] / sum(weights)
        x = (1 - c) * x + c * z
        yield x


def by_tensor(step):
    """A rule that goes from tensor to tensor: step(state, theta, g, tensor, t, eta, h) for each, its state a dict."""
    def rule(gradient_at, theta, tensors, rates, h):
        states = [{} for _ in tensors]
        own = [{**h, "weight_decay": decay_of(tensor, h)} for tensor in tensors]
        for t, eta in enumerate(rates):
            g, parts, at = gradient_at(theta, t), [], 0
            for tensor, state, of_tensor in zip(tensors, states, own):
                n = tensor["rows"] * tensor["columns"]
                parts.append(step(state, theta[at:at + n], g[at:at + n], tensor, t, eta, of_tensor))
                at += n
            theta = np.concatenate(parts)
            yield theta
    return rule


def by_matrix(step, other, roles):
    """step(state, W, G, t, eta, h) for each matrix of the tensors with these roles, other(...) for vectors."""
    def of_tensor(state, theta, g, tensor, t, eta, h):
        if tensor["role"] not in roles:
            return other(state, theta, g, t, eta, h, h["first_rate"])
        shape = tensor["n_matrices"], -1, tensor["columns"]
        parts = [step(state.setdefault(i, {}), w, b, t, eta, h)
                 for i, (w, b) in enumerate(zip(theta.reshape(shape), g.reshape(shape)))]
        return np.concatenate([part.ravel() for part in parts])
    return by_tensor(of_tensor)


@by_tensor
def lars(state, theta, g, tensor, t, eta, h):
    """You et al. 2017, Algorithm 1."""
    norm, wd = np.linalg.norm, h["weight_decay"]
    rate = h["trust"] * (norm(theta) / (norm(g) + wd * norm(theta)) if norm(theta) and norm(g) else 1)
    state["v"] = h["momentum"] * state.get("v", 0) + eta * rate * (g + wd * theta)
    return theta - state["v"]


def moments(state, g, t, b1, b2):
    """m^ and v^."""
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
    return state["m"] / (1 - b1**(t + 1)), state["v"] / (1 - b2**(t + 1))


@by_tensor
def lamb(state, theta, g, tensor, t, eta, h):
    """You et al. 2020, Algorithm 2, with phi the identity."""
    m, v = moments(state, g, t, h["beta1"], h["beta2"])
    r = m / (np.sqrt(v) + h["epsilon"]) + h["weight_decay"] * theta
    norm = np.linalg.norm
    return theta - eta * (norm(theta) / norm(r) if norm(theta) and norm(r) else 1) * r


def adamw(state, theta, g, t, eta, b1, b2, eps, wd):
    m, v = moments(state, g, t, b1, b2)
    return theta * (1 - eta * wd) - eta * m / (np.sqrt(v) + eps)


def muon_step(state, w, g, t, eta, h):
    """Jordan et al. 2024."""
    a, b, c = 3.4445, -4.7750, 2.0315
    state["B"] = h["momentum"] * state.get("B", 0) + g
    u = g + h["momentum"] * state["B"]
    x = u.T if u.shape[0] > u.shape[1] else u
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(int(h["iterations"])):
        A = x @ x.T
        x = a * x + (b * A + c * A @ A) @ x
    x = x.T if u.shape[0] > u.shape[1] else x
    return w * (1 - eta * h["weight_decay"]) - eta * np.sqrt(max(1, w.shape[0] / w.shape[1])) * x


def muon_other(state, theta, g, t, eta, h, first_rate):
    return adamw(state, theta, g, t, h["fallback_rate"] * eta / first_rate, 0.9, 0.999, 1e-8, h["weight_decay"])


def inverse_fourth_root(matrix, eps):
    values, q = np.linalg.eigh(matrix + eps * np.eye(len(matrix)))
    return q @ np.diag(values**-0.25) @ q.T


def shampoo_step(state, w, g, t, eta, h):
    """Gupta et al. 2018, with exponential means."""
    b1, b2 = h["beta1"], h["beta2"]
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    for side, product in (("left", g @ g.T), ("right", g.T @ g)):
        state[side] = b2 * state.get(side, 0) + (1 - b2) * product
        if t % h["every"] == 0:
            long = len(product) > h["max_dimension"]
            state["of_" + side] = np.eye(len(product)) if long else inverse_fourth_root(state[side], h["epsilon"])
    return w * (1 - eta * h["weight_decay"]) - eta * state["of_left"] @ state["m"] @ state["of_right"]


def shampoo_other(state, theta, g, t, eta, h, first_rate):
    state["S"] = state.get("S", 0) + g**2
    return theta * (1 - eta * h["weight_decay"]) - eta * g / (np.sqrt(state["S"]) + h["epsilon"])


def soap_step(state, w, g, t, eta, h):
    """Vyas et al. 2024, Algorithm 3, with its bases taken before the step."""
    b1, b2 = h["beta1"], h["beta2"]
    for side, product in (("left", g @ g.T), ("right", g.T @ g)):
        state[side] = b2 * state.get(side, 0) + (1 - b2) * product
        basis = "basis_" + side
        if len(product) > h["max_dimension"]:
            state[basis] = np.eye(len(product))
        elif t == 0:
            state[basis] = np.linalg.eigh(state[side])[1]
        elif t % h["every"] == 0:
            state[basis] = np.linalg.qr(state[side] @ state[basis])[0]
    q, p = state["basis_left"], state["basis_right"]
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["v"] = b2 * state.get("v", 0) + (1 - b2) * (q.T @ g @ p)**2
    n = (q.T @ state["m"] @ p) / (1 - b1**(t + 1)) / (np.sqrt(state["v"] / (1 - b2**(t + 1))) + h["epsilon"])
    return w * (1 - eta * h["weight_decay"]) - eta * q @ n @ p.T


def soap_other(state, theta, g, t, eta, h, first_rate):
    return adamw(state, theta, g, t, eta, h["beta1"], h["beta2"], h["epsilon"], h["weight_decay"])


def newton(gradient_at, theta, tensors, rates, h):
    """The matrix is diagonal: rules_trace's curvature. It comes as the difference of two gradients."""
    ones = np.ones_like(theta)
    for t, eta in enumerate(rates):
        g = gradient_at(theta, t)
        theta = theta - eta * g / (gradient_at(theta + ones, t) - g + h["damping"])
        yield theta


def lbfgs(gradient_at, theta, tensors, rates, h):
    """Nocedal and Wright 2006, Algorithm 7.4, without a line search."""
    pairs = []
    for t, eta in enumerate(rates):
        g = gradient_at(theta, t)
        q, a = g, []
        for s, y in reversed(pairs):
            a.append(s @ q / (s @ y))
            q = q - a[-1] * y
        if pairs:
            s, y = pairs[-1]
            q = q * (s @ y) / (y @ y)
        for (s, y), a_i in zip(pairs, reversed(a)):
            q = q + (a_i - y @ q / (s @ y)) * s
        step = -(eta if t else min(1, 1 / np.abs(g).sum()) * eta) * q
        pairs.append((step, gradient_at(theta + step, t) - g))
        pairs = pairs[-int(h["history"]):]
        theta = theta + step
        yield theta


# The blocks of rules_trace: tensor, its bias, first row, rows.
BLOCKS = [("stack", None, 7, 7), ("filters", None, 0, 5), ("dense", "bias", 0, 7)]


def factor(n, size):
    i = np.arange(n)
    return size * 4.0**-np.abs(i[:, None] - i)


def kfac(gradient_at, theta, tensors, rates, h):
    """Martens and Grosse 2015, with the factors that optimizer_run.c gives."""
    ends = np.cumsum([tensor["rows"] * tensor["columns"] for tensor in tensors])
    places = {tensor["name"]: np.arange(end - tensor["rows"] * tensor["columns"], end)
              .reshape(tensor["rows"], tensor["columns"]) for tensor, end in zip(tensors, ends)}
    blocks = []
    for weight, bias, row, n in BLOCKS:
        rows = places[weight][row:row + n]
        blocks.append(np.hstack([rows, places[bias]]) if bias else rows)
    A, G, inverses, v, k = [0] * len(blocks), [0] * len(blocks), [None] * len(blocks), np.zeros_like(theta), 0
    for t, eta in enumerate(rates):
        g = gradient_at(theta, t)
        delta = g.copy()
        if t % h["statistics_every"] == 0:
            k += 1
            e = min(1 - 1 / k, h["statistics_decay"])
        for i, places_of in enumerate(blocks):
            out, into = places_of.shape
            if t % h["statistics_every"] == 0:
                A[i] = e * A[i] + (1 - e) * factor(into, 1 + t / 4)
                G[i] = e * G[i] + (1 - e) * factor(out, 1 / (1 + t))
            if t % h["inverse_every"] == 0:
                pi = np.sqrt((np.trace(A[i]) / into) / (np.trace(G[i]) / out))
                root = np.sqrt(h["damping"])
                inverses[i] = (np.linalg.inv(G[i] + root / pi * np.eye(out)),
                               np.linalg.inv(A[i] + pi * root * np.eye(into)))
            delta[places_of] = inverses[i][0] @ g[places_of] @ inverses[i][1]
        nu = min(1, np.sqrt(h["norm_limit"] / (eta**2 * (delta @ g)))) if h["norm_limit"] else 1
        v = h["momentum"] * v + nu * delta
        theta = theta - eta * v
        yield theta


ALL_MATRICES = ["matrix", "embedding", "output"]
FORMULAS = {
    "sgd": sgd, "sam": sam, "nesterov_lookahead": nesterov_lookahead, "schedule_free_adamw": schedule_free_adamw,
    "lbfgs": lbfgs, "newton": newton, "gauss_newton": newton, "natural_gradient": newton, "kfac": kfac, "lars": lars, "lamb": lamb, "muon": by_matrix(muon_step, muon_other, ["matrix"]),
    "shampoo": by_matrix(shampoo_step, shampoo_other, ALL_MATRICES),
    "soap": by_matrix(soap_step, soap_other, ALL_MATRICES),
}
