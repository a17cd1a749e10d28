"""The fairlead command, asked for exports and for what it has. A program that imports this ends with 77, which CTest
counts as skipped, where PyTorch is missing."""
import json
import subprocess
import sys
import tempfile

SKIPPED = 77

try:
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; Debian's package is python3-torch")
    sys.exit(SKIPPED)
print(f"PyTorch {torch.__version__}")

from replay import Export


class Fairlead:
    """The command at a path."""

    def __init__(self, program):
        self.program = program
        self.workloads, self.backends = self.registry("workloads"), self.registry("backends")
        self.data = {entry["name"] for entry in json.loads(self.run("data", "list", "--json")) if entry["here"]}

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"fairlead {' '.join(arguments)}\nended with {done.returncode}: {done.stderr}")
        return done.stdout

    def registry(self, kind):
        return {entry["name"]: entry for entry in json.loads(self.run("list", kind, "--json"))[kind]}

    def lacks(self, workload, backend, precision):
        """What a trial would need and is not here, in a sentence; else None. A definition's file has its data."""
        usable = self.backends[backend][precision]
        if usable != "usable":
            return usable
        data = None if workload.endswith(".json") else self.workloads[workload]["data"]
        return f"data set '{data}' is not here" if data and data not in self.data else None

    def export(self, arguments):
        """The export of a trial, read into memory."""
        with tempfile.TemporaryDirectory(prefix="fairlead-parity-") as folder:
            self.run("trial", *arguments, "--eval-every", "0", "--export", folder)
            return Export(folder)
