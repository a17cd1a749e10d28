"""PyTorch's own optimizers under our names, in float64."""
import torch


def own(make):
    """One of torch.optim, as a rule of formulas.py. `make` gets the parameter and the hyperparameters."""
    def rule(gradient_at, theta, tensors, rates, h):
        parameter = torch.nn.Parameter(torch.tensor(theta, dtype=torch.float64))
        optimizer = make([parameter], h)
        for t, eta in enumerate(rates):
            optimizer.param_groups[0]["lr"] = eta
            parameter.grad = torch.tensor(gradient_at(parameter.detach().numpy(), t))
            optimizer.step()
            yield parameter.detach().numpy().copy()
    return rule


def adam_like(kind, **more):
    return own(lambda p, h: kind(p, lr=1, betas=(h["beta1"], h["beta2"]), eps=h["epsilon"], **more))


OPTIMIZERS = {
    "sgd": own(lambda p, h: torch.optim.SGD(p, lr=1)),
    "momentum": own(lambda p, h: torch.optim.SGD(p, lr=1, momentum=h["momentum"])),
    "nesterov": own(lambda p, h: torch.optim.SGD(p, lr=1, momentum=h["momentum"], nesterov=True)),
    "adagrad": own(lambda p, h: torch.optim.Adagrad(
        p, lr=1, eps=h["epsilon"], initial_accumulator_value=h["initial_accumulator"])),
    "adadelta": own(lambda p, h: torch.optim.Adadelta(p, lr=1, rho=h["rho"], eps=h["epsilon"])),
    "adam": adam_like(torch.optim.Adam),
    "adamw": own(lambda p, h: torch.optim.AdamW(
        p, lr=1, betas=(h["beta1"], h["beta2"]), eps=h["epsilon"], weight_decay=h["weight_decay"])),
    "adamax": adam_like(torch.optim.Adamax),
    "amsgrad": adam_like(torch.optim.Adam, amsgrad=True),
    "radam": adam_like(torch.optim.RAdam),
}
