"""Asks every route of a running server, with a request that MLflow's own tables make likely to be taken."""

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from kit.environment import CLIENT
from tests.server_image.deployment import Server

LIST_ROUTES = Path(__file__).with_name("list_routes.py")
# Where they are not said to be something else.
_BY_TYPE = {"string": "walked", "number": 1, "boolean": True}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Visit:
    """A route and what it answered; status 0 is a connection that broke."""

    route: Route
    status: int
    body: str


def routes(folder: Path) -> list[Route]:
    """All of them, those that delete last; MLflow keeps its databases in `folder` while it lists them."""
    command = [str(CLIENT / "bin" / "python"), str(LIST_ROUTES), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    found = [Route(**json.loads(line)) for line in answer.stdout.splitlines()]
    return sorted(found, key=lambda route: "DELETE" in str(route).upper())


class Walk:
    """Requests by the administrator, about things that exist: `known` gives them by the names of fields."""

    def __init__(self, server: Server, known: Mapping[str, Any]) -> None:
        self._server, self._known = server, known
        credentials = f"admin:{server.deployment.admin_password}".encode()
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(credentials).decode(),
            "Content-Type": "application/json",
            # Of OpenTelemetry's route: https://mlflow.org/docs/latest/genai/tracing/opentelemetry/ingest/
            "X-Mlflow-Experiment-Id": str(known["experiment_id"]),
        }

    def visits(self, routes: list[Route]) -> Iterator[Visit]:
        for route in routes:
            yield Visit(route, *self.ask(route))

    def ask(self, route: Route) -> tuple[int, str]:
        """Status and body."""
        path = route.path
        while "{" in path:
            before, _, rest = path.partition("{")
            name, _, after = rest.partition("}")
            path = before + quote(str(self._known.get(name, 1))) + after
        values = {name: self._sample(name, kind) for name, kind in route.fields.items()} or dict(self._known)
        url = f"http://127.0.0.1:{self._server.port}{path}"
        if route.method == "GET":
            flat = {name: value for name, value in values.items() if not isinstance(value, dict)}
            return self._send("GET", f"{url}?{urlencode(flat, doseq=True)}", None)
        return self._send(route.method, url, json.dumps(values).encode())

    def _sample(self, name: str, kind: Any) -> Any:
        if isinstance(kind, list):
            if isinstance(self._known.get(name), list):
                return self._known[name]
            return [self._known.get(name.removesuffix("s"), self._sample(name, kind[0]))]
        is_object = isinstance(kind, dict) and "enum" not in kind
        if name in self._known and isinstance(self._known[name], dict) == is_object:
            return self._known[name]
        if is_object:
            return {name: self._sample(name, part) for name, part in kind.items()}
        return kind["enum"] if isinstance(kind, dict) else _BY_TYPE.get(kind, kind)

    def _send(self, method: str, url: str, body: bytes | None) -> tuple[int, str]:
        request = urllib.request.Request(url, body, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                return response.status, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError as error:
            return 0, str(error)
