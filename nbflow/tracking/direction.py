"""Whether more or less of a metric is better, guessed from its name (pure)."""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["Mode", "guess_mode", "is_judged", "is_time"]

Mode = Literal["max", "min"]

# Words of a metric's name that say "the less the better"; whole words, for "lossless_ratio" is not a loss ...
_LESS = re.compile(
    r"err|errors|losses|cost|regret|residual|distance|divergence|deviance|impurity|"  # how far off
    r"mre|rae|rse|rss|sse|msle|mspe|rmspe|rmsle|mase|medae|pinball|huber|"  # of a regression
    r"ce|bce|xent|crossentropy|entropy|nll|hinge|brier|crps|kl|ece|mce|fid|"  # of probabilities
    r"fpr|fnr|fdr|eer|wer|cer|ppl|bpb|bpc|aic|bic|"  # rates, language models, criteria
    r"time|duration|latency|seconds|"
    # ... but for those that are often written together with another: valloss, testrmse, logloss.
    r".*(error|loss|mae|mape|mse|perplexity)"
)
# Words that say "the more the better". A word with neither, such as `rank`, `gap` or `memory`, may be either.
_MORE = re.compile(
    r"acc|.*accuracy|.*score|correct|precision|recall|specificity|sensitivity|tpr|tnr|ppv|npv|"
    r"f1|f2|fbeta|fmeasure|kappa|mcc|.*auc|auroc|auprc|aupr|m?ap|mar|ndcg|dcg|mrr|hits|"  # of classes, of ranks
    r"r2|r2adj|explained|correlation|corr|pearson|pearsonr|spearman|spearmanr|kendall|kendalltau|"  # of a regression
    r"m?iou|dice|jaccard|ari|nmi|ami|silhouette|ssim|psnr|"  # of overlaps, of images
    r"bleu|sacrebleu|rouge|rougel|rougelsum|meteor|cider|chrf|comet|likelihood|elbo|"  # of texts, of probabilities
    r"rewards?|returns?|success|winrate|sharpe|throughput|speedup|fps"
)
# scikit-learn's scorers are negated so that more is better: neg_mean_squared_error.
_NEGATED = frozenset({"neg", "negative"})

# What scikit-learn's searches call the place of a candidate: the first is the best.
_RANK = "rank_test_"
# Words of a metric that says how long a run took.
_TIMES = frozenset({"time", "duration", "latency", "seconds"})

# Words of a metric that says where a run was, not how good it is.
_PROGRESS = frozenset({"epoch", "epochs", "iteration", "iterations", "iter", "step", "steps", "lr"})

# Camel case ends a word too: valLoss, RMSELog.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# With the digits that belong to a word, as in f1 and r2, and not parted by case: mAP, mIoU.
_WHOLE_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
_SEGMENT = re.compile(r"[A-Za-z0-9]+")


def guess_mode(metric: str) -> Mode:
    """Guess from a metric's name whether its best value is the highest or the lowest.

    A name with a word for an error, a loss, a distance, a cost or a time (`val_loss`, `testRMSE`,
    `mean_absolute_error`, `perplexity`, `train/seconds`) is best when low, unless it is negated as scikit-learn's
    scorers are (`neg_mean_squared_error`). So is a spread (`std_test_score`, `accuracy_std`). Every other name is best
    when high.

    Parameters
    ----------
    metric
        The metric's name, without `metrics.`.

    Returns
    -------
    mode : {"max", "min"}
        `"min"` where less is better.
    """
    words = _words(metric)
    if _is_spread(words) or metric.startswith(_RANK):
        return "min"
    less = any(_LESS.fullmatch(word) for word in words)
    if _NEGATED.isdisjoint(words):
        return "min" if less else "max"
    # A negative log-likelihood is a loss itself; any other negated loss is a score.
    return "min" if "likelihood" in words and not less else "max"


def is_judged(metric: str) -> bool:
    """Tell whether a metric's name says how good a run is: whether more or less of it is better is known, not guessed.

    Not so for the counters and schedules of training (`epoch`, `global_step`, `learning_rate`), for what the machine
    did meanwhile (`system/...`), for spreads and places (`std_test_score`, `rank_test_score`), nor for names that could
    mean either (`rank`, `memory`, `gap`).
    """
    words = _words(metric)
    progress = words[-2:] == ["learning", "rate"] or not _PROGRESS.isdisjoint(words[-1:])
    if progress or _is_spread(words) or metric.startswith(("system/", _RANK)):
        return False
    return any(_LESS.fullmatch(word) for word in words) or _says_more(metric)


def is_time(metric: str) -> bool:
    """Tell whether a metric's name says how long a run took, which is judged, but seldom what runs are made for."""
    return not _TIMES.isdisjoint(_words(metric))


def _words(metric: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(metric)]


def _is_spread(words: list[str]) -> bool:
    return "std" in {*words[:1], *words[-1:]}


def _says_more(metric: str) -> bool:
    words = {word.lower() for pattern in (_WHOLE_WORD, _SEGMENT) for word in pattern.findall(metric)}
    words |= {word.rstrip("0123456789") for word in words}
    return any(_MORE.fullmatch(word) for word in words)
