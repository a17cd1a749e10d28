#!/usr/bin/env python3
"""digest.py DIR: everything in a result folder that may not depend on how it came about, a line per record."""
import glob
import json
import sys


def lines(pattern):
    for path in sorted(glob.glob(pattern)):
        for line in open(path, encoding="utf-8"):
            if line.endswith("\n"):
                yield json.loads(line)


folder = sys.argv[1]
points = {}
for point in lines(folder + "/points*.jsonl"):
    step = {key: value for key, value in point.items() if key not in ("seconds", "check")}
    points.setdefault(point["trial"], {})[point["step"]] = json.dumps(step, sort_keys=True)
records = {}
for record in lines(folder + "/trials*.jsonl"):
    slot = (record["arm"], record["index"], record["repeat"])
    if record["status"] == "failed" and slot in records:
        continue
    records[slot] = [record["trial"], record["status"], record["state_hash"], points.get(record["trial"])]
for slot in sorted(records):
    print(*slot, json.dumps(records[slot], sort_keys=True))
