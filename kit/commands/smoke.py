"""`kit smoke`: the smoke test against a server that runs anywhere."""

import os
from pathlib import Path

import click

from kit import smoke
from kit.environment import CLIENT
from kit.local.errors import LocalError

_VARIABLE = "MLFLOW_TRACKING_PASSWORD"


def smoke_test(url: str, username: str | None, ca_bundle: Path | None) -> bool:
    """Prints each check as it ends; whether all held. `username` is None for a server without passwords."""
    password = os.environ.get(_VARIABLE) if username else None
    if username and not password:
        raise LocalError(f"Set {_VARIABLE} to the password of {username}, or say --no-auth.")
    try:
        report = smoke.run(
            url,
            username,
            password,
            python=CLIENT / "bin" / "python",
            progress=click.echo,
            ca_bundle=ca_bundle,
        )
    except ValueError as error:
        raise LocalError(str(error)) from None
    return report.ok
