"""Which displays are figures, and what is kept of them."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest

from nbflow.magics.figures import FigureCopy, figure_of

IMAGE = b"\x89PNG one"
TEXT = base64.b64encode(IMAGE).decode()
VEGA_LITE = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "point"}


class Publisher:
    """What a shell displays with."""

    def publish(self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False) -> None:
        pass

    def clear_output(self, wait: bool = False) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        pass


def copying(limit: int = 1000) -> tuple[FigureCopy, Publisher]:
    publisher = Publisher()
    copy = FigureCopy(SimpleNamespace(display_pub=publisher, displayhook=publisher), limit)
    copy.start()
    return copy, publisher


@pytest.mark.parametrize(
    ("bundle", "kind", "data"),
    [
        ({"image/png": IMAGE, "text/plain": "<Figure>"}, "png", IMAGE),
        ({"image/png": TEXT}, "png", IMAGE),
        ({"image/jpeg": TEXT}, "jpg", IMAGE),
        ({"image/svg+xml": "<svg>ü</svg>"}, "svg", "<svg>ü</svg>".encode()),
        ({"application/vnd.vegalite.v6.json": VEGA_LITE}, "vl.json", json.dumps(VEGA_LITE).encode()),
        (
            {"application/vnd.vegalite.v5+json": VEGA_LITE, "image/png": IMAGE},
            "vl.json",
            json.dumps(VEGA_LITE).encode(),
        ),
        ({"application/vnd.vega.v5+json": '{"a": 1}'}, "vg.json", b'{"a": 1}'),
        ({"application/vnd.plotly.v1+json": {"data": []}}, "plotly.json", b'{"data": []}'),
        ({"image/svg+xml": "<svg/>", "image/png": IMAGE}, "png", IMAGE),
    ],
)
def test_figures(bundle: dict[str, Any], kind: str, data: bytes) -> None:
    assert figure_of(bundle) == (kind, data)


@pytest.mark.parametrize(
    "bundle",
    [
        None,
        {},
        {"text/plain": "1"},
        {"text/html": "<table></table>"},
        {"image/png": ""},
        {"image/png": 3.5},
        {"image/png": "no base64!"},
        {"application/vnd.vegalite.v5+json": {"a": {1}} | {1: {2: object}, (3,): 4}},
        {"text/html": '<div id="altair-viz-0f"></div>})({ no JSON'},
        {"text/html": '<div id="altair-viz-0f"></div>'},
    ],
)
def test_what_is_no_figure(bundle: Any) -> None:
    assert figure_of(bundle) is None


def test_an_altair_chart_is_found_in_the_page_it_is_shown_as() -> None:
    import altair as alt

    # What looks like the end of the page's script may stand in the data.
    chart = alt.Chart({"values": [{"a": "})({"}]}).mark_bar().encode(x="a:N")
    page = chart._repr_mimebundle_()

    found = figure_of(page[0] if isinstance(page, tuple) else page)

    assert found is not None
    assert found[0] == "vl.json"
    assert json.loads(found[1])["mark"] == {"type": "bar"}


def test_displays_and_results_are_numbered_as_they_come() -> None:
    copy, publisher = copying()

    publisher.publish({"image/png": IMAGE})
    publisher.publish(data={"text/plain": "no figure"}, metadata={})
    publisher.write_format_data({"image/svg+xml": "<svg/>"}, {})

    assert copy.files() == {"figure-1.png": IMAGE, "figure-2.svg": b"<svg/>"}


def test_an_update_takes_the_place_of_what_it_updates() -> None:
    copy, publisher = copying()

    publisher.publish({"image/png": IMAGE}, transient={"display_id": "a"})
    publisher.publish({"image/svg+xml": "<svg/>"})
    publisher.publish({"image/png": b"two"}, transient={"display_id": "a"}, update=True)

    assert copy.files() == {"figure-1.png": b"two", "figure-2.svg": b"<svg/>"}


def test_cleared_output_is_not_kept() -> None:
    copy, publisher = copying()

    publisher.publish({"image/png": IMAGE})
    publisher.clear_output(wait=True)
    publisher.publish({"image/png": b"two"})

    assert copy.files() == {"figure-1.png": b"two"}


def test_nothing_is_kept_after_the_end() -> None:
    copy, publisher = copying()

    copy.stop()
    publisher.publish({"image/png": IMAGE})

    assert copy.files() == {}
    assert vars(publisher) == {}


def test_figures_over_the_limit_are_counted() -> None:
    copy, publisher = copying(limit=10)

    publisher.publish({"image/png": b"8 bytes."})
    publisher.publish({"image/png": b"8 more.."})
    publisher.publish({"image/png": b"2b"})

    assert copy.files() == {"figure-1.png": b"8 bytes.", "figure-2.png": b"2b"}
    assert copy.n_left_out == 1
