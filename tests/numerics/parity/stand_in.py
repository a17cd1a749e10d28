"""Data made up: of a registered workload random pictures of the same shape, in as many classes; a text."""
import atexit
import json
import pathlib
import shutil
import tempfile

import numpy

WORKLOADS = pathlib.Path(__file__).resolve().parents[3] / "suites" / "workloads"


def temporary():
    """A folder that is gone when the program ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fairlead-parity-"))
    atexit.register(shutil.rmtree, folder)
    return folder


def short_text(name):
    """The path of a definition: two LSTMs that carry their state through a text that is soon read, so that epochs begin."""
    folder = temporary()
    text, file = folder / "text", folder / "workload.json"
    text.write_text("".join(numpy.random.default_rng(1).choice(list("abcdefg"), 2000)))
    lstm = {"kind": "lstm", "out": 6, "carry": True}
    file.write_text(json.dumps({
        "workload": name, "data": {"text": str(text), "length": 7},
        "layers": [{"kind": "embedding", "vocabulary": 7, "out": 4}, {"kind": "dropout", "rate": 0.2}, lstm, lstm,
                   {"kind": "add", "from": ["lstm1", "lstm2"]}, {"kind": "dense", "out": 7}],
        "loss": {"kind": "softmax_cross_entropy"}}))
    return file


def stand_in(workload, shape, classes):
    """The path of a definition that differs from the workload's in its data alone."""
    folder = temporary()
    x, y = (folder / name for name in ("x.npy", "y.npy"))
    numpy.save(x, numpy.random.default_rng(1).integers(0, 256, (3 * classes, *shape), numpy.uint8))
    numpy.save(y, numpy.arange(3 * classes) % classes)
    definition = json.loads((WORKLOADS / f"{workload}.json").read_text())
    definition["data"] = {"npy": {"inputs": str(x), "targets": str(y)}}
    file = folder / "workload.json"
    file.write_text(json.dumps(definition))
    return file
