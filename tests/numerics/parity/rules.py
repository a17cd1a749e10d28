"""The update rules, written a second time: PyTorch's own optimizers where they are the same rule, else the formulas of
Choi et al. 2019 (and of the other places of epsilon), each in the paper's letters.

A rule is start(parameters, h) -> step(rate), which moves the parameters by their .grad; h holds the hyperparameters.
"""
import math

import torch


def pytorch(make):
    """One of PyTorch's optimizers, given the rate of every step."""
    def start(parameters, h):
        optimizer = make(parameters, h)

        def step(rate):
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
        return step
    return start


def formula(delta, *first):
    """theta' = theta - delta(h, t, rate, g, *state), t from 0; each state starts filled with its number of `first`."""
    def start(parameters, h):
        states = [[torch.full_like(p, value) for value in first] for p in parameters]
        t = 0

        def step(rate):
            nonlocal t
            for p, state in zip(parameters, states):
                p.data -= delta(h, t, rate, p.grad, *state)
            t += 1
        return step
    return start


def rmsprop(h, t, rate, g, v, m):
    v.mul_(h["rho"]).add_((1 - h["rho"]) * g**2)
    return m.mul_(h["momentum"]).add_(rate * g / (v + h["epsilon"]).sqrt())


def over_root(h, t, mean, v):
    """A mean gradient over the root of v', both corrected for their start, with epsilon where epsilon_form puts it."""
    m_share, v_share, epsilon = 1 - h["beta1"]**(t + 1), 1 - h["beta2"]**(t + 1), h["epsilon"]
    if h["epsilon_form"] == "choi":
        return math.sqrt(v_share) / m_share * mean / (v.sqrt() + epsilon)
    if h["epsilon_form"] == "kingma":
        return mean / m_share / ((v / v_share).sqrt() + epsilon)
    return mean / m_share / (v / v_share + epsilon).sqrt()


def adam(h, t, rate, g, m, v):
    m.mul_(h["beta1"]).add_((1 - h["beta1"]) * g)
    v.mul_(h["beta2"]).add_((1 - h["beta2"]) * g**2)
    return rate * over_root(h, t, m, v)


def nadam(h, t, rate, g, m, v):
    m.mul_(h["beta1"]).add_((1 - h["beta1"]) * g)
    v.mul_(h["beta2"]).add_((1 - h["beta2"]) * g**2)
    return rate * over_root(h, t, h["beta1"] * m + (1 - h["beta1"]) * g, v)


# By name and epsilon_form. The rate given here is replaced before the first step.
RULES = {
    ("sgd", None): pytorch(lambda p, h: torch.optim.SGD(p, lr=1)),
    ("momentum", None): pytorch(lambda p, h: torch.optim.SGD(p, lr=1, momentum=h["momentum"])),
    ("nesterov", None): pytorch(lambda p, h: torch.optim.SGD(p, lr=1, momentum=h["momentum"], nesterov=True)),
    ("rmsprop", "inside"): formula(rmsprop, 1, 0),
    ("rmsprop", "outside"): pytorch(lambda p, h: torch.optim.RMSprop(
        p, lr=1, alpha=h["rho"], eps=h["epsilon"], momentum=h["momentum"])),
    ("adam", "choi"): formula(adam, 0, 0),
    ("adam", "kingma"): pytorch(lambda p, h: torch.optim.Adam(
        p, lr=1, betas=(h["beta1"], h["beta2"]), eps=h["epsilon"])),
    ("adam", "inside"): formula(adam, 0, 0),
    ("nadam", "choi"): formula(nadam, 0, 0),
    ("nadam", "kingma"): formula(nadam, 0, 0),
    ("nadam", "inside"): formula(nadam, 0, 0),
}
