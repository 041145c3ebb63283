"""Asks the provider for tokens, as a program does whose user signs on at its page."""

import base64
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

CLIENT = "mlflow"
_REDIRECT = "http://localhost:1/"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@dataclass(frozen=True)
class Provider:
    """It names itself by the host that it is asked under: with other hosts it is another issuer with the same keys."""

    port: int

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: str, *, client: str = CLIENT, host: str = "127.0.0.1") -> str:
        """An ID token, which the provider signs."""
        url = f"http://{host}:{self.port}/oauth2"
        query = {"client_id": client, "redirect_uri": _REDIRECT, "response_type": "code", "scope": "openid profile"}
        back = redirect(f"{url}/authorize?{urlencode(query)}", urlencode({"sub": user}).encode())
        code = parse_qs(urlsplit(back).query)["code"][0]
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": _REDIRECT}
        authorization = "Basic " + base64.b64encode(f"{client}:any".encode()).decode()
        request = urllib.request.Request(f"{url}/token", urlencode(body).encode(), {"Authorization": authorization})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["id_token"])

    def public_key(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.issuer}/jwks", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)["keys"][0]
        return found


def redirect(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> str:
    """Where an answer sends a browser."""
    with pytest.raises(HTTPError) as caught:
        _OPENER.open(urllib.request.Request(url, body, headers or {}), timeout=30)
    assert caught.value.code in (302, 303), caught.value.read()
    return str(caught.value.headers["Location"])
