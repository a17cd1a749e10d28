#!/usr/bin/python3
"""Clients that do one thing wrong: bad.py WHAT STEP. Without it they are SGD, or Momentum where they have a state; the
standard library is enough."""
import json
import math
import mmap
import os
import signal
import struct
import sys
import time

what, when = sys.argv[1], int(sys.argv[2])


def write_padding(memory, count, blocks):
    ends = [block["offset"] for block in blocks[1:]] + [count]
    for block, end in zip(blocks, ends):
        for i in range(block["offset"] + math.prod(block["shape"]), end):
            memory[4 * i:4 * i + 4] = struct.pack("f", 7)


def do_wrong(memory, count, shared, blocks):
    if what == "exit":
        sys.exit(3)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "parent" and not os.path.exists("killed_once"):
        open("killed_once", "w").close()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    if what == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    if what == "slow":
        time.sleep(600)
    if what == "closed":
        os.close(1)
        time.sleep(600)
    if what == "truncate":
        os.ftruncate(shared, 0)
    if what in ("nan_gradient", "nan_both", "nan_state"):
        for array in {"nan_gradient": [1], "nan_both": [0, 1], "nan_state": [2]}[what]:
            memory[4 * array * count:4 * array * count + 4] = struct.pack("f", float("nan"))
    if what == "padding":
        write_padding(memory, count, blocks)
    if what in ("ahead", "twice"):
        os.write(1, b'{"ok":true}\n' * (2 if what == "twice" else 1))
        time.sleep(0.2 if what == "ahead" else 0)
    if what in ("nan", "inf"):
        memory[4 * (count // 2):4 * (count // 2) + 4] = struct.pack("f", float(what))
    return {"garbage": "garbage\n", "empty": "\n", "false": '{"ok":false}\n', "long": "x" * 70000 + "\n",
            "error": '{"error": "there is no more light"}\n', "more": '{"ok":true,"and":1}\n',
            "nul": '{"ok":true}\0junk\n', "bytes": "\udcff\udcfe\x1b[31m\n",
            "long_word": '{"error": "' + 120 * "\u20ac" + '"}\n'}.get(what)


def main():
    first = json.loads(sys.stdin.readline())
    if when < 0:
        do_wrong(None, 1, None, [])
    shared, count = os.open("/dev/shm" + first["memory"], os.O_RDWR), first["count"]
    memory = mmap.mmap(shared, 0)
    os.write(1, b'{"ok":true}\n')
    own = [0] * count
    for line in sys.stdin:
        now = json.loads(line)
        theta = memoryview(memory).cast("f")[:count]
        gradient = memoryview(memory).cast("f")[count:2 * count]
        velocity = memoryview(memory).cast("f")[2 * count:]
        for i in range(count):
            if first["states"]:
                velocity[i] = 0.5 * velocity[i] + gradient[i]
            own[i] = (0.5 * own[i] if what == "forgets" else 0) + gradient[i]  # in no state of those it is lent
            theta[i] -= now["rate"] * (velocity[i] if first["states"] else own[i])
        answer = do_wrong(memory, count, shared, first["blocks"]) if now["step"] == when else None
        if what == "tells" and now["step"] == when:
            answer = json.dumps({"error": f"the loss is {now['loss']!r}"}) + "\n"
        if what == "late" and now["step"] == when:
            os.write(1, b'{"ok":true}\n')
            time.sleep(0.3)
        os.write(1, (answer or '{"ok":true}\n').encode("utf-8", "surrogateescape"))


main()
