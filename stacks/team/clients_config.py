"""What a team file says of the AWS roles that clients assume."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from stacks.team.section import Section
from stacks.team.values import matching, refuse


def _subject(value: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub"""
    named = re.split(r"[*?]", value)[0]
    if not named.partition(":")[2].strip(":/"):
        raise refuse(
            "lets in whomever the provider knows; allowed: a subject that names an organisation or a repository before "
            "any *; try repo:<organisation>/<repository>:*"
        )
    return value


PrincipalArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z-]+)?:iam::[0-9]{12}:(root|(role|user)/[\w+=,.@/-]{1,576})",
        "is not the ARN of a role, a user or an account; allowed: arn:aws:iam::<account>: followed by role/<name>, "
        "user/<name> or root",
    ),
]
ProviderArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z-]+)?:iam::[0-9]{12}:oidc-provider/[\w.:/-]{1,255}",
        "is not the ARN of an IAM OpenID Connect provider; allowed: arn:aws:iam::<account>:oidc-provider/<host>, "
        "as the IAM console shows it",
    ),
]
Subject = Annotated[str, AfterValidator(_subject)]


class CiConfig(Section):
    """Jobs of a CI service that prove who they are by a token of their own, without a stored key."""

    provider_arn: Annotated[ProviderArn, Field(description="The account's IAM OpenID Connect provider.")]
    subject: Annotated[
        Subject,
        Field(description="Whose tokens are taken, such as `repo:example/forecast:ref:refs/heads/main`. May hold `*`."),
    ]
    audience: Annotated[str, Field(min_length=1, description="Whom the tokens are for.")] = "sts.amazonaws.com"

    @property
    def issuer(self) -> str:
        """The provider's host and path, by which IAM names a token's claims."""
        return self.provider_arn.partition(":oidc-provider/")[2]


class ClientsConfig(Section):
    """Who may assume the roles that the team's clients have on AWS."""

    trusted_arns: Annotated[
        tuple[PrincipalArn, ...],
        Field(
            strict=False,
            max_length=20,
            description="The roles and users that may assume the team's client roles. None: whom IAM in the team's "
            "account allows it.",
        ),
    ] = ()
    ci: Annotated[
        CiConfig | None,
        Field(description="Jobs of a CI service, such as GitHub Actions, that write artifacts to the bucket."),
    ] = None
