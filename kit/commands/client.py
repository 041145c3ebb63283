"""`kit client`: ready lines with which a client finds a team's server."""

from kit import clients
from kit.emulators.choice import Choice

FOR = tuple(clients.LINES)


def client(team_name: str, kind: str, choice: Choice | None) -> str:
    """The lines for one of `FOR`, without any password in them.

    Raises LocalError when the team is not deployed, or such a client does not reach it, and TeamFileError.
    """
    return clients.LINES[kind](clients.find(team_name, choice))
