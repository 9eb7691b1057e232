from __future__ import annotations

import getpass
import os

import pytest

from nbflow.provenance.user import user_name

NAMES = ("NBFLOW_USER", "JUPYTERHUB_USER", "LOGNAME", "USER", "LNAME", "USERNAME")


@pytest.fixture(autouse=True)
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")

    assert user_name() == "ada" == getpass.getuser()


def test_in_a_hub_the_hubs_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "jovyan")
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")

    assert user_name() == "ada"


def test_the_setting_goes_before_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("NBFLOW_USER", " grace ")

    assert user_name() == "grace"


@pytest.mark.parametrize("setting", ["", "  "])
def test_a_blank_setting_is_none(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("LOGNAME", "ada")
    monkeypatch.setenv("NBFLOW_USER", setting)

    assert user_name() == "ada"


@pytest.mark.parametrize("failure", [KeyError("uid not found"), OSError("No username"), ImportError("pwd")])
def test_a_user_without_a_name_gets_one(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def getuser() -> str:
        raise failure

    monkeypatch.setattr(getpass, "getuser", getuser)
    monkeypatch.setattr(os, "getuid", lambda: 987654, raising=False)

    assert user_name() == "uid-987654"


def test_a_system_without_user_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    def getuser() -> str:
        raise ImportError

    monkeypatch.setattr(getpass, "getuser", getuser)
    monkeypatch.delattr(os, "getuid", raising=False)

    assert user_name() == "unknown"
