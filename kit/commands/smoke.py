"""`kit smoke`: the smoke test against a server that runs anywhere."""

import os
from pathlib import Path

import boto3
import click

from kit import smoke
from kit.deployed import aws_errors_said
from kit.environment import CLIENT
from kit.local.errors import LocalError
from kit.smoke.signing import region_of

_VARIABLE = "MLFLOW_TRACKING_PASSWORD"


def smoke_test(url: str, username: str | None, ca_bundle: Path | None, *, by_iam: bool = False) -> bool:
    """Prints each check as it ends; whether all held.

    username: None for a server without passwords.
    by_iam: sign with the user's AWS credentials; then `username` is None.
    """
    password = os.environ.get(_VARIABLE) if username else None
    if username and not password:
        raise LocalError(f"Set {_VARIABLE} to the password of {username}, or say --no-auth or --iam.")
    try:
        report = smoke.run(
            url,
            username,
            password,
            python=CLIENT / "bin" / "python",
            signer=_signer(url) if by_iam else None,
            progress=click.echo,
            ca_bundle=ca_bundle,
        )
    except ValueError as error:
        raise LocalError(str(error)) from None
    return report.ok


def _signer(url: str) -> smoke.Signer:
    """Raises LocalError where the machine has no AWS credentials, or nothing says the API's region."""
    with aws_errors_said(None, "AWS gives no credentials to sign with."):
        session = boto3.Session()
        found = session.get_credentials()
        if found is None:
            raise LocalError(
                "There are no AWS credentials here: name a profile of the team's admin role in AWS_PROFILE."
            )
        region = region_of(url) or os.environ.get("AWS_REGION") or session.region_name
        if region is None:
            raise LocalError(f"Set AWS_REGION to the region of the API at {url}, whose name does not say it.")
        return smoke.Signer(found.get_frozen_credentials(), region)
