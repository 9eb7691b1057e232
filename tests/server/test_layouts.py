"""Layouts of tables over HTTP: they are the user's whose account the server runs for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from jupyter_server.auth import IdentityProvider, User

from nbflow.server.identity import own_identity
from nbflow.widgets.run_table.layouts import Layouts
from tests.server.asking import Ask, Refused


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep layouts of tests among the tests' files."""
    place = tmp_path / "settings"
    monkeypatch.setenv("NBFLOW_CONFIG_DIR", str(place))
    return place


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


async def refused(ask: Ask, *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await ask(*args, **named)
    return caught.value


async def test_layouts_are_kept_used_and_forgotten(ask: Ask) -> None:
    assert await ask("GET", "/layouts") == {"layouts": {}, "last": None}
    layout = {"columns": ["metrics.loss"], "sort": [{"id": "run_id", "desc": True}]}

    kept = await ask("PUT", "/layouts/wide", {"layout": layout})

    assert kept == {"layouts": {"wide": layout}, "last": "wide"}
    assert Layouts().get("wide") == layout
    assert (await ask("POST", "/layouts", {"name": None}))["last"] is None
    assert (await ask("POST", "/layouts", {"name": "wide"}))["last"] == "wide"
    assert await ask("GET", "/layouts") == kept
    assert await ask("DELETE", "/layouts/wide") == {"layouts": {}, "last": None}


@pytest.mark.parametrize("name", ["a/b", "../x", "use", "<b>", "ünï ☃", ".", "%41", "a?b#c"])
async def test_a_layout_has_any_name_that_can_be_read(ask: Ask, folder: Path, name: str) -> None:
    address = f"/layouts/{quote(name, safe='').replace('.', '%2E')}"
    before = listed(folder.parent)

    kept = await ask("PUT", address, {"layout": {"a": 1}})

    assert kept == {"layouts": {name: {"a": 1}}, "last": name}
    assert listed(folder.parent) == sorted([*before, folder.name])
    assert (await ask("DELETE", address))["layouts"] == {}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/layouts/%20", {"layout": {}}),
        ("PUT", "/layouts/a%00", {"layout": {}}),
        ("PUT", f"/layouts/{'n' * 101}", {"layout": {}}),
        ("PUT", "/layouts/a", {"layout": {"a": "x" * 100_001}}),
        ("PUT", "/layouts/a", {"layout": []}),
        ("PUT", "/layouts/a", {}),
        ("PUT", "/layouts/a", {"layout": {}, "more": 1}),
        ("POST", "/layouts", {}),
        ("POST", "/layouts", {"name": 1}),
    ],
)
async def test_what_cannot_be_kept(ask: Ask, folder: Path, method: str, path: str, body: Any) -> None:
    assert (await refused(ask, method, path, body)).status == 400
    assert listed(folder) == []


ALL: list[tuple[str, str, Any]] = [
    ("GET", "/layouts", None),
    ("PUT", "/layouts/a", {"layout": {}}),
    ("DELETE", "/layouts/a", None),
    ("POST", "/layouts", {"name": None}),
]


@pytest.mark.parametrize(("method", "path", "body"), ALL)
async def test_nobody_gets_in_without_the_token(ask: Ask, method: str, path: str, body: Any) -> None:
    for headers in ({}, {"Authorization": "token wrong"}):
        assert (await refused(ask, method, path, body, headers=headers)).status in (401, 403)


class Somebody(IdentityProvider):
    """Knows that it is Ada, whom the server does not run for."""

    def get_user(self, handler: Any) -> User:
        return User("ada")


class InGroups(IdentityProvider):
    """Knows who the server runs for, and groups, as JupyterHub does."""

    def get_user(self, handler: Any) -> User:
        user = User(own_identity().user)
        user.groups = ["team"]  # type: ignore[attr-defined]
        return user


class TestForOneWhoIsInGroups:
    @pytest.fixture(name="jp_server_config")
    def server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        return {**jp_server_config, "ServerApp": {**jp_server_config["ServerApp"], "identity_provider_class": InGroups}}

    async def test_layouts_are_there(self, ask: Ask) -> None:
        Layouts().save("mine", {"a": 1})

        assert (await ask("GET", "/layouts"))["layouts"] == {"mine": {"a": 1}}


class TestForSomebodyElse:
    @pytest.fixture(name="jp_server_config")
    def server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        return {**jp_server_config, "ServerApp": {**jp_server_config["ServerApp"], "identity_provider_class": Somebody}}

    async def test_there_are_none(self, ask: Ask) -> None:
        Layouts().save("mine", {"a": 1})

        assert await ask("GET", "/layouts") == {"layouts": {}, "last": None}

    @pytest.mark.parametrize(("method", "path", "body"), ALL[1:])
    async def test_none_can_be_changed(self, ask: Ask, method: str, path: str, body: Any) -> None:
        Layouts().save("a", {"a": 1})

        error = await refused(ask, method, path, body)

        assert (error.status, error.code) == (403, "PERMISSION_DENIED")
        assert (Layouts().all(), Layouts().last) == ({"a": {"a": 1}}, "a")
