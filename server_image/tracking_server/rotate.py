"""`rotate`: gives the server another login, while the one in use goes on being valid.

There are two login roles. Each rotation sets a new password for the one that is not in use and makes it the secret's; a
server that has cached the other goes on with it until the next rotation, is refused then, and fetches the secret. So no
connection fails for want of a password. It may be killed at any moment: the next run uses what it finds.
"""

import secrets
from datetime import UTC, datetime, timedelta

from tracking_server.database import SERVER_ROLES, connect
from tracking_server.errors import TrackingServerError
from tracking_server.migrate import locked, say
from tracking_server.roles import ensure_roles, set_password
from tracking_server.secret import LoginSecret
from tracking_server.settings import Login, MigrateSettings

COMMAND = "rotate"
"""What a run logs as `done` when it is. An alarm counts these lines: stacks/alarms/of_nights.py."""
_PASSWORD_BYTES = 32


def rotate(settings: MigrateSettings, *, older_than_days: int) -> None:
    """Rotate the server's password, unless it is younger than `older_than_days`.

    Two at once wait for each other, and for `migrate`: both take its lock.

    Raises:
        TrackingServerError: PostgreSQL or the secret cannot be reached, or the new login is refused.
    """
    if settings.database.auth == "iam":
        raise TrackingServerError("The server logs in with tokens of IAM: there is no password to rotate.")
    secret = LoginSecret(settings.database.secret_arn)
    with locked(settings) as connection:
        current = secret.current()
        age = datetime.now(UTC) - current.created
        if age < timedelta(days=older_than_days):
            say(
                f"The password of {current.login.user} is {age.days} days old: it is kept up to {older_than_days}.",
                done=COMMAND,
            )
            return
        ensure_roles(connection)
        user = next(role for role in SERVER_ROLES if role != current.login.user)
        pending = secret.pending()
        if pending is None or pending.id == current.id or pending.login.user != user:
            pending = secret.put_pending(Login(user, secrets.token_urlsafe(_PASSWORD_BYTES)))
        set_password(connection, pending.login)
        connect(settings.database, pending.login).close()
        secret.make_current(pending, instead_of=current)
    say(
        f"New connections log in as {user}; {current.login.user} stays valid until the next rotation.",
        done=COMMAND,
    )
