"""What a team file says of the organisation's OpenID provider."""

from typing import Annotated

from pydantic import Field

from stacks.team.section import Section
from stacks.team.values import matching

EVERYBODY = "*"

# No port: tasks reach the internet by 443 alone.
Issuer = Annotated[
    str,
    matching(
        r"https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(/[\w.~%:/-]{0,512})?",
        "is not an issuer; allowed: https:// with a host and a path, to the letter as the provider's tokens have it in "
        "iss, without port, query or fragment; try https://login.example.com",
    ),
]
SecretArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z-]+)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}",
        "is not the whole ARN of a secret; allowed: one with the six signs that Secrets Manager puts at its end; copy "
        "it from the secret's page",
    ),
]
Text = Annotated[str, matching(r"[!-~]{1,255}", "is not one word; allowed: 1 to 255 signs without spaces")]
Claim = Annotated[str, matching(r"[\w:./-]{1,255}", "is not a claim's name; try sub, email or preferred_username")]
Group = Annotated[
    str,
    matching(
        r"(?!\*$).{1,255}", "is not the name of a group; allowed: 1 to 255 signs, as the provider's tokens have it"
    ),
]
GroupOrEverybody = Annotated[str, matching(r".{1,255}", "is not the name of a group; allowed: 1 to 255 signs, or '*'")]


class OidcConfig(Section):
    """The OpenID provider that says who somebody is, and who of them may come in."""

    issuer: Annotated[Issuer, Field(description="The provider, to the letter as its tokens have it in `iss`.")]
    client_id: Annotated[Text, Field(description="The client that is registered there for this server.")]
    client_secret_arn: Annotated[
        SecretArn,
        Field(description="A secret in Secrets Manager whose whole text is the client's, in the team's region."),
    ]
    allowed_groups: Annotated[
        tuple[GroupOrEverybody, ...],
        Field(
            strict=False,
            min_length=1,
            max_length=50,
            description="Whose members may come in. `'*'`: everybody to whom the provider gives a token for it.",
        ),
    ]
    admin_groups: Annotated[
        tuple[Group, ...],
        Field(
            strict=False,
            max_length=50,
            description="Whose members come in as MLflow's administrators. None: administrators are made in MLflow.",
        ),
    ] = ()
    audience: Annotated[
        Text | None,
        Field(description="Whom a program's token has to be for, in `aud`. By default `client_id`."),
    ] = None
    username_claim: Annotated[
        Claim,
        Field(
            description="The claim that is the name in MLflow. `sub` alone never changes and never passes to another; "
            "`email` has to be verified."
        ),
    ] = "sub"
    groups_claim: Annotated[Claim, Field(description="The claim with the groups, in both kinds of token.")] = "groups"
