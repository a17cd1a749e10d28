"""The update rules, written a second time: PyTorch's own optimizers where they are the same rule, else the formulas of
Choi et al. 2019 (and of the other places of epsilon), each in the paper's letters; rules that look at matrices or ask for
gradients elsewhere are those of ../rules/formulas.py.

A rule is start(parameters, h) -> step(rate), which moves the parameters by their .grad; h holds the hyperparameters.
"""
import math
import pathlib
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "rules"))
import formulas


def decay_of(p, h):
    """The weight decay of one tensor: where `decay` is "matrices" vectors are spared it."""
    return 0 if h.get("decay") == "matrices" and p.dim() < 2 else h.get("weight_decay", 0)


def pytorch(make):
    """One of PyTorch's optimizers, given the rate of every step."""
    def start(parameters, h):
        optimizer = make(parameters, h)

        def step(rate):
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        return step
    return start


class Whole:
    """A rule of formulas.py, which asks for the gradients of all steps where it wants them; `loss_at_start`: the loss of
    a step is that at its parameters, wherever the gradient is taken."""

    def __init__(self, name, loss_at_start=False):
        self.rule, self.loss_at_start = formulas.FORMULAS[name], loss_at_start


def formula(delta, *first):
    """theta' = theta - delta(h, t, rate, g, *state), t from 0; each state starts filled with its number of `first`. A
    weight decay is decoupled: theta - rate weight_decay theta first."""
    def start(parameters, h):
        states = [[torch.full_like(p, value) for value in first] for p in parameters]
        t = 0

        def step(rate):
            nonlocal t
            for p, state in zip(parameters, states):
                p.data *= 1 - rate * decay_of(p, h)
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


def rmsterov(h, t, rate, g, v, m):
    v.mul_(h["rho"]).add_((1 - h["rho"]) * g**2)
    step = rate * g / (v + h["epsilon"]).sqrt()
    return h["momentum"] * m.mul_(h["momentum"]).add_(step) + step


def lion(h, t, rate, g, m):
    step = rate * torch.sign(h["beta1"] * m + (1 - h["beta1"]) * g)
    m.mul_(h["beta2"]).add_((1 - h["beta2"]) * g)
    return step


def betas(optimizer, **fixed):
    """One of PyTorch's relatives of Adam, without a decay of its own but for ours."""
    return pytorch(lambda p, h: optimizer([{"params": [q], "weight_decay": decay_of(q, h)} for q in p], lr=1,
                                          betas=(h["beta1"], h["beta2"]), eps=h["epsilon"], **fixed))


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
    ("adagrad", None): pytorch(lambda p, h: torch.optim.Adagrad(
        p, lr=1, eps=h["epsilon"], initial_accumulator_value=h["initial_accumulator"])),
    ("adadelta", None): pytorch(lambda p, h: torch.optim.Adadelta(p, lr=1, rho=h["rho"], eps=h["epsilon"])),
    ("adamw", "kingma"): betas(torch.optim.AdamW),
    ("nadamw", "kingma"): formula(nadam, 0, 0),
    ("adamax", None): betas(torch.optim.Adamax),
    ("amsgrad", "kingma"): betas(torch.optim.Adam, amsgrad=True),
    ("radam", "choi"): betas(torch.optim.RAdam),
    ("lion", None): formula(lion, 0),
    ("rmsterov", None): formula(rmsterov, 1, 0),
    ("lars", None): Whole("lars"),
    ("lamb", "kingma"): Whole("lamb"),
    ("sam", None): Whole("sam"),
    ("nesterov_lookahead", None): Whole("nesterov_lookahead", loss_at_start=True),
    ("schedule_free_adamw", None): Whole("schedule_free_adamw"),
    ("muon", None): Whole("muon"),
    ("shampoo", None): Whole("shampoo"),
    ("soap", None): Whole("soap"),
}
