"""The part of `Client` by which people agree on a version: comments, approvals, evaluations, the history of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, UnsupportedValueError
from nbflow.names import check_key
from nbflow.registry import check_alias
from nbflow.tracking.alias_calls import AliasCalls
from nbflow.tracking.registry_lookup import checked_text
from nbflow.values import metric_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.entities import ModelHistoryEntry

__all__ = ["CollaborationCalls"]


class CollaborationCalls(AliasCalls):
    """Saying things about versions, for others to read and for policies to count."""

    def add_comment(self, name: str, version: int | str, text: str) -> None:
        """Say something about a version.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        InvalidInputError
            If it says nothing.
        """
        said = checked_text(text, "the comment")
        if not said.strip():
            raise InvalidInputError("the comment", text, "It must not be blank.")
        _, log = self._version(name, version)
        log.comment(said, self._who())

    def request_approval(self, name: str, version: int | str, alias: str | None = None, text: str = "") -> None:
        """Ask others to approve a version.

        Parameters
        ----------
        name, version
            The version.
        alias
            The alias that it is to get.
        text
            What they should know.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        InvalidNameError
            If no alias may be called so.
        """
        wanted = None if alias is None else check_alias(alias)
        said = checked_text(text, "the text")
        _, log = self._version(name, version)
        log.ask(said, wanted, self._who())

    def approve(self, name: str, version: int | str, text: str = "") -> None:
        """Approve a version. It counts for the policies of aliases that others give to versions others registered.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        """
        self._judge(name, version, text, approved=True)

    def reject(self, name: str, version: int | str, text: str = "") -> None:
        """Reject a version: until you approve it, it gets no alias that has a policy.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        """
        self._judge(name, version, text, approved=False)

    def log_evaluation(self, name: str, version: int | str, metrics: Mapping[str, Any], dataset: str = "") -> None:
        """Note what an evaluation of a version found, for policies to count. `nbflow.evaluate` calls it.

        Parameters
        ----------
        name, version
            The version.
        metrics
            Its metrics. Of each the last value that was found counts.
        dataset
            What it was evaluated on.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        UnsupportedValueError
            If a metric is no number, or the metrics are no dict.
        InvalidInputError
            If there is none.
        """
        if not hasattr(metrics, "items"):
            raise UnsupportedValueError("metrics", metrics, "give a dict of names and values.")
        found = {check_key(key, "metric name"): metric_value(value) for key, value in metrics.items()}
        if not found:
            raise InvalidInputError("metrics", metrics, "An evaluation finds one metric at least.")
        told = checked_text(dataset, "the data set")
        _, log = self._version(name, version)
        log.evaluated(found, told, self._who())

    def model_history(self, name: str, version: int | str | None = None) -> list[ModelHistoryEntry]:
        """Tell what was done to a registered model, or to one of its versions, by whom and when: the oldest first.

        Parameters
        ----------
        name
            The model, which may be in the trash.
        version
            Only what is about this version, which may be in the trash too; None is all.

        Returns
        -------
        entries : list of ModelHistoryEntry
            Nothing ever goes from it, but with what is removed for good.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        ModelVersionNotFoundError
            If there is no such version.
        """
        from nbflow.tracking.model_history import history_of

        model = self._found(name)
        number = None if version is None else self._version_log(model, version, deleted=True).version
        entries = history_of(self._store.models.events(model.folder))
        return [entry for entry, about in entries if number is None or number in about]

    def _judge(self, name: str, version: int | str, text: str, *, approved: bool) -> None:
        said = checked_text(text, "the text")
        _, log = self._version(name, version)
        log.judge(said, self._who(), approved=approved)
