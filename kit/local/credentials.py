"""The credentials endpoint of a task: hands out the task role's credentials over loopback, as ECS does.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import hmac
import json
import logging
import secrets
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError

from kit.local.aws_endpoint import AwsEndpoint, Credentials

_log = logging.getLogger(__name__)
_PATH = "/v2/credentials"
# botocore asks again once less than 15 minutes are left, and in vain if it got the same ones.
_RENEW_BEFORE_S = 30 * 60


class RoleCredentials:
    """The current credentials of `role_arn`, assumed again half an hour before they expire."""

    def __init__(self, endpoint: AwsEndpoint, root: Credentials, role_arn: str, session_name: str) -> None:
        self.role_arn = role_arn
        self._endpoint, self._root, self._session_name = endpoint, root, session_name
        self._lock = threading.Lock()
        self._current: Credentials | None = None

    def get(self) -> Credentials:
        """Credentials that have not expired. Raises botocore's errors when there are none to be had."""
        with self._lock:
            if self._current is None or self._current.seconds_left() < _RENEW_BEFORE_S:
                try:
                    self._current = self._endpoint.assume_role(self.role_arn, self._session_name, self._root)
                except (ClientError, BotoCoreError):
                    if self._current is None or self._current.seconds_left() <= 0:
                        raise
                    _log.warning("Role %s could not be assumed again yet.", self.role_arn)
            return self._current


class CredentialsEndpoint:
    """An HTTP server on 127.0.0.1 that answers whoever shows the token. Use it as a context manager."""

    def __init__(self, role: RoleCredentials) -> None:
        self._role, self._token = role, secrets.token_urlsafe(32)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            # The default makes each stop of a task half a second longer.
            target=partial(self._server.serve_forever, poll_interval=0.1),
            name="credentials",
            daemon=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a container needs to find its credentials. The token is a secret."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self._server.server_port}{_PATH}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._token,
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, token: str) -> tuple[int, dict[str, str | None]]:
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            return 401, {"code": "Unauthorized", "message": "The authorization token is missing or wrong."}
        if path != _PATH:
            return 404, {"code": "NotFound", "message": f"Only {_PATH} is served."}
        try:
            current = self._role.get()
        except (ClientError, BotoCoreError) as error:
            _log.error("The task role %s cannot be assumed: %s", self._role.role_arn, error)
            return 500, {"code": "AssumeRoleFailed", "message": str(error)}
        return 200, {
            "RoleArn": self._role.role_arn,
            "AccessKeyId": current.access_key_id,
            "SecretAccessKey": current.secret_access_key,
            "Token": current.session_token,
            "Expiration": f"{current.expiration:%Y-%m-%dT%H:%M:%SZ}",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                status, content = answer(self.path, self.headers.get("Authorization", ""))
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Answers are not worth a line each."""

        return Handler
