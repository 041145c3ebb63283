"""Who somebody is to MLflow, by the claims of a verified token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracking_server.oidc.settings import EVERYBODY, OidcSettings

# MLflow's column for it: mlflow/server/auth/db/models.py.
_LONGEST_NAME = 255


class RefusedError(Exception):
    """The token is good, but whom it speaks of may not come in; the text says why."""


@dataclass(frozen=True)
class Person:
    """A person or a program.

    Attributes:
        username: in MLflow.
        is_admin: None where the provider does not say who is an administrator.
    """

    username: str
    is_admin: bool | None


def person(claims: Mapping[str, Any], settings: OidcSettings, administrator: str) -> Person:
    """Who the claims speak of.

    Args:
        claims: of a verified token.
        settings: who may come in.
        administrator: MLflow's own user of that name has a password, and no token may speak for it.

    Raises:
        RefusedError: there is no name in the claims, or the groups are not among those that may come in.
    """
    username = claims.get(settings.username_claim)
    if not isinstance(username, str) or not 0 < len(username) <= _LONGEST_NAME:
        raise RefusedError(f"The token has no name in its claim {settings.username_claim}.")
    # Where the address is not verified, people choose it themselves.
    if settings.username_claim == "email" and claims.get("email_verified") is not True:
        raise RefusedError("The provider has not verified the token's email.")
    if username.lower() == administrator.lower():
        raise RefusedError("The name in the token is that of MLflow's own administrator.")
    groups = _groups(claims.get(settings.groups_claim))
    if EVERYBODY not in settings.allowed_groups and not groups & (settings.allowed_groups | settings.admin_groups):
        raise RefusedError("The token is of none of the groups that may use this server.")
    return Person(username, bool(groups & settings.admin_groups) if settings.admin_groups else None)


def _groups(claim: object) -> frozenset[str]:
    """Some providers give one group as a text."""
    found = [claim] if isinstance(claim, str) else claim
    return frozenset(group for group in found if isinstance(group, str)) if isinstance(found, list) else frozenset()
