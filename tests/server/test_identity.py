from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider, User
from jupyter_server.auth.identity import LegacyIdentityProvider
from jupyter_server.auth.login import LegacyLoginHandler

from nbflow.entities import Identity
from nbflow.errors import InvalidNameError
from nbflow.provenance.user import user_name
from nbflow.server.identity import identity_of


class Hub(IdentityProvider):
    """A provider that knows users, as JupyterHub's does."""

    def get_user(self, handler: Any) -> User:
        return HubUser("ada", ["lab", "everybody"])


class HubUser(User):
    def __init__(self, name: str, groups: list[str]) -> None:
        super().__init__(name, "Ada Lovelace")
        self.hub_user = {"name": name, "groups": groups}


class HubLogin(LegacyLoginHandler):
    """A login handler of somebody's own."""


class Coloured(PasswordIdentityProvider):
    """A provider that adds nothing to what is known of users."""

    def identity_model(self, user: User) -> dict[str, Any]:
        return {**super().identity_model(user), "color": "red"}


@pytest.mark.parametrize("provider", [IdentityProvider, PasswordIdentityProvider, LegacyIdentityProvider, Coloured])
def test_who_has_the_token_is_the_account_that_the_server_runs_for(provider: type[IdentityProvider]) -> None:
    user = User("6b1c7d", "Anonymous Io")

    assert identity_of(provider(), user) == Identity(user_name())


def test_a_provider_that_knows_users_says_who_asks_and_in_which_groups() -> None:
    assert identity_of(Hub(), HubUser("ada", ["lab", "everybody"])) == Identity("ada", ("everybody", "lab"))


def test_groups_may_also_stand_in_the_user_itself() -> None:
    user = User("ada")
    user.groups = ["lab", 5]  # type: ignore[attr-defined]

    assert identity_of(Hub(), user) == Identity("ada", ("lab",))


def test_a_login_handler_of_somebodys_own_says_who_asks() -> None:
    provider = LegacyIdentityProvider(login_handler_class=HubLogin)

    assert identity_of(provider, User("ada")) == Identity("ada")


def test_a_name_that_permissions_cannot_be_given_to_is_nobody() -> None:
    with pytest.raises(InvalidNameError):
        identity_of(Hub(), User("a\nb"))
