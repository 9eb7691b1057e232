"""How grants lie in the store: events that fold to the same in any order, merge, and are looked after."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import Client
from nbflow.access import Permission
from nbflow.config import Settings
from nbflow.entities import Grant
from nbflow.errors import ExperimentNotFoundError, StoreReadError
from nbflow.names import temporary_name
from nbflow.store.events import Created, Event, Granted, decode_lines, encode
from nbflow.store.filestore import FileStore
from nbflow.store.fold import AccessState, ExperimentState
from nbflow.store.model_events import decode_model_lines
from nbflow.store.model_fold import ModelState
from nbflow.store.reader import News
from nbflow.tracking.rights import in_force

State = AccessState | ExperimentState | ModelState

words = st.sampled_from(["*", "user:ada", "group:lab"])
permissions = st.sampled_from(["", "READ", "MANAGE"])
granted = st.builds(Granted, st.integers(0, 6), words, permissions, st.sampled_from(["", "ada"]))
# What each writer wrote, in the order of its file: its logical time never runs back.
logs = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.lists(granted, max_size=5).map(lambda events: sorted(events, key=time_of))
)
states = [AccessState, lambda: ExperimentState("1"), lambda: ModelState("m")]


def time_of(event: Event) -> int:
    return event.t


def another(client: Client) -> Client:
    """Give a client as another process has it."""
    other = Client.__new__(Client)
    other._store = FileStore(Path(client.tracking_uri), Settings.from_environment())
    return other


@given(logs, st.sampled_from(states), st.data())
def test_grants_fold_to_the_same_in_any_order_and_in_any_pieces(
    logs: dict[str, list[Granted]], new: Callable[[], State], data: st.DataObject
) -> None:
    """The last one by (time, writer, position) counts."""
    stamped = [((event.t, writer, i), event) for writer, events in logs.items() for i, event in enumerate(events)]
    expected: dict[str, str] = {}
    for _, event in sorted(stamped, key=lambda each: each[0]):
        expected[event.subject] = event.permission

    state = new()
    left = {writer: list(events) for writer, events in logs.items()}
    while any(left.values()):
        writer = data.draw(st.sampled_from(sorted(writer for writer, events in left.items() if events)))
        n = data.draw(st.integers(1, len(left[writer])))
        state.take(News(writer, list(left[writer][:n]), b"", 0, 0))
        del left[writer][:n]

    assert in_force(state.grants) == {subject: text for subject, text in expected.items() if text}


@given(st.builds(Granted, st.integers(0, 2**53), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20)))
def test_a_grant_is_read_as_it_was_written_in_every_log(event: Granted) -> None:
    line = encode(event)

    assert decode_lines(line, of_run=False) == decode_model_lines(line) == ([event], 0)


def test_a_grant_in_a_runs_log_means_nothing() -> None:
    assert decode_lines(encode(Granted(1, "user:ada", "MANAGE")), of_run=True) == ([], 0)


def test_a_grant_says_whose_it_is(client: Client) -> None:
    os.environ["NBFLOW_USER"] = "grace"
    made = client.create_experiment("e")

    client.set_store_permission("user:ada", "READ")
    client.set_experiment_permission(made, "user:ada", "READ")

    root = Path(client.tracking_uri)
    for log in (root / "access" / "log", root / made / "log"):
        text = b"".join(file.read_bytes() for file in log.iterdir())
        assert b'"subject":"user:ada","permission":"READ","by":"grace"' in text


def test_two_writers_each_have_a_file(client: Client) -> None:
    other = another(client)
    client.set_store_permission("user:ada", "READ")
    other.set_store_permission("user:ada", "EDIT")
    client.set_store_permission("user:bob", "READ")

    assert client.list_store_permissions() == other.list_store_permissions()
    assert client.list_store_permissions() == [Grant("user:ada", "EDIT"), Grant("user:bob", "READ")]
    assert len(list(Path(client.tracking_uri, "access", "log").iterdir())) == 2


def test_a_torn_line_is_skipped_and_named(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")
    (log,) = Path(client.tracking_uri, "access", "log").iterdir()
    log.write_bytes(log.read_bytes() + b'{"kind":"granted","t":9')

    assert another(client).list_store_permissions() == [Grant("user:ada", "READ")]
    (finding,) = another(client).doctor().findings
    assert (finding.kind, finding.path) == ("torn_tail", f"access/log/{log.name}")


def test_damage_is_named(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")
    (log,) = Path(client.tracking_uri, "access", "log").iterdir()
    log.write_bytes(b"nonsense\n" + log.read_bytes())

    assert another(client).list_store_permissions() == [Grant("user:ada", "READ")]
    assert [finding.kind for finding in another(client).doctor().findings] == ["damaged_line"]


def test_a_sound_log_has_no_findings(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")

    checkup = client.doctor()

    assert checkup.findings == ()
    assert checkup.n_events == 2  # it, and the making of Default


def test_a_file_that_was_never_finished_is_a_leftover(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")
    file = Path(client.tracking_uri, "access", "log", temporary_name())
    file.write_text("half")
    os.utime(file, (0, 0))

    assert [finding.kind for finding in client.doctor().findings] == ["leftover"]
    assert client.gc().leftovers == (file.relative_to(client.tracking_uri).as_posix(),)
    assert client.list_store_permissions() == [Grant("user:ada", "READ")]


def test_gc_leaves_the_grants_of_the_store(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")
    client.delete_experiment(client.create_experiment("e"))

    client.gc()

    assert client.list_store_permissions() == [Grant("user:ada", "READ")]


def test_an_experiment_of_a_name_that_was_removed_for_good_has_no_old_permissions(client: Client) -> None:
    made = client.create_experiment("e")
    client.set_experiment_permission(made, "user:ada", "READ")
    client.delete_experiment(made)
    client.gc()

    again = client.create_experiment("e")

    assert again == made
    assert client.list_experiment_permissions(again) == []
    assert another(client).list_experiment_permissions(again) == []


# Merging


@pytest.fixture
def two(tmp_path: Path) -> tuple[Client, Client]:
    return Client(tmp_path / "one"), Client(tmp_path / "two")


def test_grants_come_over_in_a_merge_and_the_last_word_counts(two: tuple[Client, Client]) -> None:
    one, other = two
    made = one.create_experiment("e")
    assert other.create_experiment("e") == made
    one.set_store_permission("user:ada", "READ")
    one.set_experiment_permission(made, "*", "NO_PERMISSIONS")
    other.set_store_permission("user:ada", "EDIT")
    other.set_experiment_permission(made, "*", "READ")

    for source, target in ((one, other), (other, one)):
        merged = another(target).merge(source.tracking_uri)
        assert merged.complete

    for client in (one, other):
        assert client.list_store_permissions() == [Grant("user:ada", "EDIT")]
        assert client.list_experiment_permissions(made) == [Grant("*", "READ")]
    assert one.merge(other.tracking_uri).files == 0


def test_grants_of_the_store_come_over_before_what_they_forbid(two: tuple[Client, Client]) -> None:
    one, other = two
    run = one.create_run(one.create_experiment("e"))
    one.set_store_permission("*", "NO_PERMISSIONS")
    ada = Client(other.tracking_uri, "ada")
    seen: list[int] = []

    other.merge(one.tracking_uri, progress=lambda _done, _of: seen.append(ada.count_runs()))

    assert seen == [0]
    assert other.get_run(run.info.run_id).info.run_id == run.info.run_id


def test_what_an_experiment_forbids_is_forbidden_all_through_a_merge(two: tuple[Client, Client]) -> None:
    one, other = two
    made = one.create_experiment("e")
    one.set_experiment_permission(made, "*", "NO_PERMISSIONS")
    runs = [one.create_run(made).info.run_id for _ in range(3)]
    ada = Client(other.tracking_uri, "ada")
    seen: list[int] = []

    def look(done: int, _of: int) -> None:
        for run_id in runs[:done]:
            with pytest.raises(LookupError):
                ada.get_run(run_id)
        seen.append(ada.count_runs())

    other.merge(one.tracking_uri, progress=look)

    assert seen == [0, 0, 0]
    assert other.count_runs() == 3
    assert ada.count_runs() == 0


@pytest.mark.skipif(os.name == "nt", reason="symlinks need a privilege there")
def test_a_folder_that_is_a_symlink_is_named_and_not_followed(two: tuple[Client, Client], tmp_path: Path) -> None:
    one, other = two
    one.create_experiment("e")
    other.create_experiment("e")
    (tmp_path / "else" / "log").mkdir(parents=True)
    (tmp_path / "else" / "log" / "w.jsonl").write_bytes(encode(Granted(1, "user:mallory", "MANAGE")))
    Path(one.tracking_uri, "access").symlink_to(tmp_path / "else")

    merged = other.merge(one.tracking_uri)

    assert merged.skipped == ("access",)
    assert other.list_store_permissions() == []


# What cannot be read


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("which", ["access/log", "access/log/w.jsonl"])
def test_grants_that_may_not_be_read_allow_nothing(client: Client, which: str) -> None:
    made = client.create_experiment("e")
    log = Path(client.tracking_uri, "access", "log")
    log.mkdir(parents=True)
    (log / "w.jsonl").write_bytes(encode(Granted(1, "*", "NO_PERMISSIONS")))
    Path(client.tracking_uri, which).chmod(0)
    ada = Client(client.tracking_uri, "ada")

    try:
        for call in (lambda: ada.get_experiment(made), lambda: ada.search_runs(None), ada.list_store_permissions):
            with pytest.raises(StoreReadError):
                call()
    finally:
        Path(client.tracking_uri, which).chmod(0o700)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_an_experiment_whose_log_may_not_all_be_read_is_for_administrators(client: Client) -> None:
    made = client.create_experiment("e")
    file = Path(client.tracking_uri, made, "log", "w.jsonl")
    file.write_bytes(encode(Granted(2**52, "*", "NO_PERMISSIONS")))
    file.chmod(0)
    ada = Client(client.tracking_uri, "ada")

    with pytest.raises(ExperimentNotFoundError):
        ada.get_experiment(made)
    assert [each.name for each in ada.search_experiments()] == ["Default"]
    client.set_store_permission("user:ada", "MANAGE")
    assert ada.get_experiment(made).name == "e"


# Kills


def test_a_killed_process_leaves_what_was_acknowledged(client: Client) -> None:
    client.create_experiment("e")
    script = f"""
