"""What the tests of drawings share: a reader of HTML that is stricter than a browser, and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import write_environment
from nbflow.mlmodel.example import save_example
from nbflow.mlmodel.requirements import Requirements
from nbflow.mlmodel.schema import ColSpec, Schema
from nbflow.mlmodel.signature import ModelSignature
from nbflow.tracking.frame import RunFrame

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

# All that may be drawn: none of these runs or loads anything.
TAGS = set(
    "b bdi caption code details div img pre span style summary table tbody td th thead tr".split(),  # noqa: SIM905
)
ATTRIBUTES = set(
    "align alt aria-hidden aria-label class colspan nowrap role rowspan scope src style tabindex title".split(),  # noqa: SIM905
)


class Node:
    """An element: its tag, its attributes, and what it holds."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node | str] = []

    def __iter__(self) -> Iterator[Node]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child

    @property
    def text(self) -> str:
        if self.tag == "style":
            return ""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str, class_: str = "") -> list[Node]:
        return [
            node
            for node in self
            if node.tag == tag and (not class_ or class_ in node.attributes.get("class", "").split())
        ]

    def one(self, tag: str, class_: str = "") -> Node:
        (found,) = self.all(tag, class_)
        return found

    def rows(self) -> list[list[str]]:
        """The texts of the cells of all rows of tables in here, no-break spaces as spaces."""
        return [
            [cell.text.replace("\u00a0", " ") for cell in row if cell.tag in ("td", "th")] for row in self.all("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}> is not expected"
        names = [name for name, _ in attrs]
        assert set(names) <= ATTRIBUTES, f"attributes {names} are not expected"
        assert len(set(names)) == len(names), f"attributes {names} are doubled"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag == "img":  # it has no end, and what it shows stands in it
            assert node.attributes["src"].startswith("data:image/svg+xml;base64,")
        else:
            assert "src" not in names
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@pytest.fixture
def parse() -> Callable[[str], Node]:
    """Read a drawing, refusing any tag or attribute that is not expected, and tags that do not match."""

    def read(drawn: str) -> Node:
        reader = _Reader()
        reader.feed(drawn)
        reader.close()
        (root,) = reader.open
        return root

    return read


@pytest.fixture
def logged(client: Client) -> Callable[..., tuple[Run, str]]:
    """Log a model without a library: what its files say is all that is drawn. Give the run and the model's URI."""

    def log(
        name: str = "forest", *, example: Any = None, needs: tuple[str, ...] = ("numpy==2.1.0",), **said: Any
    ) -> Any:
        experiment = client.get_experiment_by_name("iris")
        experiment_id = client.create_experiment("iris") if experiment is None else experiment.experiment_id
        run = client.create_run(experiment_id, run_name="keen-fox")
        client.log_metric(run.run_id, "accuracy", 0.93)
        client.log_param(run.run_id, "depth", 7)

        def save(folder: Path) -> Model:
            folder.mkdir()
            write_environment(folder, Requirements(list(needs)))
            signature = ModelSignature(Schema([ColSpec("double", "petal")]), Schema([ColSpec("long")]))
            flavors = {"sklearn": {"sklearn_version": "1.7.2"}, "python_function": {"loader_module": "mlflow.sklearn"}}
            given = {"flavors": flavors, "signature": signature, "model_size_bytes": 1_500, **said}
            document = Model(run_id=run.run_id, artifact_path=name, **given)
            document.saved_input_example_info = None if example is None else save_example(folder, example)
            document.save(folder)
            return document

        client.log_model(run.run_id, name, save)
        return client.get_run(run.run_id), f"runs:/{run.run_id}/{name}"

    return log


@pytest.fixture
def make() -> Callable[..., RunFrame]:
    """Make a frame of n runs, the newest first; columns by name, `__` for a dot."""

    def build(n: int = 3, **columns: Any) -> RunFrame:
        base: dict[str, Any] = {
            "run_id": [f"{i:032x}" for i in range(n)],
            "experiment_id": ["7"] * n,
            "status": ["FINISHED"] * n,
            "artifact_uri": [f"7/{i:032x}/artifacts" for i in range(n)],
            "start_time": [1_763_900_000_000 - 3_600_000 * i for i in range(n)],
            "end_time": [1_763_900_192_000 - 3_600_000 * i for i in range(n)],
            "tags.mlflow.runName": [f"run-{i}" for i in range(n)],
        }
        return RunFrame.from_columns({**base, **{k.replace("__", "."): v for k, v in columns.items()}}, "/data/nbruns")

    return build
