"""The secret of the server's login, and its versions."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tracking_server.database import SERVER_ROLE
from tracking_server.errors import TrackingServerError
from tracking_server.settings import Login

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


@dataclass(frozen=True)
class Version:
    """A version of the secret.

    Attributes:
        created: when it was put there.
    """

    id: str
    login: Login
    created: datetime


class LoginSecret:
    """A secret whose value is a JSON object with `username`, by default the server's role, and `password`.

    Its versions have the stages of Secrets Manager's rotations.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
    """

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._client: Any = None

    def current(self) -> Version:
        """
        Raises:
            TrackingServerError: The secret cannot be read, or has no password.
        """
        try:
            return self._read(CURRENT)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("read", error) from error

    def pending(self) -> Version | None:
        """What a rotation has written but not yet made current. Raises as `current`."""
        try:
            return self._read(PENDING)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise self._failed("read", error) from error
        except BotoCoreError as error:
            raise self._failed("read", error) from error

    def put_pending(self, login: Login) -> Version:
        """Write a version that is not yet the current one. Raises TrackingServerError."""
        value = json.dumps({"username": login.user, "password": login.password})
        try:
            self._call("put_secret_value", SecretString=value, VersionStages=[PENDING])
            return self._read(PENDING)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("written", error) from error

    def make_current(self, pending: Version, *, instead_of: Version) -> None:
        """Let all who fetch the secret get `pending` from now on. Raises TrackingServerError."""
        try:
            self._call(
                "update_secret_version_stage",
                VersionStage=CURRENT,
                MoveToVersionId=pending.id,
                RemoveFromVersionId=instead_of.id,
            )
            self._call("update_secret_version_stage", VersionStage=PENDING, RemoveFromVersionId=pending.id)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("written", error) from error

    def _read(self, stage: str) -> Version:
        answer = self._call("get_secret_value", VersionStage=stage)
        try:
            value = json.loads(answer["SecretString"])
            login = Login(str(value.get("username", SERVER_ROLE)), str(value["password"]))
        except (AttributeError, KeyError, TypeError, ValueError):
            # The parser's error quotes the secret, so it is not chained.
            raise TrackingServerError(
                f"The secret {self._arn} is no JSON object with a password field; correct its value."
            ) from None
        return Version(answer["VersionId"], login, answer["CreatedDate"])

    def _call(self, operation: str, **parameters: Any) -> Any:
        if self._client is None:
            self._client = boto3.session.Session().client(
                "secretsmanager",
                # arn:partition:secretsmanager:region:account:secret:name
                region_name=(self._arn.split(":") + [""] * 4)[3] or None,
                config=Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}),
            )
        return getattr(self._client, operation)(SecretId=self._arn, **parameters)

    def _failed(self, done: str, error: Exception) -> TrackingServerError:
        return TrackingServerError(
            f"The secret {self._arn} could not be {done}; check the task role and the route to Secrets Manager"
            f" ({error})."
        )
