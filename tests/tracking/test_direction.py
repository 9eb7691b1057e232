from __future__ import annotations

import pytest

from nbflow.tracking.direction import guess_mode, is_judged, is_time


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
        "std_test_score",
        "std_test_neg_mean_squared_error",
        "accuracy_std",
        "rank_test_score",
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


@pytest.mark.parametrize(
    "metric",
    [
        "accuracy",
        "valAccuracy",
        "train/acc",
        "top5_accuracy",
        "f1",
        "f1_score",
        "R2",
        "roc_auc",
        "prauc",
        "mAP",
        "map50",
        "mIoU",
        "bleu4",
        "rougeL",
        "precision_at_10",
        "recall@5",
        "ndcg@10",
        "mean_reward",
        "step_loss",
        "rmse",
        "neg_mean_squared_error",
    ],
)
def test_metrics_with_a_known_word_do(metric: str) -> None:
    assert is_judged(metric)


@pytest.mark.parametrize("metric", ["std_test_score", "std_fit_time", "accuracy_std", "rank_test_score"])
def test_spreads_and_places_are_not_judged(metric: str) -> None:
    assert not is_judged(metric)


def test_a_time_is_told_by_its_words() -> None:
    assert is_time("mean_fit_time")
    assert is_time("train/seconds")
    assert not is_time("mean_test_score")


@pytest.mark.parametrize("metric", ["rank", "memory", "gap", "rate", "a", "m1", "temperature", "remap", "", "µ"])
def test_names_that_could_mean_either_are_not_judged(metric: str) -> None:
    assert not is_judged(metric)
