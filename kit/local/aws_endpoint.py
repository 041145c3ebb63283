"""How the laptop runtime reaches AWS: an endpoint, a region, a CA, and credentials that are always named."""

import ipaddress
import os
import threading
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from kit.local.errors import LocalError


@dataclass(frozen=True)
class Credentials:
    """AWS credentials; `expiration` is None for those of a user."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expiration: datetime | None = None

    @classmethod
    def take_from(cls, environment: MutableMapping[str, str]) -> Self:
        """Remove AWS's credentials from `environment` and return them. Raises LocalError without any."""
        key, secret, token = (
            environment.pop(name, None) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        )
        if not key or not secret:
            raise LocalError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: start the agent through kit up.")
        return cls(key, secret, token)

    def seconds_left(self) -> float:
        """Seconds until they expire, endless for those of a user."""
        return (self.expiration - datetime.now(UTC)).total_seconds() if self.expiration else float("inf")


@dataclass(frozen=True)
class AwsEndpoint:
    """Where AWS's APIs answer; `ca_bundle` is a file of the CA certificates to trust, None for the usual."""

    url: str
    region: str
    ca_bundle: str | None = None

    def client(self, service: str, credentials: Credentials) -> Any:
        """A boto3 client for `service`, which takes no proxy to a loopback endpoint."""
        proxies: dict[str, Any] = {"proxies": {}} if _is_loopback(urlsplit(self.url).hostname or "") else {}
        return _session().client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            verify=self.ca_bundle,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3}, **proxies),
        )

    def assume_role(self, role_arn: str, session_name: str, credentials: Credentials) -> Credentials:
        """Credentials of `role_arn`, as ECS gets them for a task. Raises botocore's ClientError."""
        answer = self.client("sts", credentials).assume_role(RoleArn=role_arn, RoleSessionName=session_name)
        assumed = answer["Credentials"]
        return Credentials(
            assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"], assumed["Expiration"]
        )


_of_thread = threading.local()


def _session() -> Any:  # its types take the name of a service as a literal only
    """The thread's own: each session reads the endpoints of all of AWS anew, and threads must not share one.

    https://docs.aws.amazon.com/boto3/latest/guide/session.html
    """
    if not hasattr(_of_thread, "session"):
        _of_thread.session = boto3.session.Session()
    return _of_thread.session


def ignore_user_configuration(environment: MutableMapping[str, str]) -> None:
    """Keep the user's AWS profiles, and what they set, out of this process."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT"):
        environment.pop(name, None)
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
