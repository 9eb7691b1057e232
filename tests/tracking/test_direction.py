from __future__ import annotations

import pytest

from nbflow.tracking.direction import guess_mode, is_judged


@pytest.mark.parametrize(
    "metric",
    [
        "loss",
        "val_loss",
        "train/loss",
        "validation-loss.mean",
        "valLoss",
        "valloss",
        "log_loss",
        "losses",
        "error",
        "max_error",
        "rmse",
        "RMSE",
        "testRMSE",
        "mse",
        "mae",
        "mape",
        "mean_absolute_percentage_error",
        "perplexity",
        "cross_entropy",
        "negative_log_likelihood",
        "train/seconds",
        "latency_ms",
        "wer",
    ],
)
def test_less_of_an_error_is_better(metric: str) -> None:
    assert guess_mode(metric) == "min"


@pytest.mark.parametrize(
    "metric",
    ["accuracy", "f1", "roc_auc", "r2", "lossless_ratio", "neg_mean_squared_error", "neg_log_loss", "bleu", "", "µ"],
)
def test_more_of_all_others_is_better(metric: str) -> None:
    assert guess_mode(metric) == "max"


@pytest.mark.parametrize("metric", ["epoch", "global_step", "learning_rate", "lr", "system/cpu_utilization_percentage"])
def test_counters_and_schedules_say_nothing_about_how_good_a_run_is(metric: str) -> None:
    assert not is_judged(metric)


@pytest.mark.parametrize("metric", ["accuracy", "step_loss", "rate", ""])
def test_other_metrics_do(metric: str) -> None:
    assert is_judged(metric)
