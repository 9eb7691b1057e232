"""Read a store of format 1 with the standard library alone: each run's status, params, tags and latest metrics."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any


def read_runs(store: Path) -> dict[str, dict[str, Any]]:
    return {log.parent.name: run for log in store.glob(f"[0-9]*/{'[0-9a-f]' * 32}/log") if (run := read_run(log))}


def read_run(log: Path) -> dict[str, Any] | None:
    events, points, names, status = [], [], {}, None
    for file in log.glob("*.jsonl"):
        for n, line in enumerate(file.read_bytes().split(b"\n")[:-1]):  # what a killed process began has no newline
            event = json.loads(line)
            events.append((event["t"], file.stem, n, event))
    for file in log.glob("*.metrics"):
        data = file.read_bytes()  # a header of 32 bytes, then 32 for each point; the last one may be torn
        points += [(file.stem, *point) for point in struct.iter_unpack("<qqdII", data[32 : len(data) // 32 * 32])]
    found: dict[str, dict[str, Any]] = {"params": {}, "tags": {}}
    for _, writer, _, event in sorted(events, key=lambda each: each[:3]):
        if event["kind"] == "param":
            found["params"].setdefault(event["key"], event["value"])  # the first value counts
        elif event["kind"] in {"tag", "untag"}:
            found["tags"][event["key"]] = event.get("value")  # the last one, if it was not taken away
        elif event["kind"] == "key":
            names[writer, event["id"]] = event["key"]
        elif event["kind"] in {"started", "resumed", "ended"}:
            status = event.get("status", "RUNNING")
    points.sort(key=lambda point: (point[1:3], 0.0 if point[3] != point[3] else point[3]))  # step, time, value
    metrics = {names[writer, number]: value for writer, _, _, value, number, _ in points}
    tags = {key: value for key, value in found["tags"].items() if value is not None}
    return {"status": status, "params": found["params"], "tags": tags, "metrics": metrics} if status else None
