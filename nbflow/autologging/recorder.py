"""Writing to a run, piece by piece: one that cannot be logged is told of, and the others are logged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from time import time_ns
from typing import TYPE_CHECKING, Any

from nbflow.autologging.trouble import careful, tell_once
from nbflow.errors import NbflowError, ParamAlreadySetError
from nbflow.names import MAX_KEY, check_key

if TYPE_CHECKING:
    from nbflow.autologging.settings import Settings
    from nbflow.data import Dataset
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.active import ActiveRun

__all__ = ["MAX_PARAM", "Recorder", "key_of", "param_text"]

MAX_PARAM = 6_000
"""MLflow's; what is longer is nothing to compare runs by."""


class Recorder:
    """A run that is logged to, and what is logged.

    Parameters
    ----------
    run
        The run.
    settings
        What is asked for.
    """

    def __init__(self, run: ActiveRun, settings: Settings) -> None:
        self.run = run
        self.settings = settings

    def piece(self, what: str) -> AbstractContextManager[None]:
        """Guard the logging of one piece; see `careful`."""
        return careful(what, silent=self.settings.silent)

    def params(self, params: Mapping[str, Any]) -> None:
        """Log params. Of those that the run has with another value, what it has is kept, which is told of."""
        texts = {key_of(name): param_text(value) for name, value in params.items()}
        try:
            self.run.log.log(texts, {})
        except ParamAlreadySetError:
            there = self.run.params
            self.run.log.log({name: text for name, text in texts.items() if name not in there}, {})
            others = sorted(name for name, text in texts.items() if there.get(name, text) != text)
            if others and not self.settings.silent:
                tell_once(
                    f"The run {self.run.run_id} has other values of these params already, and keeps them: "
                    f"{', '.join(others)}. Give each training a run of its own: nbflow.start_run(nested=True)."
                )

    def tags(self, tags: Mapping[str, str]) -> None:
        """Set tags."""
        self.run.log.log({}, {key_of(name): param_text(value) for name, value in tags.items()})

    def metrics(self, metrics: Iterable[tuple[str, float]], step: int = 0) -> None:
        """Log one point of several metrics."""
        now = time_ns() // 1_000_000
        points = [(key_of(name), float(value), step, now) for name, value in metrics]
        if points:
            self.run.log.points(points)

    def text(self, text: str, file: str) -> None:
        """Write an artifact of text."""
        self.run.client.log_text(self.run.run_id, text, file)

    def json(self, value: Any, file: str) -> None:
        """Write an artifact of JSON."""
        self.text(json.dumps(value, indent=2, default=str), file)

    def dataset(self, dataset: Dataset | None, context: str) -> None:
        """Log a data set; nothing is one that could not be described."""
        from nbflow.entities import DatasetInput, InputTag
        from nbflow.provenance import context_tags

        if dataset is not None:
            record = dataset.to_entity(context_tags())
            self.run.log.log_inputs([DatasetInput(record, (InputTag("mlflow.data.context", context),))])

    def model(
        self,
        flavor: str,
        model: Any,
        name: str,
        *,
        signature: ModelSignature | None,
        example: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a model, and register it when a name for that is set.

        Parameters
        ----------
        flavor, model, name
            As in `nbflow.tracking.fluent.models.log_as`.
        signature
            What it takes and gives; None is none.
        example
            Rows of what it takes.
        options
            What only the flavor knows; those that are None are left to it.
        """
        from nbflow.tracking.fluent.models import log_as

        log_as(
            flavor,
            model,
            name,
            signature=signature or False,
            input_example=example if self.settings.log_input_examples else None,
            registered_model_name=self.settings.registered_model_name,
            options={key: value for key, value in (options or {}).items() if value is not None},
        )


def key_of(name: object) -> str:
    """Give a name that a param, a metric or a tag can have: what it cannot hold is an underscore.

    Examples
    --------
    >>> key_of("valid-ndcg@10"), key_of("svc__C"), key_of("what?")
    ('valid-ndcg_at_10', 'svc__C', 'what_')
    """
    text = str(name).replace("@", "_at_")[:MAX_KEY]
    try:
        return check_key(text, "name")
    except NbflowError:
        # A slash, too: it may stand where it would make another name.
        return re.sub(r"[^\w.\- :]", "_", text).strip(".") or "_"


def param_text(value: object) -> str:
    """Give a param's text; a long one is cut, with a word of how much there was."""
    try:
        text = str(value).encode("utf-8", "replace").decode()  # a lone surrogate is in no file
    except Exception:  # noqa: BLE001 - somebody's __repr__; the other params are worth having
        text = f"<{type(value).__name__}>"
    if len(text) <= MAX_PARAM:
        return text
    note = f"... (cut: {len(text):,} characters)"
    return text[: MAX_PARAM - len(note)] + note
