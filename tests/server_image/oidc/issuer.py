"""An issuer of the tests' own, whose keys and tokens they make: what a real provider would never sign."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

AUDIENCE = "mlflow"


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class Issuer:
    """What it publishes; `asked` has the path of each request, and `posted` the bodies."""

    url: str
    key: RSAKey
    pages: dict[str, Any]
    asked: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    def publish(self, *keys: Mapping[str, Any]) -> None:
        self.pages["/keys"] = {"keys": list(keys)}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good ones; a change to None leaves the claim out."""
        now = int(time.time())
        found = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, "groups": ["readers"]}
        return {name: value for name, value in (found | changes).items() if value is not None}

    def token(self, key: RSAKey | None = None, **changes: Any) -> str:
        key = key or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, self.claims(**changes), key)


@contextmanager
def issuing(key: RSAKey) -> Iterator[Issuer]:
    """An issuer that answers on loopback; a page that it lacks is answered with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            page = issuer.pages.get(self.path)
            self.send_response(200 if page is not None else 404)
            self.end_headers()
            self.wfile.write(json.dumps(page).encode())

        def do_POST(self) -> None:
            issuer.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Not among the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    endpoints = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
    issuer = Issuer(url, key, {})
    issuer.pages["/.well-known/openid-configuration"] = {
        "issuer": url,
        **{name: url + path for name, path in endpoints.items()},
    }
    issuer.publish(key.as_dict(private=False))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
