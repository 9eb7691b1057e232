"""The runs that the benchmark searches: made from their number alone (pure)."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["MetricPoint", "Spec", "spec_of"]

MetricPoint = tuple[str, float, int]
"""Key, value, step."""

_MODELS = ("mlp", "cnn", "resnet18", "resnet50", "transformer", "gbdt")
_OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")
_DATA = ("cifar10", "imagenet", "mnist", "svhn", "tiny-imagenet")
_TEAMS = ("vision", "speech", "search", "ads")
_BEGIN_MS = 1_735_689_600_000  # 2025-01-01, UTC


@dataclass(frozen=True)
class Spec:
    """A run: 10 params (5 numbers, 5 words), 10 metrics, 5 tags."""

    name: str
    start_ms: int
    end_ms: int
    status: str
    params: dict[str, str]
    metrics: list[MetricPoint]
    tags: dict[str, str]


def spec_of(number: int, n_points: int) -> Spec:
    """Make the run of a number, with so many points of each metric."""
    rng = random.Random(number)
    quality = rng.betavariate(5, 2)
    minutes = rng.expovariate(1 / 20) + 0.5
    start_ms = _BEGIN_MS + number * 47_000 + rng.randrange(47_000)
    model = rng.choice(_MODELS)
    params = {
        "learning_rate": f"{10 ** rng.uniform(-5, -1):.6g}",
        "batch_size": str(2 ** rng.randrange(4, 11)),
        "dropout": str(round(rng.uniform(0, 0.6), 2)),
        "epochs": str(rng.randrange(5, 200)),
        "seed": str(rng.randrange(1_000_000)),
        "model": model,
        "optimizer": rng.choice(_OPTIMIZERS),
        "data": rng.choice(_DATA),
        "augment": rng.choice(("True", "False")),
        "note": f"trial {number} of sweep {number // 100}",
    }
    last = {
        "accuracy": quality,
        "loss": -0.9 * quality + 1 + rng.random() * 0.1,
        "val_accuracy": quality * rng.uniform(0.9, 1),
        "val_loss": -0.8 * quality + 1 + rng.random() * 0.2,
        "f1": quality * rng.uniform(0.8, 1),
        "precision": quality * rng.uniform(0.8, 1),
        "recall": quality * rng.uniform(0.8, 1),
        "time_s": minutes * 60,
        "memory_mb": rng.uniform(500, 24_000),
    }
    if rng.random() < 0.9:  # not every run has every metric
        last["auc"] = 0.5 + quality / 2
    metrics = [
        (key, value * (1 - 0.5 / step), step) if step < n_points else (key, value, step)
        for step in range(1, n_points + 1)
        for key, value in last.items()
    ]
    tags = {
        "mlflow.user": f"user{rng.randrange(20)}",
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "team": rng.choice(_TEAMS),
        "mlflow.runName": f"{model}-{number}",
    }
    status = "FAILED" if rng.random() < 0.05 else "FINISHED"
    end_ms = start_ms + round(minutes * 60_000)
    return Spec(tags["mlflow.runName"], start_ms, end_ms, status, params, metrics, tags)
