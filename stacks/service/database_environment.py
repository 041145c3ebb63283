"""How a container of the server's image finds its database."""

from stacks.data import database
from stacks.data.backing import Backing
from stacks.team.config import DatabaseAuth, TeamConfig

# Aurora pauses when it has no connection, and takes about half a minute to be back after a day: load balancers and
# MLflow's client wait longer than that.
_PAUSING = {"DATABASE_CONNECT_TIMEOUT_SECONDS": "60", "DATABASE_IDLE_SECONDS": "60"}


def database_environment(team: TeamConfig, backing: Backing) -> dict[str, str]:
    """What `server_image/README.md` says that all commands but `health` need."""
    return {
        "DATABASE_HOST": backing.database_host,
        "DATABASE_PORT": backing.database_port,
        "DATABASE_NAME": database.NAME,
        "DATABASE_SSLMODE": "verify-full",
        **_login(team, backing),
        **(_PAUSING if team.database.pauses else {}),
    }


def _login(team: TeamConfig, backing: Backing) -> dict[str, str]:
    if team.database.auth == DatabaseAuth.IAM:
        return {"DATABASE_AUTH": "iam", "DATABASE_REGION": team.region}
    return {"DATABASE_SECRET_ARN": backing.user_secret_arn}
