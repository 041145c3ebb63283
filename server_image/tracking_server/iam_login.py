"""Tokens of RDS's IAM authentication, in place of a password.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.model import ServiceId
from botocore.signers import RequestSigner

from tracking_server.database import IAM_SERVER_ROLE
from tracking_server.errors import TrackingServerError
from tracking_server.settings import DatabaseSettings, Login

# RDS takes a token for as long, whatever it says itself. It is asked for when a connection is made, never later.
_VALID_SECONDS = 900

Connected = TypeVar("Connected")


class IamLogin:
    """The server's role for tokens, with one that is signed anew for each connection, with the task role's credentials.

    A token is a password until it expires, so none is kept, and none is in an error. boto3's own function for it
    needs the description of all of RDS, which the image leaves out; the signature is the same.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._session = botocore.session.Session()

    def get(self) -> Login:
        """
        Raises:
            TrackingServerError: The task role's credentials cannot be had.
        """
        try:
            return Login(IAM_SERVER_ROLE, self._token())
        except (BotoCoreError, ClientError) as error:
            raise TrackingServerError(
                f"No token for {IAM_SERVER_ROLE} could be signed; check the task role ({error})."
            ) from error

    def connect(self, connect: Callable[[Login], Connected]) -> Connected:
        """What `connect` returns for the role and a new token. Raises what `connect` raises, and as `get`."""
        return connect(self.get())

    def _token(self) -> str:
        """An https URL without its scheme: that is the password."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        signer = RequestSigner(
            ServiceId("RDS"),
            self._settings.region,
            "rds-db",
            "v4",
            credentials,
            self._session.get_component("event_emitter"),
        )
        query = urlencode({"Action": "connect", "DBUser": IAM_SERVER_ROLE})
        request = {
            "method": "GET",
            "url": f"https://{self._settings.host}:{self._settings.port}/?{query}",
            "body": {},
            "headers": {},
            "context": {},
        }
        url: str = signer.generate_presigned_url(request, operation_name="connect", expires_in=_VALID_SECONDS)
        return url.removeprefix("https://")
