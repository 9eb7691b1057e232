"""Read a store's registered models with the standard library alone: versions, tags, stages and aliases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Event = dict[str, Any]


def read_models(store: Path) -> dict[str, dict[str, Any]]:
    found = (read_model(folder) for folder in store.glob("models/*") if folder.suffix != ".gc")
    return {model["name"]: model for model in found if model["name"] and not model["deleted"]}


def read_model(folder: Path) -> dict[str, Any]:
    numbers = [path for path in folder.iterdir() if path.name.isdecimal()]
    versions = {int(path.name): version for path in numbers if (version := read_version(path))}
    model: dict[str, Any] = {"name": None, "deleted": False, "tags": {}, "aliases": {}, "versions": versions}
    for event in read_log(folder):
        kind = event["kind"]
        if kind == "renamed" or (kind == "created" and model["name"] is None):
            model["name"] = event["name"]
        if kind in {"alias", "unalias"}:  # the last one counts
            model["aliases"][event["alias"]] = event.get("id", event.get("version"))
        note(model, event)
    live = {number: version for number, version in versions.items() if not version["deleted"]}
    names = {name: number for number, version in live.items() for name in (number, *version["ids"])}
    model["aliases"] = {alias: names[target] for alias, target in model["aliases"].items() if target in names}
    return model


def read_version(folder: Path) -> dict[str, Any] | None:
    version: dict[str, Any] = {"deleted": False, "tags": {}, "stage": "None", "ids": []}
    for event in read_log(folder):
        if event["kind"] == "registered":
            content = [event.get(each) for each in ("run_id", "model_uuid", "files")]
            content.append(event.get("location") or event["source"])
            if version.setdefault("content", content) == content:  # what was registered first counts
                version["ids"].append(event["id"])
                version = {**event, **version, "tags": {**event.get("tags", {}), **version["tags"]}}
        if event["kind"] == "staged":
            version["stage"] = event["stage"]
        note(version, event)
    return version if version["ids"] else None


def note(found: dict[str, Any], event: Event) -> None:
    """Take in what models and versions have in common."""
    if event["kind"] in {"deleted", "restored"}:
        found["deleted"] = event["kind"] == "deleted"
    elif event["kind"] == "tag":
        found["tags"][event["key"]] = event["value"]
    elif event["kind"] == "untag":
        found["tags"].pop(event["key"], None)
    elif event["kind"] == "created":
        found["tags"].update(event.get("tags", {}))


def read_log(folder: Path) -> list[Event]:
    """Give the events of a folder's log in their order: logical time, writer, position."""
    events = []
    for file in (folder / "log").glob("*.jsonl"):
        lines = file.read_bytes().split(b"\n")[:-1]  # what a killed process began has no newline
        events += [(event["t"], file.stem, n, event) for n, event in enumerate(map(json.loads, lines))]
    return [event for _, _, _, event in sorted(events, key=lambda each: each[:3])]
