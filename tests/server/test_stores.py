from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.server.stores import Stores, id_of, name_of
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow.server.running import Server


async def test_the_server_says_how_it_was_set_up(ask: Ask) -> None:
    info = await ask("GET", "/server")

    assert info["read_only"] is False
    assert info["alone"] is False
    assert info["user"]["name"]


async def test_a_store_that_nobody_logged_to_yet_is_listed_and_not_made(ask: Ask, root: Path, store_id: str) -> None:
    found = await ask("GET", "/stores")

    assert found["stores"] == [
        {
            "id": store_id,
            "name": "project",
            "path": str(root),
            "exists": False,
            "permission": "MANAGE",
            "readable": True,
            "problem": None,
        }
    ]
    assert not list(root.parent.parent.glob("project"))


@pytest.mark.parametrize("nbflow_config", [{"read_only": True}])
async def test_on_a_server_that_only_reads_nobody_may_do_more(ask: Ask) -> None:
    found = await ask("GET", "/stores")

    assert [each["permission"] for each in found["stores"]] == ["READ"]


def test_a_store_is_called_as_its_folder_or_as_the_one_around_it() -> None:
    assert name_of(Path("/home/ada/project/nbruns")) == "project"
    assert name_of(Path("/data/experiments")) == "experiments"
    assert name_of(Path("/nbruns")) == "nbruns"


def test_two_stores_have_two_ids() -> None:
    assert id_of(Path("/a")) != id_of(Path("/b"))


async def test_a_store_is_opened_by_its_path_once_whatever_way_leads_there(ask: Ask, tmp_path: Path) -> None:
    Client(tmp_path / "other").create_experiment("one")
    (tmp_path / "link").symlink_to(tmp_path / "other")

    opened = await ask("POST", "/stores", {"path": str(tmp_path / "link")})
    again = await ask("POST", "/stores", {"path": str(tmp_path / "other" / ".." / "other")})

    assert opened["path"] == str(tmp_path.resolve() / "other")
    assert opened == again
    assert opened["exists"] is True
    assert len((await ask("GET", "/stores"))["stores"]) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"path": "/a", "notebook": "b"}, 400),
        ({"path": "nbruns"}, 400),
        ({"path": ""}, 400),
        ({"path": "sqlite:///a.db"}, 400),
        ({"path": "https://elsewhere.example"}, 400),
        ({"path": "/a\0b"}, 400),
        ({"notebook": "../a.ipynb"}, 400),
        ({"notebook": "a/../../b.ipynb"}, 400),
        ({"notebook": "a\\..\\..\\b.ipynb"}, 400),
        ({"notebook": "a\0b"}, 400),
    ],
)
async def test_what_names_no_store_is_refused(ask: Ask, body: dict[str, str], status: int) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", body)

    assert caught.value.status == status


