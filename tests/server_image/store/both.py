"""Two servers that differ in their tracking store alone, and the same requests sent to both."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.server_image.deployment import Answer, Server

API = "/api/2.0/mlflow"
# Each with the column of the run's id.
TABLES = {
    "runs": "run_uuid",
    "metrics": "run_uuid",
    "latest_metrics": "run_uuid",
    "params": "run_uuid",
    "tags": "run_uuid",
    "logged_model_metrics": "run_id",
}


def statements(server: Server) -> int:
    """How many statements PostgreSQL has logged for this server's database; each is a round trip."""
    log = server.deployment.postgres.log.read_text(errors="replace")
    return log.count(f"{server.deployment.database} LOG:  statement:")


@dataclass
class Both:
    """`postgresql` has this package's store, `mlflow` has MLflow's.

    Ids differ between the two. In requests and in what is compared, a label such as `<3>` stands for the id that each
    server gave to the same thing.
    """

    postgresql: Server
    mlflow: Server
    ids: list[tuple[str, str]] = field(default_factory=list)

    def post(self, path: str, content: Mapping[str, Any]) -> Answer:
        """The answer of both to `POST`, which is the same."""
        text = json.dumps(content)
        answers = [
            server.post(f"{API}/{path}", json.loads(self._with_ids(text, side))) for side, server in self._servers()
        ]
        return self._same(answers, f"{path} {text}")

    def get(self, path: str, **query: str) -> Answer:
        """The answer of both to `GET`, which is the same."""
        text = f"{API}/{path}?{urlencode(query, safe='<>')}"
        return self._same([server.get(self._with_ids(text, side)) for side, server in self._servers()], text)

    def label(self, path: str, content: Mapping[str, Any], *keys: str) -> str:
        """The label of what a request makes; `keys` lead to the id in the answer."""
        text = json.dumps(content)
        ids = []
        for side, server in self._servers():
            answer = server.post(f"{API}/{path}", json.loads(self._with_ids(text, side)))
            assert answer.status == 200, answer.body
            found = answer.json()
            for key in keys:
                found = found[key]
            ids.append(str(found))
        self.ids.append((ids[0], ids[1]))
        return f"<{len(self.ids) - 1}>"

    def run(self, **content: Any) -> str:
        """The label of a new run."""
        made = {"experiment_id": "0", "user_id": "user", "start_time": 1, "run_name": "run", **content}
        return self.label("runs/create", made, "run", "info", "run_id")

    def same_rows(self, run: str) -> None:
        """All that the database holds of a run is the same."""
        for table, column in TABLES.items():
            rows = [self._rows(side, server, table, column, run) for side, server in self._servers()]
            assert rows[0] == rows[1], table

    def _rows(self, side: int, server: Server, table: str, column: str, run: str) -> Sequence[str]:
        run_id = self._with_ids(run, side)
        rows = server.deployment.query(
            f"SELECT to_jsonb(t) - 'deleted_time' FROM {table} t WHERE {column} = '{run_id}'"
        )
        return sorted(self._with_labels(json.dumps(row), side) for (row,) in rows)

    def _servers(self) -> Iterator[tuple[int, Server]]:
        yield from enumerate((self.postgresql, self.mlflow))

    def _same(self, answers: Sequence[Answer], request: str) -> Answer:
        bodies = [_in_order(self._with_labels(answer.body.decode(), side)) for side, answer in enumerate(answers)]
        assert (answers[0].status, bodies[0]) == (answers[1].status, bodies[1]), request
        return answers[0]

    def _with_ids(self, text: str, side: int) -> str:
        for number, ids in enumerate(self.ids):
            text = text.replace(f"<{number}>", ids[side])
        return text

    def _with_labels(self, text: str, side: int) -> str:
        for number, ids in enumerate(self.ids):
            # Ids of experiments are equal and short.
            if len(ids[side]) > 8:
                text = text.replace(ids[side], f"<{number}>")
        return text


def _in_order(body: str) -> Any:
    """JSON with the metrics, params and tags of a run in one order: MLflow promises none."""
    try:
        return _sorted(json.loads(body))
    except ValueError:
        return body


def _sorted(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _sorted(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item) for item in value]
        return sorted(items, key=json.dumps) if key in ("params", "tags") or _are_latest(key, items) else items
    return value


def _are_latest(key: str, items: Sequence[Any]) -> bool:
    """Whether these are a run's metrics, one to a name; a history is in its own order."""
    return key == "metrics" and len({item["key"] for item in items}) == len(items)


@contextmanager
def round_trips(server: Server, expected: int) -> Iterator[None]:
    before = statements(server)
    yield
    assert statements(server) - before == expected
