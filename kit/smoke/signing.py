"""Requests that API Gateway lets in where it asks IAM: signed with AWS credentials, by Signature Version 4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

_SERVICE = "execute-api"
_HOST = re.compile(r"[\w-]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")


def region_of(url: str) -> str | None:
    """The region that an API's own host name says, or None for another name.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-publish.html
    """
    said = _HOST.fullmatch(urlsplit(url).hostname or "")
    return said["region"] if said else None


@dataclass(frozen=True)
class Signer:
    """Signs in the name of one set of AWS credentials, for an API in `region`."""

    keys: ReadOnlyCredentials = field(repr=False)
    region: str

    def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
        """The headers, and those of the signature, with which the request has to be sent unchanged.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
        """
        request = AWSRequest(method, url, headers=dict(headers), data=body)
        SigV4Auth(self.keys, _SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())

    def with_secret(self, secret: str) -> Signer:
        """The same access key with another secret, which AWS does not know."""
        return replace(self, keys=self.keys._replace(secret_key=secret))

    def environment(self) -> dict[str, str]:
        """With which MLflow's client signs, and reaches the bucket, in the same name."""
        token = {"AWS_SESSION_TOKEN": self.keys.token} if self.keys.token else {}
        return {
            "MLFLOW_TRACKING_AWS_SIGV4": "true",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": self.keys.secret_key,
            **token,
        }
