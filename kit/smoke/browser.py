"""Plain HTTP requests, as a browser or a stranger would send them."""

from __future__ import annotations

import base64
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kit.smoke.report import CheckError
from kit.smoke.signing import Signer

Credentials = tuple[str, str] | Signer | None
"""A user and password, AWS credentials, or none."""
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer of its own: following it would hide that a page was handed out."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


class Browser:
    """Sends requests to one server.

    ca_bundle: PEM file with the certificates to trust instead of the system's.
    """

    def __init__(self, url: str, *, ca_bundle: Path | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise ValueError(f"{url!r} is no server address; give one like https://mlflow.example.com")
        self.url = url.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=None if ca_bundle is None else str(ca_bundle))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def send(
        self,
        method: str,
        path: str,
        *,
        credentials: Credentials = None,
        origin: str | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status.

        Raises CheckError when no answer comes within TIMEOUT_SECONDS.
        """
        headers = {"Accept": "*/*"}
        if isinstance(credentials, tuple):
            token = base64.b64encode(":".join(credentials).encode()).decode()
            headers["Authorization"] = f"Basic {token}"
        if origin is not None:
            headers["Origin"] = origin
        if body is not None:
            headers["Content-Type"] = "application/json"
        if isinstance(credentials, Signer):
            headers = credentials.headers(method, self.url + path, headers, body)
        request = urllib.request.Request(self.url + path, body, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return Answer(response.status, response.headers.get("Content-Type", ""), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers.get("Content-Type", ""), error.read())
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise CheckError(f"the server at {self.url} does not answer: {reason}") from error
