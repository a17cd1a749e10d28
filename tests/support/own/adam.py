#!/usr/bin/python3
"""Adam in NumPy, in Choi's form as the built-in one."""
import math
import os
import sys

import numpy as np

sys.path.insert(0, os.environ["FAIRLEAD_CLIENTS"])
import fairlead_optimizer


def step(rule):
    h = rule.hyperparameters
    g, (m, v) = rule.gradient, rule.state
    b1, b2, t = h["beta1"], h["beta2"], rule.step + 1
    m *= np.float32(b1)
    m += np.float32(1 - b1) * g
    v *= np.float32(b2)
    v += np.float32(1 - b2) * g * g
    alpha = rule.rate * math.sqrt(1 - b2 ** t) / (1 - b1 ** t)
    rule.parameters -= np.float32(alpha) * m / (np.sqrt(v) + np.float32(h["epsilon"]))


fairlead_optimizer.serve(step)
