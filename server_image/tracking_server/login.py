"""As whom the server connects, fetched when it does."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

import psycopg2

from tracking_server.database import password_refused
from tracking_server.errors import TrackingServerError
from tracking_server.iam_login import IamLogin
from tracking_server.secret import LoginSecret
from tracking_server.settings import DatabaseSettings, Login

# Between a fetch and its use one rotation may pass, with two at the same time two.
_MOST_ATTEMPTS = 3
# Less than lies between two rotations: else each would show in PostgreSQL's log as a refused login.
_FRESH_SECONDS = 3600.0

_log = logging.getLogger("tracking_server")

Connected = TypeVar("Connected")


class ServerLogin(Protocol):
    """As whom the server connects."""

    def get(self) -> Login:
        """The login for a connection that is made now. Raises TrackingServerError."""

    def connect(self, connect: Callable[[Login], Connected]) -> Connected:
        """What `connect` returns for that login."""


def server_login(settings: DatabaseSettings) -> ServerLogin:
    """The login that the settings ask for; nothing is fetched yet."""
    return IamLogin(settings) if settings.auth == "iam" else SecretLogin(settings.secret_arn)


class SecretLogin:
    """The secret's current login, fetched when first needed and cached for an hour, or until PostgreSQL refuses it.

    So a rotated password needs no restart.
    """

    def __init__(self, secret_arn: str) -> None:
        self._secret = LoginSecret(secret_arn)
        self._lock = threading.Lock()
        self._cached: Login | None = None
        self._fetched = float("-inf")

    def get(self) -> Login:
        """
        Raises:
            TrackingServerError: The secret has never been read and cannot be, or has no password.
        """
        with self._lock:
            if self._cached is None:
                return self._fetch()
            if time.monotonic() - self._fetched < _FRESH_SECONDS:
                return self._cached
            try:
                return self._fetch()
            except TrackingServerError as error:
                _log.warning("The login that was fetched before goes on being used: %s", error)
                self._fetched = time.monotonic()
                return self._cached

    def refresh(self, refused: Login) -> Login:
        """Fetch again after PostgreSQL refused `refused`, unless another thread has done so already."""
        with self._lock:
            if self._cached is None or self._cached == refused:
                return self._fetch()
            return self._cached

    def connect(self, connect: Callable[[Login], Connected]) -> Connected:
        """What `connect` returns for the current login.

        Raises:
            TrackingServerError, psycopg2.OperationalError: what `connect` raises, and as `get`.
        """
        login = self.get()
        for _ in range(_MOST_ATTEMPTS - 1):
            try:
                return connect(login)
            except (psycopg2.OperationalError, TrackingServerError) as error:
                if not password_refused(error):
                    raise
                fetched = self.refresh(login)
                if fetched == login:
                    raise
                login = fetched
        return connect(login)

    def _fetch(self) -> Login:
        self._cached = self._secret.current().login
        self._fetched = time.monotonic()
        return self._cached
