"""The server user's database password, kept in Secrets Manager."""

import json
import threading
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tracking_server.errors import TrackingServerError


class SecretPassword:
    """The `password` field of a secret, fetched when first needed and cached until `refresh`."""

    def __init__(self, secret_arn: str) -> None:
        self._secret_arn = secret_arn
        self._lock = threading.Lock()
        self._cached: str | None = None
        self._client: Any = None

    def get(self) -> str:
        """
        Raises:
            TrackingServerError: The secret cannot be read, or has no password.
        """
        with self._lock:
            if self._cached is None:
                self._cached = self._fetch_current()
            return self._cached

    def refresh(self, refused: str) -> str:
        """Fetch again after PostgreSQL refused `refused`, unless another thread has done so already."""
        with self._lock:
            if self._cached in (None, refused):
                self._cached = self._fetch_current()
            return self._cached or ""

    def pending(self) -> str | None:
        """The password that a rotation under way has written but not yet made current."""
        try:
            return self._fetch("AWSPENDING")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise self._unreadable(error) from error
        except BotoCoreError as error:
            raise self._unreadable(error) from error

    def _fetch_current(self) -> str:
        try:
            return self._fetch("AWSCURRENT")
        except (BotoCoreError, ClientError) as error:
            raise self._unreadable(error) from error

    def _fetch(self, stage: str) -> str:
        if self._client is None:
            self._client = boto3.session.Session().client(
                "secretsmanager",
                # arn:partition:secretsmanager:region:account:secret:name
                region_name=(self._secret_arn.split(":") + [""] * 4)[3] or None,
                config=Config(connect_timeout=5, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}),
            )
        answer = self._client.get_secret_value(SecretId=self._secret_arn, VersionStage=stage)
        try:
            return str(json.loads(answer["SecretString"])["password"])
        except (KeyError, TypeError, ValueError):
            # The parser's error quotes the secret, so it is not chained.
            raise TrackingServerError(
                f"The secret {self._secret_arn} is no JSON object with a password field; correct its value."
            ) from None

    def _unreadable(self, error: Exception) -> TrackingServerError:
        return TrackingServerError(
            f"The secret {self._secret_arn} could not be read; check the task role and the route to Secrets"
            f" Manager ({error})."
        )
