"""What must hold of sign-on by OpenID Connect."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.team.problem import Problem

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig


def oidc_problems(team: "TeamConfig") -> Iterator[Problem]:
    """Everything that is wrong between `auth: oidc`, its section and the ways in and out."""
    if team.auth != "oidc":
        if team.oidc is not None:
            yield Problem(
                ("oidc",), team.oidc.issuer, f"has no use with auth: {team.auth}; allowed with auth: oidc; remove it"
            )
        return
    if team.oidc is None:
        yield Problem(("oidc",), None, "is missing; auth: oidc needs the provider; add oidc:")
    elif (region := team.oidc.client_secret_arn.split(":")[3]) != team.region:
        yield Problem(
            ("oidc", "client_secret_arn"),
            team.oidc.client_secret_arn,
            f"is in {region}; allowed: a secret of the team's region; make one in {team.region}",
        )
    # Whoever sees a token can use it, and providers send people back to https alone.
    if team.access == "internal" and team.domain is None:
        yield Problem(("auth",), "oidc", "needs https; allowed with a domain or access: public; add domain:")
    if team.network.egress == "endpoints":
        yield Problem(
            ("network", "egress"),
            "endpoints",
            "does not lead to the OpenID provider; allowed with auth: oidc: nat, public-ip; try nat",
        )