import os
from nbflow import Client
client = Client({client.tracking_uri!r}, identity="ada")
made = client.create_experiment("mine")
client.set_experiment_permission(made, "*", "NO_PERMISSIONS")
client.set_store_permission("user:ada", "MANAGE")
client.set_store_permission("*", "READ")
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9

    made = client.get_experiment_by_name("mine")
    assert made is not None
    assert client.list_store_permissions() == [Grant("*", "READ"), Grant("user:ada", "MANAGE")]
    assert client.list_experiment_permissions(made.experiment_id) == [
        Grant("*", "NO_PERMISSIONS"),
        Grant("user:ada", "MANAGE"),
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_is_another_writer(client: Client) -> None:
    client.set_store_permission("user:ada", "READ")

    child = os.fork()
    if child == 0:
        try:
            client.set_store_permission("user:bob", "READ")
            os._exit(0)
        finally:
            os._exit(1)

    assert os.waitpid(child, 0)[1] == 0
    client.set_store_permission("user:carl", "READ")
    assert len(client.list_store_permissions()) == 3
    assert len(list(Path(client.tracking_uri, "access", "log").iterdir())) == 2


# What a log may hold that nobody wrote through nbflow


@pytest.mark.parametrize("permission", ["OWN", "manage", "READ,MANAGE", "\u0000"])
def test_a_word_of_another_version_allows_nothing(client: Client, permission: str) -> None:
    made = client.create_experiment("e")
    log = Path(client.tracking_uri, made, "log", "w.jsonl")
    log.write_bytes(encode(Granted(2**52, "user:ada", permission)))

    assert client.get_permission("ada", made) == Permission.NO_PERMISSIONS.name
    assert client.list_experiment_permissions(made) == [Grant("user:ada", permission)]


def test_a_folder_with_grants_and_no_beginning_is_no_experiment(client: Client) -> None:
    client.create_experiment("e")
    log = Path(client.tracking_uri, "123456789012345678", "log")
    log.mkdir(parents=True)
    (log / "w.jsonl").write_bytes(encode(Granted(5, "user:ada", "MANAGE")))
    ada = Client(client.tracking_uri, "ada")

    with pytest.raises(ExperimentNotFoundError):
        ada.get_experiment("123456789012345678")
    (log / "w2.jsonl").write_bytes(encode(Created(6, "late", 1)))
    assert ada.get_experiment("123456789012345678").name == "late"
