"""Where two correct fp32 programs may part: at a ReLU whose input is zero but for rounding, and at a max-pool whose two
largest values are equal but for rounding. There each program takes its own side, and the gradient jumps.

Exact zeros and exact ties are no such place: everybody gives them to the same side.
"""
import torch

ROUNDING = 1e-6  # of the layer's root mean square: some ten roundings of fp32, as sums over its inputs have them


def relu_margins(layer, x):
    return x.abs()


def max_pool_margins(layer, x):
    k = layer.kernel_size
    first, second = x.unfold(2, k, k).unfold(3, k, k).flatten(4).topk(2).values.unbind(-1)
    return first - second


MARGINS = {torch.nn.ReLU: relu_margins, torch.nn.MaxPool2d: max_pool_margins}


class Watch:
    """Looks on while a model runs. `first` is the first forward pass (from 1) in which something may have flipped."""

    def __init__(self, model):
        self.passes, self.first = 0, None
        model.register_forward_pre_hook(self.begin)
        for layer in model.children():
            if type(layer) in MARGINS:
                layer.register_forward_hook(self.look)

    def begin(self, model, inputs):
        self.passes += 1

    def look(self, layer, inputs, output):
        x = inputs[0].detach()
        margins = MARGINS[type(layer)](layer, x)
        near = (margins > 0) & (margins < ROUNDING * x.pow(2).mean().sqrt())
        if self.first is None and near.any():
            self.first = self.passes
