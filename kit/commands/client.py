"""`kit client`: ready lines with which a client finds a team's server."""

from collections.abc import Callable

from kit import clients
from kit.emulators.choice import Choice

FOR = tuple(clients.LINES)


def client(team_name: str, kind: str, choice: Choice | None, tell: Callable[[str], None]) -> str:
    """The lines for one of `FOR`, without any password in them; what they cannot hold is told.

    Raises LocalError when the team is not deployed, or such a client does not reach it, and TeamFileError.
    """
    server = clients.find(team_name, choice)
    if oidc := server.team.oidc:
        tell(
            f"The server takes a token of {oidc.issuer} for {oidc.audience or oidc.client_id}: "
            "put one into MLFLOW_TRACKING_TOKEN. docs/set-up/sign-on.md says more."
        )
    return clients.LINES[kind](server)
