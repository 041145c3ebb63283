"""A stock `mlflow server` beside the team's, and both asked the same."""

import contextlib
import http.client
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.local.ports import free_port
from tests.server_image.deployment import HOST, SERVER_PYTHON, Deployment, wait_until

ORIGIN = f"https://{HOST.lower()}"
_COMPARED = (
    "content-type",
    "vary",
    "x-frame-options",
    "x-content-type-options",
    "www-authenticate",
    "allow",
    "location",
)
_IDS = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:tr|m|d|wh)-[0-9a-f-]{30,}")
_TIMES = re.compile(r"\b1[0-9]{12}\b")
# PostgreSQL quotes the statement, in which MLflow has put a run name of its own making.
_STATEMENT = re.compile(r"\\nLINE 1:.*")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.path, (self.body or "")[:80], str(dict(self.headers)))))


@dataclass(frozen=True)
class Comparable:
    """An answer without what differs from server to server: ids, by the order in which they come, and times."""

    status: int
    headers: Mapping[str, str]
    body: str


class Client:
    """Asks one server.

    In a request `{0}`, `{1}`, … stand for the ids that the server has named, and `{experiment}` for the experiment that
    it made last.
    """

    def __init__(self, port: int, host: str = HOST.lower()) -> None:
        self._port, self._host = port, host
        self._ids: list[str] = []
        self._experiment = ""

    def ask(self, request: Request) -> Comparable:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Host": self._host, **({"Content-Type": "application/json"} if request.body else {})}
        headers |= dict(request.headers)
        connection.request(request.method, self._fill(request.path), self._fill(request.body or "").encode(), headers)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        if found := re.fullmatch(r'{\s*"experiment_id": "(\d+)"\s*}', body):
            self._experiment = found[1]
        kept = {
            name.lower(): value
            for name, value in sorted(answer.getheaders())
            if name.lower() in _COMPARED or name.lower().startswith("access-control")
        }
        # The order of methods is Python's of a set, and FastAPI's layers name Origin a second time.
        for name in {"allow", "vary"} & kept.keys():
            kept[name] = ", ".join(sorted(set(kept[name].split(", "))))
        return Comparable(answer.status, kept, self._normalise(body))

    def _fill(self, text: str) -> str:
        text = text.replace("{experiment}", self._experiment)
        return re.sub(r"\{(\d+)\}", lambda match: self._ids[int(match[1])], text)

    def _normalise(self, body: str) -> str:
        with contextlib.suppress(ValueError):
            # Protobuf's maps have no order.
            body = json.dumps(json.loads(body), sort_keys=True)
        body = _STATEMENT.sub("", body)
        return _TIMES.sub("TIME", _IDS.sub(self._number, body))

    def _number(self, match: re.Match[str]) -> str:
        if match[0] not in self._ids:
            self._ids.append(match[0])
        return f"ID{self._ids.index(match[0])}"


def differing(ports: tuple[int, int], requests: list[Request]) -> list[str]:
    """What the team's server, on the first port, answers otherwise than the stock one on the second."""
    ours, stock = map(Client, ports)
    found = []
    for request in requests:
        try:
            here, there = ours.ask(request), stock.ask(request)
        except OSError as error:
            raise AssertionError(f"no answer to {request}") from error
        if here != there:
            found.append(f"{request}\n  ours  {here}\n  stock {there}")
    return found


@contextmanager
def stock_server(deployment: Deployment, folder: Path, admin_password: str = "") -> Iterator[int]:
    """The port of `mlflow server` as it comes, but for one worker and no job runner, on the deployment's database.

    With the password of `admin` it has MLflow's users and permissions.
    """
    port = free_port()
    environment = deployment.environment(
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",
        MLFLOW_MODEL_CATALOG_URI="",
        MLFLOW_CRYPTO_KEK_PASSPHRASE="not MLflow's public one",
        HOME=str(folder),
    )
    uri = f"postgresql+psycopg2://mlflow_server@127.0.0.1:{deployment.postgres.port}/{deployment.database}"
    command = [SERVER_PYTHON, "-m", "mlflow", "server", "--workers", "1", "--port", str(port)]
    options = [
        *("--backend-store-uri", uri),
        *("--artifacts-destination", environment["MLFLOW_ARTIFACTS_DESTINATION"]),
        *("--allowed-hosts", f"{HOST.lower()},{HOST.lower()}:*", "--cors-allowed-origins", ORIGIN),
    ]
    if admin_password:
        options += ["--app-name", "basic-auth"]
        environment |= {
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "not random, as for several workers",
            "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
            "MLFLOW_AUTH_ADMIN_PASSWORD": admin_password,
        }
        (folder / "auth.ini").write_text(
            f"[mlflow]\ndefault_permission = READ\ndatabase_uri = {uri}\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
            # Off by default; without it each request of a test costs a hash.
            "auth_cache_ttl_seconds = 60\n"
        )
    with (folder / "stock.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            # libpq's own variable: the password stays out of the arguments.
            env={**environment, "PGPASSWORD": deployment.postgres.server_password},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: process.poll() is not None or _answers(port))
        assert process.poll() is None, (folder / "stock.log").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
