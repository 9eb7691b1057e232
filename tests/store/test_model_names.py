"""Names are created, given to others, given up and taken back in any order: as a simple list would have it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from nbflow.errors import RegisteredModelExistsError, RegisteredModelNotFoundError

if TYPE_CHECKING:
    from nbflow import Client

Another = Callable[[Path], "Client"]

NAMES = ("a", "A", "a~1")
names = st.sampled_from(NAMES)
# Which of two processes, what it does, and with which names.
steps = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["create", "rename", "delete", "restore", "gc"]), names, names),
    max_size=25,
)


class Expected(Struct):
    """A model as a simple list has it: the step that made it, and the step at which it got its name."""

    made: int
    name: str
    held: int
    deleted: bool = False


def expect(models: list[Expected], deed: str, name: str, other: str, n: int) -> type[Exception] | None:
    """Do step n to the list; give the error that there must be."""
    active = {model.name: model for model in models if not model.deleted}
    deleted = [model for model in models if model.deleted and model.name == name]
    taken = deed in ("create", "restore") and name in active
    taken = taken or (deed == "rename" and other in active and other != name)
    if (deed == "restore" and not deleted) or (deed in ("rename", "delete") and name not in active):
        return RegisteredModelNotFoundError
    if taken:
        return RegisteredModelExistsError
    match deed:
        case "create":
            models.append(Expected(n, name, n))
        case "gc":
            models[:] = active.values()
        case "restore":
            max(deleted, key=lambda each: each.held).deleted = False
        case "delete":
            active[name].deleted = True
        case "rename" if other != name:
            active[name].name, active[name].held = other, n
    return None


def act(client: Client, deed: str, name: str, other: str, n: int) -> None:
    if deed == "create":
        client.create_registered_model(name, description=str(n))
    elif deed == "rename":
        client.rename_registered_model(name, other)
    elif deed == "gc":
        client.gc()
    else:
        getattr(client, f"{deed}_registered_model")(name)


@settings(max_examples=60)
@given(steps)
def test_names_go_as_in_a_simple_list(
    tmp_path_factory: pytest.TempPathFactory, another: Another, todo: list[tuple[int, str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("s")
    clients = another(root), another(root)
    clients[0]._store.prepare()
    models: list[Expected] = []
    for n, (who, deed, name, other) in enumerate(todo):
        error = expect(models, deed, name, other, n)

        if error is None:
            act(clients[who], deed, name, other, n)
        else:
            with pytest.raises(error):
                act(clients[who], deed, name, other, n)

        active = {model.name: str(model.made) for model in models if not model.deleted}
        for client in (*clients, another(root)):
            assert {model.name: model.description for model in client.search_registered_models()} == active
            for each in NAMES:
                state = client._store.models.find(each)
                assert (state is not None and not state.deleted) == (each in active)
    assert [finding for finding in another(root).doctor().findings if finding.problem] == []
