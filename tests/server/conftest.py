# Imported, not loaded as a plugin: a plugin's event loop fixtures would reach all tests, and break those of browsers.
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403 (brings the fixtures of jupyter_core and of coroutines, too)

from nbflow import Client
from nbflow.server.door import SERVER
from nbflow.server.stores import id_of
from tests.server.asking import Ask, ask_with

if TYPE_CHECKING:
    from nbflow.server.running import Server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The directory of the store that the server is started with; nothing is there yet."""
    return tmp_path.resolve() / "project" / "nbruns"


@pytest.fixture
def client(root: Path) -> Client:
    """The store, past the server and its guards."""
    return Client(root)


@pytest.fixture
def store_id(root: Path) -> str:
    return id_of(root)


@pytest.fixture
def nbflow_config() -> dict[str, Any]:
    """What `c.NbflowApp` is set to besides; for tests to replace."""
    return {}


@pytest.fixture(name="jp_server_config")
def server_config(root: Path, nbflow_config: dict[str, Any]) -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"nbflow": True, "jupyter_server_terminals": False},
            "allow_unauthenticated_access": False,
        },
        "NbflowApp": {"stores": [str(root)], **nbflow_config},
    }


@pytest.fixture
def server(jp_serverapp: Any) -> Server:
    """The server, as its routes see it."""
    found: Server = jp_serverapp.web_app.settings[SERVER]
    return found


@pytest.fixture
def ask(http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str]) -> Ask:
    """Ask with the server's token: see `ask_with`."""
    return ask_with(http_server_client, jp_base_url, jp_auth_header)
