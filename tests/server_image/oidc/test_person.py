from dataclasses import replace
from typing import Any

import pytest
from tracking_server.oidc.person import Person, RefusedError, person
from tracking_server.oidc.settings import OidcSettings

SETTINGS = OidcSettings(
    issuer="https://login.example.com",
    client_id="mlflow",
    client_secret="canary",
    audience="mlflow",
    username_claim="sub",
    groups_claim="groups",
    allowed_groups=frozenset({"readers"}),
    admin_groups=frozenset({"admins"}),
)
EVERYBODY = replace(SETTINGS, allowed_groups=frozenset({"*"}))


def test_a_member_of_an_allowed_group_comes_in() -> None:
    assert person({"sub": "ada", "groups": ["other", "readers"]}, SETTINGS, "admin") == Person("ada", False)
    assert person({"sub": "ada", "groups": "readers"}, SETTINGS, "admin") == Person("ada", False)


def test_a_member_of_an_admin_group_is_an_administrator_and_comes_in() -> None:
    assert person({"sub": "ada", "groups": ["admins"]}, SETTINGS, "admin") == Person("ada", True)


@pytest.mark.parametrize("groups", [None, [], ["other"], "reader", ["readers "], {"readers": True}, [["readers"]], 1])
def test_whoever_is_in_none_of_the_groups_is_refused(groups: object) -> None:
    with pytest.raises(RefusedError, match="groups"):
        person({"sub": "ada", "groups": groups}, SETTINGS, "admin")


def test_everybody_comes_in_where_the_settings_say_so() -> None:
    assert person({"sub": "ada"}, EVERYBODY, "admin") == Person("ada", False)


def test_a_group_called_asterisk_opens_nothing() -> None:
    with pytest.raises(RefusedError):
        person({"sub": "ada", "groups": ["*"]}, SETTINGS, "admin")


def test_without_groups_for_administrators_mlflow_says_who_is_one() -> None:
    found = person({"sub": "ada"}, replace(EVERYBODY, admin_groups=frozenset()), "admin")
    assert found.is_admin is None


@pytest.mark.parametrize("name", ["admin", "Admin", "ADMIN"])
def test_no_token_speaks_for_mlflows_own_administrator(name: str) -> None:
    with pytest.raises(RefusedError, match="own administrator"):
        person({"sub": name}, EVERYBODY, "admin")


@pytest.mark.parametrize("name", [None, "", 7, ["ada"], "x" * 256])
def test_a_name_that_mlflow_cannot_keep_is_refused(name: Any) -> None:
    with pytest.raises(RefusedError, match="no name in its claim sub"):
        person({"sub": name}, EVERYBODY, "admin")


def test_an_address_is_a_name_only_where_the_provider_has_verified_it() -> None:
    settings = replace(EVERYBODY, username_claim="email")
    claims = {"sub": "1", "email": "ada@example.com"}
    assert person(claims | {"email_verified": True}, settings, "admin").username == "ada@example.com"
    for verified in ({}, {"email_verified": False}, {"email_verified": "true"}):
        with pytest.raises(RefusedError, match="verified"):
            person(claims | verified, settings, "admin")
