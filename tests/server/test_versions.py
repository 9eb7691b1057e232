"""Versions over HTTP: registering them, their cards, what is done to them, and who is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.provenance.user import user_name
from tests.server.asking import Ask, Refused
from tests.server.registered import logged_model, registered_model

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def net(client: Client, store_id: str) -> str:
    """Register two versions of a model, and give its address."""
    registered_model(client)
    return f"/stores/{store_id}/models/net"


# ---------------------------------------------------------------- registering


async def test_a_model_of_a_run_is_registered(ask: Ask, client: Client, store_id: str) -> None:
    source = logged_model(client)
    run_id = source.split("/")[1]
    body = {"source": source, "run_id": run_id, "description": "the first"}

    made = await ask("POST", f"/stores/{store_id}/models/new/versions", body)

    assert (made["name"], made["version"], made["run_id"]) == ("new", 1, run_id)
    kept = client.get_model_version("new", 1)
    assert (kept.description, kept.user_id, kept.metrics) == ("the first", user_name(), {"auc": 0.5})


@pytest.mark.parametrize("source", ["models:/net/1", "models:/net@champion"])
async def test_a_version_becomes_one_of_another_model(
    ask: Ask, client: Client, store_id: str, net: str, source: str
) -> None:
    assert net
    client.set_registered_model_alias("net", "champion", 1)

    made = await ask("POST", f"/stores/{store_id}/models/other/versions", {"source": source})

    assert (made["name"], made["version"], made["source"]) == ("other", 1, "models:/net/1")


@pytest.mark.parametrize(
    "source",
    [
        "{folder}",
        "file:{folder}",
        "s3://bucket/model",
        "http://127.0.0.1:1/model",
        "memory://model",
        "",
        "runs:/",
        "runs:/none/model",
        "runs:/{run_id}/../../../model",
        "models:/net/1/../../..",
        "models:/net",
    ],
)
async def test_what_cannot_be_registered_from_a_page(
    ask: Ask, client: Client, net: str, tmp_path: Path, source: str
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    run_id = client.search_runs(["0"])[0].run_id
    body = {"source": source.format(folder=tmp_path / "model", run_id=run_id)}

    with pytest.raises(Refused) as caught:
        await ask("POST", f"{net}/versions", body)

    assert caught.value.status in (400, 404)
    assert len(client.search_model_versions("name = 'net'")) == 2


async def test_a_run_that_the_source_is_not_of(ask: Ask, client: Client, net: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", f"{net}/versions", {"source": logged_model(client), "run_id": "0" * 32})

    assert caught.value.status == 400


async def test_a_run_without_a_model(ask: Ask, client: Client, net: str) -> None:
    run_id = client.create_run("0").run_id

    with pytest.raises(Refused) as caught:
        await ask("POST", f"{net}/versions", {"source": f"runs:/{run_id}/model"})

    assert caught.value.status == 404


# ---------------------------------------------------------------- the card


async def test_the_card_of_a_version(ask: Ask, client: Client, net: str) -> None:
    client.set_registered_model_alias("net", "champion", 2)

    found = await ask("GET", f"{net}/versions/2")

    assert (found["uri"], found["aliases"], found["permission"]) == ("models:/net/2", ["champion"], "MANAGE")
    assert [each["name"] for each in found["inputs"]["rows"]] == ["x"]
    assert found["metrics"] == [{"name": "auc", "value": 0.2, "evaluated": None}]
    assert [row["version"] for row in found["versions"]["rows"]] == [2, 1]
    assert found["differences"]["before"] == 1
    assert (found["run_id"], found["artifact_path"]) == (client.get_model_version("net", 2).run_id, "model")
    assert found["history"][0]["action"] == "alias set"


async def test_no_model_is_loaded_by_the_server(ask: Ask, net: str) -> None:
    trial = (await ask("GET", f"{net}/versions/2"))["trial"]

    assert (trial["fields"], trial["params"]) == ([], [])
    assert 'nbflow.ModelCard("models:/net/2")' in trial["reason"]
    for question in ("load", "predict"):
        with pytest.raises(Refused) as caught:
            await ask("POST", f"{net}/versions/2/{question}", {})
        assert caught.value.status == 404


async def test_versions_are_compared_the_older_one_first(ask: Ask, net: str) -> None:
    found = await ask("GET", f"{net}/versions/2/differences", query={"version": 1})
    turned = await ask("GET", f"{net}/versions/1/differences", query={"version": 2})

    assert found == turned
    assert (found["before"], found["after"]) == (1, 2)
    (metrics,) = [group for group in found["groups"] if group["title"] == "Metrics"]
    assert [(row["name"], row["before"], row["after"]) for row in metrics["rows"]] == [("auc", "0.1", "0.2")]


@pytest.mark.parametrize(("query", "status"), [({}, 400), ({"version": "a"}, 400), ({"version": "9"}, 404)])
async def test_a_comparison_with_nothing(ask: Ask, net: str, query: dict[str, str], status: int) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{net}/versions/2/differences", query=query)

    assert caught.value.status == status


@pytest.mark.parametrize(("version", "status"), [("9", 404), ("none", 400), ("-1", 400), ("1.5", 400), ("%00", 400)])
async def test_a_version_that_is_not_there(ask: Ask, net: str, version: str, status: int) -> None:
    for method, at, body in OPERATIONS:
        if at == "/restore" and status == 400:
            continue
        with pytest.raises(Refused) as caught:
            await ask(method, f"{net}/versions/{version}{at}", body, query=QUERIES.get(at))
        assert caught.value.status == status


# ---------------------------------------------------------------- what is done to it


async def test_what_the_card_does(ask: Ask, client: Client, net: str) -> None:
    async def act(action: str, **args: str) -> str:
        said: str = (await ask("POST", f"{net}/versions/1/act", {"action": action, "args": args}))["said"]
        return said

    said = [
        await act("describe", text="the first"),
        await act("set_tag", key="checked", value="yes"),
        await act("set_alias", alias="champion"),
        await act("comment", text="good"),
    ]

    version = client.get_model_version("net", 1)
    assert (version.description, version.tags, version.aliases) == ("the first", {"checked": "yes"}, ("champion",))
    assert said[2] == "@champion stands for version 1."
    assert client.model_history("net", 1)[-1].text == "version 1: commented: good"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "load", "args": {}}, 400),
        ({"action": "set_alias", "args": {}}, 400),
        ({"action": "set_alias", "args": {"alias": 1}}, 400),
        ({"action": "set_alias", "args": {"alias": "latest"}}, 400),
        ({"action": "comment", "args": {"text": " "}}, 400),
        ({"action": "set_alias", "args": {"alias": "guarded"}}, 409),
        ({"args": {}}, 400),
        ([], 400),
    ],
)
async def test_what_the_card_refuses(ask: Ask, client: Client, net: str, body: Any, status: int) -> None:
    client.set_alias_policy("net", "guarded", approvals=1)

    with pytest.raises(Refused) as caught:
        await ask("POST", f"{net}/versions/1/act", body)

    assert caught.value.status == status
    assert client.get_model_version("net", 1).aliases == ()


async def test_a_policy_says_what_is_missing(ask: Ask, client: Client, net: str) -> None:
    client.set_alias_policy("net", "champion", approvals=1)

    with pytest.raises(Refused) as caught:
        await ask("PUT", f"{net}/aliases/champion", {"version": 1})

    assert caught.value.body["details"]["missing"]


async def test_an_alias_is_set_and_taken_away(ask: Ask, client: Client, net: str) -> None:
    await ask("PUT", f"{net}/aliases/champion", {"version": 2})
    after = client.get_registered_model("net").aliases
    await ask("DELETE", f"{net}/aliases/champion")

    assert (after, client.get_registered_model("net").aliases) == ({"champion": 2}, {})


@pytest.mark.parametrize(
    ("alias", "body", "status"),
    [
        ("champion", {"version": 9}, 404),
        ("champion", {"version": "two"}, 400),
        ("champion", {}, 400),
        ("latest", {"version": 1}, 400),
        ("v3", {"version": 1}, 400),
        ("a%20b", {"version": 1}, 400),
    ],
)
async def test_an_alias_that_cannot_be_set(ask: Ask, net: str, alias: str, body: Any, status: int) -> None:
    with pytest.raises(Refused) as caught:
        await ask("PUT", f"{net}/aliases/{alias}", body)

    assert caught.value.status == status


async def test_a_version_goes_into_the_trash_and_comes_back(ask: Ask, client: Client, net: str) -> None:
    await ask("DELETE", f"{net}/versions/2")
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{net}/versions/2")
    await ask("POST", f"{net}/versions/2/restore")

    assert (caught.value.status, client.get_model_version("net", 2).lifecycle_stage) == (404, "active")


# ---------------------------------------------------------------- who is refused

OPERATIONS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("GET", "/differences", None),
    ("POST", "/act", {"action": "comment", "args": {"text": "good"}}),
    ("DELETE", "", None),
    ("POST", "/restore", None),
]
QUERIES: dict[str, Any] = {"/differences": {"version": 2}}
OTHERS: list[tuple[str, str, Any]] = [
    ("PUT", "/aliases/champion", {"version": 1}),
    ("DELETE", "/aliases/champion", None),
]
ALL = [*((method, f"/versions/1{at}", body) for method, at, body in OPERATIONS), *OTHERS]


@pytest.mark.parametrize(("method", "at", "body"), [*ALL, ("POST", "/versions", {"source": "models:/net/1"})])
async def test_nobody_is_let_in(ask: Ask, client: Client, net: str, method: str, at: str, body: Any) -> None:
    before = client.model_history("net")

    with pytest.raises(Refused) as caught:
        await ask(method, f"{net}{at}", body, headers={}, query=QUERIES.get(at.removeprefix("/versions/1")))

    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")
    assert client.model_history("net") == before


@pytest.mark.parametrize(("method", "at", "body"), ALL)
async def test_who_may_not_see_a_model_is_told_that_there_is_none(
    ask: Ask, client: Client, net: str, method: str, at: str, body: Any
) -> None:
    client.set_registered_model_permission("net", f"user:{user_name()}", "NO_PERMISSIONS")

    with pytest.raises(Refused) as caught:
        await ask(method, f"{net}{at}", body, query=QUERIES.get(at.removeprefix("/versions/1")))

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(("method", "at", "body"), [*ALL[2:], ("POST", "/versions", {"source": "models:/net/1"})])
async def test_who_may_only_read_changes_nothing(
    ask: Ask, client: Client, net: str, method: str, at: str, body: Any
) -> None:
    client.set_registered_model_permission("net", f"user:{user_name()}", "READ")
    before = client.model_history("net")

    with pytest.raises(Refused) as caught:
        await ask(method, f"{net}{at}", body)

    assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert client.model_history("net") == before
    assert (await ask("GET", f"{net}/versions/1"))["permission"] == "READ"


async def test_a_model_of_a_run_that_may_not_be_seen_is_not_registered(ask: Ask, client: Client, net: str) -> None:
    source = logged_model(client)
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    with pytest.raises(Refused) as caught:
        await ask("POST", f"{net}/versions", {"source": source})

    assert caught.value.status == 404


async def test_the_name_of_a_run_that_may_not_be_seen_is_left_out(ask: Ask, client: Client, net: str) -> None:
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    pages = [await ask("GET", address, whole=True) for address in (net, f"{net}/versions/2")]

    assert not any(b"run 0." in page.body for page in pages)


class TestOnAServerThatOnlyReads:
    @pytest.fixture
    def nbflow_config(self) -> dict[str, Any]:
        return {"read_only": True}

    async def test_nothing_is_changed(self, ask: Ask, client: Client, net: str) -> None:
        before = client.model_history("net")

        for method, at, body in ALL[2:]:
            with pytest.raises(Refused) as caught:
                await ask(method, f"{net}{at}", body)
            assert caught.value.status == 403
        assert client.model_history("net") == before


# ---------------------------------------------------------------- its files


async def test_the_files_of_a_version_are_on_its_page(ask: Ask, net: str) -> None:
    page = await ask("GET", f"{net}/versions/1")

    sizes = {entry["path"]: entry["size"] for entry in page["artifacts"]["folders"][""]}
    assert sizes["weights.bin"] == len(b"weights")
    assert "MLmodel" in sizes


async def test_a_folder_of_a_version_is_listed_and_a_file_previewed(ask: Ask, net: str) -> None:
    listed = await ask("GET", f"{net}/versions/1/artifacts")
    preview = await ask("GET", f"{net}/versions/1/preview", query={"path": "MLmodel"})

    assert {"path": "weights.bin", "is_dir": False, "size": 7} in listed["entries"]
    assert preview["kind"] == "text"
    assert "loader" in preview["text"]


async def test_a_file_of_a_version_comes_whole_and_in_part(ask: Ask, net: str, jp_auth_header: dict[str, str]) -> None:
    address = f"{net}/versions/1/files/weights.bin"

    whole = await ask("GET", address, whole=True)
    part = await ask("GET", address, headers={**jp_auth_header, "Range": "bytes=0-3"}, whole=True)

    assert (whole.code, whole.body) == (200, b"weights")
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert (part.code, part.body, part.headers["Content-Range"]) == (206, b"weig", "bytes 0-3/7")


async def test_a_version_whose_files_were_copied_into_the_store_has_them(
    ask: Ask, client: Client, store_id: str, tmp_path: Path
) -> None:
    source = logged_model(client)
    folder = client.download_artifacts(source.split("/")[1], "model", str(tmp_path))
    client.register_model(folder, "copied")

    listed = await ask("GET", f"/stores/{store_id}/models/copied/versions/1/artifacts")
    found = await ask("GET", f"/stores/{store_id}/models/copied/versions/1/files/weights.bin", whole=True)

    assert {"path": "weights.bin", "is_dir": False, "size": 7} in listed["entries"]
    assert found.body == b"weights"


async def test_a_version_on_another_machine_is_listed_when_asked_for(ask: Ask, client: Client, store_id: str) -> None:
    import fsspec

    fsspec.filesystem("memory").pipe_file("/far/model/deep/weights.bin", b"weights")
    client.create_registered_model("far")
    client.create_model_version("far", "memory://far/model")
    address = f"/stores/{store_id}/models/far/versions/1"

    page = await ask("GET", address)
    listed = await ask("GET", f"{address}/artifacts", query={"path": "deep"})
    found = await ask("GET", f"{address}/files/deep/weights.bin", whole=True)

    assert page["artifacts"] == {"folders": {}, "why": None}
    assert listed["entries"] == [{"path": "deep/weights.bin", "is_dir": False, "size": 7}]
    assert found.body == b"weights"


@pytest.mark.parametrize("path", ["none.bin", "../other.txt", "%2e%2e/other.txt", "%2e%2e%2fother.txt"])
async def test_what_is_no_file_of_a_version(ask: Ask, client: Client, net: str, path: str) -> None:
    run_id = client.get_model_version("net", 1).run_id
    assert run_id is not None
    client.log_text(run_id, "secret", "other.txt")

    found = await ask("GET", f"{net}/versions/1/files/{path}", whole=True)

    assert found.code in (400, 404)
    assert b"secret" not in found.body


async def test_who_may_see_a_model_may_see_its_files_and_no_others_of_the_run(
    ask: Ask, client: Client, net: str
) -> None:
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    found = await ask("GET", f"{net}/versions/1/files/weights.bin", whole=True)
    listed = await ask("GET", f"{net}/versions/1/artifacts")

    assert found.body == b"weights"
    assert "MLmodel" in {entry["path"] for entry in listed["entries"]}


async def test_who_may_not_see_a_model_does_not_learn_of_its_files(ask: Ask, client: Client, net: str) -> None:
    client.set_registered_model_permission("net", f"user:{user_name()}", "NO_PERMISSIONS")

    for end in ("artifacts", "preview?path=MLmodel", "files/weights.bin"):
        found = await ask("GET", f"{net}/versions/1/{end}", whole=True)

        assert found.code == 404


@pytest.mark.parametrize("version", ["9", "x", "Production"])
async def test_files_of_no_version(ask: Ask, net: str, version: str) -> None:
    for end in ("artifacts", "preview?path=MLmodel", "files/MLmodel"):
        with pytest.raises(Refused) as refused:
            await ask("GET", f"{net}/versions/{version}/{end}")

        assert refused.value.status in (400, 404)


@pytest.mark.skipif(os.name == "nt", reason="symlinks take rights there")
async def test_a_symlink_in_a_model_leads_to_nothing_else_of_its_run(ask: Ask, client: Client, net: str) -> None:
    run_id = client.get_model_version("net", 1).run_id
    assert run_id is not None
    client.log_text(run_id, "secret", "other.txt")
    place = Path(client.get_model_version_download_uri("net", 1))
    (place / "link.txt").symlink_to(place.parent / "other.txt")

    listed = await ask("GET", f"{net}/versions/1/artifacts")
    found = await ask("GET", f"{net}/versions/1/files/link.txt", whole=True)

    assert "link.txt" not in {entry["path"] for entry in listed["entries"]}
    assert (found.code, b"secret" in found.body) == (400, False)
