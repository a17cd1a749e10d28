"""A registered workload on stand-ins for its data: random pictures of the same shape, in as many classes."""
import atexit
import json
import pathlib
import shutil
import tempfile

import numpy

WORKLOADS = pathlib.Path(__file__).resolve().parents[3] / "suites" / "workloads"


def stand_in(workload, shape, classes):
    """The path of a definition that differs from the workload's in its data alone; gone when the program ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fairlead-parity-"))
    atexit.register(shutil.rmtree, folder)
    x, y = (folder / name for name in ("x.npy", "y.npy"))
    numpy.save(x, numpy.random.default_rng(1).integers(0, 256, (3 * classes, *shape), numpy.uint8))
    numpy.save(y, numpy.arange(3 * classes) % classes)
    definition = json.loads((WORKLOADS / f"{workload}.json").read_text())
    definition["data"] = {"npy": {"inputs": str(x), "targets": str(y)}}
    file = folder / "workload.json"
    file.write_text(json.dumps(definition))
    return file
