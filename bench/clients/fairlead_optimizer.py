"""An update rule for Fairlead in Python: put this file beside a script that ends with `fairlead_optimizer.serve(step)`.

For every step `step(rule)` moves rule.parameters in place, and rule.state[0], [1], ... as it likes: float32 arrays that
lie in memory shared with Fairlead and begin as zeros. It sees rule.gradient, rule.rate (the scheduled learning rate),
rule.step (from 0), rule.loss, rule.hyperparameters (by name) and rule.blocks (by name: what part of the arrays a tensor
takes, its shape and role). What it raises ends the trial as failed, in its words. What print writes goes to stderr.
"""
import json
import mmap
import os
import sys
import types

import numpy


class Block(types.SimpleNamespace):
    """A tensor: name, shape, role (matrix, vector, embedding, output), offset and count in every array."""

    def of(self, array):
        """Its part of an array; with the layout "canonical" as a matrix, a row per output."""
        part = array[self.offset:self.offset + self.count]
        if not self.canonical:
            return part
        return part[:numpy.prod(self.shape)].reshape(self.shape[0], -1)


def _start(line):
    first = json.loads(line)
    file = os.open("/dev/shm" + first["memory"], os.O_RDWR)
    memory = mmap.mmap(file, 0)
    os.close(file)
    arrays = numpy.frombuffer(memory, numpy.float32).reshape(2 + first["states"], first["count"])
    canonical = first["layout"] == "canonical"
    blocks = {block["name"]: Block(canonical=canonical, **block) for block in first["blocks"]}
    return types.SimpleNamespace(parameters=arrays[0], gradient=arrays[1], state=arrays[2:], blocks=blocks,
                                 hyperparameters=first["hyperparameters"])


def serve(step):
    """Answer every line until Fairlead closes the pipe."""
    answers, sys.stdout = os.fdopen(os.dup(1), "wb", buffering=0), sys.stderr
    rule = None
    for line in iter(sys.stdin.readline, ""):
        answer = '{"ok":true}'
        try:
            if rule is None:
                rule = _start(line)
            else:
                vars(rule).update(json.loads(line))
                step(rule)
        except Exception as trouble:  # whatever is raised is the trial's end
            answer = json.dumps({"error": f"{type(trouble).__name__}: {trouble}"})
        answers.write(answer.encode() + b"\n")
