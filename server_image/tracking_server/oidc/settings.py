"""What the server is told of the organisation's OpenID provider."""

import json
from dataclasses import dataclass, field

from tracking_server.environment import Environment

EVERYBODY = "*"
"""In place of groups: everybody to whom the provider gives a token."""


@dataclass(frozen=True)
class OidcSettings:
    """The provider, the client that the organisation registered there for this server, and who may come in.

    `audience` is whom a program's token has to be for; a browser's is for the client. `admin_groups` is empty where
    MLflow's administrators are made in MLflow.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    audience: str
    username_claim: str
    groups_claim: str
    allowed_groups: frozenset[str]
    admin_groups: frozenset[str]

    @classmethod
    def read(cls, environment: Environment) -> "OidcSettings":
        client_id = environment.text("OIDC_CLIENT_ID")
        issuer = environment.text("OIDC_ISSUER")
        if issuer and not issuer.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
            environment.refuse(f"OIDC_ISSUER is {issuer!r}, not an https URL")
        return cls(
            issuer=issuer,
            client_id=client_id,
            client_secret=environment.text("OIDC_CLIENT_SECRET"),
            audience=environment.text("OIDC_AUDIENCE", client_id),
            username_claim=environment.text("OIDC_USERNAME_CLAIM", "sub"),
            groups_claim=environment.text("OIDC_GROUPS_CLAIM", "groups"),
            allowed_groups=_groups(environment, "OIDC_ALLOWED_GROUPS"),
            admin_groups=_groups(environment, "OIDC_ADMIN_GROUPS", "[]"),
        )


def _groups(environment: Environment, name: str, default: str | None = None) -> frozenset[str]:
    """A JSON list of names: a group's may hold commas and spaces."""
    value = environment.text(name, default)
    try:
        groups = json.loads(value or "[]")
    except ValueError:
        groups = None
    if not isinstance(groups, list) or not all(isinstance(group, str) and group for group in groups):
        environment.refuse(f"{name} is {value!r}, not a JSON list of names")
        return frozenset()
    return frozenset(groups)
