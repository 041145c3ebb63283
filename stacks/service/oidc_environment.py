"""What the server is told of the OpenID provider; names as in server_image/README.md."""

import json

from stacks.team.oidc_config import OidcConfig


def oidc_environment(oidc: OidcConfig) -> dict[str, str]:
    """The variables of `auth: oidc` but for the client's secret."""
    return {
        "OIDC_ISSUER": oidc.issuer,
        "OIDC_CLIENT_ID": oidc.client_id,
        "OIDC_AUDIENCE": oidc.audience or oidc.client_id,
        "OIDC_USERNAME_CLAIM": oidc.username_claim,
        "OIDC_GROUPS_CLAIM": oidc.groups_claim,
        "OIDC_ALLOWED_GROUPS": json.dumps(oidc.allowed_groups),
        "OIDC_ADMIN_GROUPS": json.dumps(oidc.admin_groups),
    }
