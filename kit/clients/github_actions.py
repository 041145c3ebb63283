"""For a job of GitHub Actions: the lines of its YAML."""

import json

from kit.clients import shell
from kit.clients.server import TeamServer
from kit.local.errors import LocalError

_EXPRESSION = "${{ secrets.MLFLOW_TRACKING_PASSWORD }}"


def lines(server: TeamServer) -> str:
    """The password is a secret of the repository, which a person sets once."""
    if server.here:
        raise LocalError("A runner of GitHub does not reach this machine: give the lines of a team on AWS.")
    found = []
    if server.has_password:
        found += ["# Once, in the repository's folder:", f"#   {shell.password(server)} | \\"]
        found += ["#   gh secret set MLFLOW_TRACKING_PASSWORD"]
    if server.team.access == "internal":
        found.append("# The server is internal: the runner is one of your own, in a network with a way to it.")
    found += ["env:", *(f"  {name}: {json.dumps(value)}" for name, value in server.variables.items())]
    if server.has_password:
        found.append(f"  MLFLOW_TRACKING_PASSWORD: {_EXPRESSION}")
    if server.token_of:
        found.append(f"# A step of the job puts a token of {server.token_of} into MLFLOW_TRACKING_TOKEN.")
    if server.artifacts_by_role:
        found += _artifacts(server)
    return "\n".join(found)


def _artifacts(server: TeamServer) -> list[str]:
    """https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws"""
    if "Ci" not in server.roles:
        raise LocalError(
            f"A job needs a role to reach the artifacts of {server.team.name}: write `clients.ci` into its team file, "
            "and deploy it."
        )
    return [
        "permissions:",
        "  id-token: write",
        "  contents: read",
        "steps:",
        "  - uses: aws-actions/configure-aws-credentials@v4",
        "    with:",
        f"      role-to-assume: {server.roles['Ci']}",
        f"      aws-region: {server.team.region}",
    ]
