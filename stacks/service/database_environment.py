"""How a container of the server's image finds its database."""

from stacks.data import database
from stacks.data.backing import Backing


def database_environment(backing: Backing) -> dict[str, str]:
    """What `server_image/README.md` says that `migrate`, `serve` and `rotate` need."""
    return {
        "DATABASE_HOST": backing.database_host,
        "DATABASE_PORT": backing.database_port,
        "DATABASE_NAME": database.NAME,
        "DATABASE_SSLMODE": "verify-full",
        "DATABASE_SECRET_ARN": backing.user_secret_arn,
    }
