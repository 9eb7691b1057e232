from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nbflow.errors import RunNotFoundError
from nbflow.widgets import limits
from nbflow.widgets.bundles import shown
from nbflow.widgets.view import View, answers
from tests.widgets.conftest import connected, saved_data

MIME = "application/vnd.nbflow.run.v1+json"
VIEW = "application/vnd.jupyter.widget-view+json"


class Sums(View):
    kind = "run"

    def __init__(self, data: Any = None) -> None:
        super().__init__()
        self.content = data

    def _data(self) -> Any:
        return {"content": self.content}

    def _static(self) -> dict[str, str]:
        return {"text/plain": "sums", "text/html": "<b>sums</b>"}

    @answers("add")
    def _add(self, a: int, b: int = 1) -> int:
        return a + b

    @answers("run")
    def _run(self, run_id: str) -> None:
        raise RunNotFoundError(run_id)


class MoreSums(Sums):
    @answers("twice")
    def _twice(self, values: list[float]) -> Any:
        return {"values": np.array(values) * 2}

    def _add(self, a: int, b: int = 1) -> int:
        return -(a + b)


def test_without_a_kernel_there_is_no_widget_but_all_else() -> None:
    view = Sums([1, 2])

    bundle, metadata = view.bundle()

    assert view.comm is None
    assert metadata == {}
    assert bundle == {
        "text/plain": "sums",
        "text/html": "<b>sums</b>",
        MIME: {"version": 1, "kind": "run", "data": {"content": [1, 2]}, "state": {}, "revision": 0},
    }


def test_a_widget_is_named_in_our_own_data_and_not_the_standard_way() -> None:
    view, page = connected(Sums())

    bundle, _ = view.bundle()

    assert bundle[MIME]["model_id"] == page.comm_id
    assert VIEW not in bundle


def test_long_data_are_saved_as_one_text() -> None:
    bundle, _ = Sums(["x"] * 10_000).bundle()

    assert isinstance(bundle[MIME]["data"], str)
    assert saved_data(bundle, MIME) == {"content": ["x"] * 10_000}


def test_data_above_the_limit_are_left_out_of_the_notebook() -> None:
    bundle, _ = Sums("x" * limits.MAX_SAVED_BYTES).bundle()

    assert bundle[MIME]["data"] is None
    assert bundle["text/html"] == "<b>sums</b>"


def test_questions_are_answered_by_the_methods_marked_for_them() -> None:
    _, page = connected(MoreSums())

    assert page.ask("twice", values=[1, 2])["answer"]["values"].tolist() == [2.0, 4.0]
    assert page.ask("add", a=2)["answer"] == -3  # a subclass may answer anew


def test_the_whole_data_can_be_asked_for() -> None:
    view, page = connected(Sums(np.arange(3)))
    view.push()

    answer = page.ask("data")["answer"]

    assert answer["revision"] == 1
    assert answer["data"]["content"].tolist() == [0, 1, 2]


def test_an_error_of_nbflow_is_answered_with_its_code_and_words() -> None:
    _, page = connected(Sums())

    error = page.ask("run", run_id="nobody")["error"]

    assert error["code"] == "RESOURCE_DOES_NOT_EXIST"
    assert "nobody" in error["message"]


@pytest.mark.parametrize(
    "question",
    [
        {"ask": "nothing"},
        {"ask": "close"},
        {"ask": None},
        {"ask": ["add"]},
        {"ask": "add", "args": {"c": 1}},
        {"ask": "add", "args": [1]},
        {"ask": "bundle", "args": {"name": "../../errors"}},
    ],
)
def test_what_cannot_be_answered_is_told(question: dict[str, Any]) -> None:
    _, page = connected(Sums())

    page.tell({"id": 3, **question})

    (answer,) = page.sent
    assert answer["id"] == 3
    assert answer["error"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("content", [None, 5, "add", [], {}, {"event": "x"}])
def test_what_is_no_question_is_passed_over(content: Any) -> None:
    _, page = connected(Sums())

    page.tell(content)

    assert page.sent == []


def test_a_fault_is_answered_each_time_and_warned_of_once() -> None:
    _, page = connected(Sums())

    with pytest.warns(RuntimeWarning, match="could not answer 'add'"):
        first = page.ask("add", a="text")
    second = page.ask("add", a="text")

    assert first["error"]["code"] == second["error"]["code"] == "INTERNAL_ERROR"
    assert "TypeError" in second["error"]["message"]


def test_changed_data_are_pushed_with_the_next_revision() -> None:
    view, page = connected(Sums([1]))
    view.content = [2]

    view.push()

    (event,) = page.events("data")
    assert event["data"] == {"content": [2]}
    assert event["revision"] == view.revision == page.state["revision"] == 1


def test_what_is_different_can_be_pushed_alone() -> None:
    view, page = connected(Sums())

    view.push({"more": np.arange(2)})

    (event,) = page.events("patch")
    assert (event["base"], event["revision"]) == (0, 1)
    assert event["patch"]["more"].tolist() == [0, 1]


def test_a_closed_view_is_still_shown_with_its_data() -> None:
    view, page = connected(Sums([1]))

    view.close()
    view.push()
    bundle, _ = view._repr_mimebundle_()

    assert page.closed
    assert "model_id" not in bundle[MIME]
    assert saved_data(bundle, MIME) == {"content": [1]}
    view.close()


def test_a_display_of_somebody_elses_is_renewed_by_the_page() -> None:
    view, page = connected(Sums([1]))
    view._repr_mimebundle_()
    view.content = [2]
    view.push()

    view._renewal.now()

    (event,) = page.events("saved")
    assert saved_data(event["bundle"], MIME) == {"content": [2]}


def test_what_is_to_be_renewed_is_renewed_before_the_end() -> None:
    view, page = connected(Sums([1]))
    view._repr_mimebundle_()
    view.push()

    view.close()

    assert len(page.events("saved")) == 1


def test_a_fault_in_renewing_is_told_once_and_stops_nobody() -> None:
    view, page = connected(Sums([object()]))
    view._copied = True
    view._renewal.soon()

    with pytest.warns(RuntimeWarning, match="could not answer 'renew': TypeError"):
        view.close()

    assert view.comm is None
    assert page.events("saved") == []


def test_a_fault_in_a_view_leaves_the_static_display() -> None:
    def make() -> View:
        raise ZeroDivisionError("oh")

    with pytest.warns(RuntimeWarning, match="without its interactive view: ZeroDivisionError: oh"):
        bundle = shown(make, lambda: {"text/plain": "a", "text/html": "b"})

    assert bundle == {"text/plain": "a", "text/html": "b"}


def test_the_arrangement_goes_into_the_notebook() -> None:
    view, page = connected(Sums())

    page.arrange(sort=["a"])

    assert view.bundle()[0][MIME]["state"] == {"sort": ["a"]}