async def test_a_link_out_of_the_servers_folder_is_not_followed_for_a_notebook(
    ask: Ask, jp_root_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (jp_root_dir / "way").symlink_to(tmp_path / "outside")

    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", {"notebook": "way/a.ipynb"})

    assert caught.value.status == 400


async def test_a_notebooks_store_is_the_nearest_one_upwards(ask: Ask, jp_root_dir: Path) -> None:
    (jp_root_dir / "a" / "b").mkdir(parents=True)
    (jp_root_dir / "a" / "b" / "note.ipynb").write_text("{}")
    (jp_root_dir / "a" / "nbruns").mkdir()
    (jp_root_dir / "nbruns").mkdir()

    found = await ask("POST", "/stores", {"notebook": "a/b/note.ipynb"})
    of_folder = await ask("POST", "/stores", {"notebook": "a/b"})

    assert found["path"] == of_folder["path"] == str(jp_root_dir.resolve() / "a" / "nbruns")


async def test_where_there_is_none_it_is_the_one_that_the_notebook_will_make(ask: Ask, jp_root_dir: Path) -> None:
    (jp_root_dir / "a").mkdir()

    found = await ask("POST", "/stores", {"notebook": "/a/note.ipynb"})

    assert found["path"] == str(jp_root_dir.resolve() / "a" / "nbruns")
    assert found["exists"] is False


async def test_a_store_that_the_environment_names_is_that_of_all_notebooks(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_TRACKING_URI", str(tmp_path / "ours"))

    found = await ask("POST", "/stores", {"notebook": "a/note.ipynb"})

    assert found["path"] == str(tmp_path.resolve() / "ours")


@pytest.mark.parametrize("nbflow_config", [{"open_stores": False}])
async def test_a_server_that_opens_no_others_shows_its_own(ask: Ask, root: Path, store_id: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", {"path": str(tmp_path / "other")})
    own = await ask("POST", "/stores", {"path": str(root)})

    assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert own["id"] == store_id


async def test_what_is_no_store_is_listed_with_what_is_wrong(ask: Ask, root: Path) -> None:
    root.mkdir(parents=True)
    (root / "letters.txt").write_text("…")

    (store,) = (await ask("GET", "/stores"))["stores"]

    assert store["readable"] is False
    assert "is not an nbflow store" in store["problem"]


async def test_a_store_that_is_deleted_is_told_of_and_is_back_when_it_is_made_anew(
    ask: Ask, client: Client, root: Path, store_id: str
) -> None:
    client.create_experiment("one")
    before = await ask("GET", f"/stores/{store_id}/experiments")

    shutil.rmtree(root)
    gone = await ask("GET", "/stores")
    with pytest.raises(Refused) as caught:
        await ask("GET", f"/stores/{store_id}/experiments")
    client.create_experiment("two")
    back = await ask("GET", f"/stores/{store_id}/experiments")

    assert {each["name"] for each in before["experiments"]} >= {"one"}
    assert "is not there any more" in gone["stores"][0]["problem"]
    assert (caught.value.status, caught.value.code) == (503, "TEMPORARILY_UNAVAILABLE")
    assert "is not there any more" in caught.value.message
    assert {each["name"] for each in back["experiments"]} == {"Default", "two"}


async def test_a_store_that_becomes_something_else_is_told_of_and_the_server_goes_on(
    ask: Ask, client: Client, root: Path, store_id: str
) -> None:
    client.create_experiment("one")
    (root / "store.json").write_text("nonsense")

    with pytest.raises(Refused) as caught:
        await ask("GET", f"/stores/{store_id}/experiments")

    assert caught.value.status == 400
    assert "is not an nbflow store" in caught.value.message
    assert await ask("GET", "/server")


async def test_permissions_are_those_of_the_account_that_the_server_runs_for(
    ask: Ask, client: Client, monkeypatch: pytest.MonkeyPatch, store_id: str
) -> None:
    one = client.create_experiment("one")
    client.set_store_permission("user:ada", "MANAGE")
    client.set_store_permission("*", "NO_PERMISSIONS")

    monkeypatch.setenv("NBFLOW_USER", "ben")
    of_stranger = (await ask("GET", "/stores"))["stores"]
    seen = await ask("GET", f"/stores/{store_id}/experiments")
    monkeypatch.setenv("NBFLOW_USER", "ada")
    (owner,) = (await ask("GET", "/stores"))["stores"]

    client.set_experiment_permission(one, "user:ben", "READ")
    monkeypatch.setenv("NBFLOW_USER", "ben")
    (guest,) = (await ask("GET", "/stores"))["stores"]

    assert of_stranger == []  # not even that it is there
    assert seen["experiments"] == []
    assert owner["permission"] == "MANAGE"
    assert guest["permission"] == "NO_PERMISSIONS"


async def test_who_is_nobody_is_told_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_USER", "x" * 300)

    with pytest.raises(Refused) as caught:
        await ask("GET", "/server")

    assert caught.value.status == 400


@pytest.mark.parametrize("jp_argv", [["--NbflowApp.read_only=True"]])
async def test_it_is_set_up_on_the_command_line_too(ask: Ask, jp_argv: Any) -> None:  # noqa: ARG001 - the server's
    assert (await ask("GET", "/server"))["read_only"] is True


async def test_a_notebook_in_no_folder_has_no_store(ask: Ask, server: Server) -> None:
    before = len(server.stores.all())

    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", {"notebook": "no/such/a.ipynb"})

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert len(server.stores.all()) == before


def test_of_stores_that_nobody_made_the_oldest_are_closed_but_for_those_that_are_looked_at(tmp_path: Path) -> None:
    stores = Stores([tmp_path / "first"])
    watched = stores.add_unmade(tmp_path / "watched", lambda _: True)
    made = stores.add_unmade(tmp_path / "made", lambda _: False)
    made.root.mkdir()

    for i in range(300):
        last = stores.add_unmade(tmp_path / f"{i}", lambda store: store is watched)

    kept = stores.all()
    assert len(kept) < 100
    assert {stores.get(id_of(tmp_path / "first")), watched, made, last} <= set(kept)


def test_a_server_starts_though_a_disk_hangs(tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(tmp_path / "there")

    (store,) = Stores([tmp_path / "way"]).all()

    assert store.root == tmp_path / "way"  # nobody looked where it leads, for which there is a time limit
