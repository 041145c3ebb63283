"""Clients that each write to a run of their own, as training does."""

import base64
import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

API = "/api/2.0/mlflow/"
CLIENTS = 16
SEARCHED, SEARCHED_RUNS = "searched", 10_000
ADMIN, USER, PASSWORD = "admin", "trainer", "only for benchmarks"
"""For a server that asks for them; others do not look."""


class Client:
    """One kept-alive connection to a server."""

    def __init__(self, port: int, user: str = USER) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        self._headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}

    def call(self, method: str, path: str, content: object = None) -> Any:
        """The answer's JSON. Raises RuntimeError for any status but 200."""
        body = None if content is None else json.dumps(content)
        self._connection.request(method, API + path, body, self._headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {data[:300]!r}")
        return json.loads(data)


@dataclass
class Runs:
    """The experiments of one server and the runs that the clients write to."""

    port: int
    experiment: str
    searched: str
    runs: list[str] = field(default_factory=list)


Operation = Callable[[Client, Runs, str, int], object]


def _log_metric(client: Client, _runs: Runs, run: str, number: int) -> object:
    content = {"run_id": run, "key": "loss", "value": number * 0.1, "timestamp": 1_700_000_000_000 + number}
    return client.call("POST", "runs/log-metric", {**content, "step": number})


def _log_batch(client: Client, _runs: Runs, run: str, number: int) -> object:
    metrics = [{"key": f"m{key}", "value": key + number, "timestamp": number, "step": number} for key in range(100)]
    return client.call("POST", "runs/log-batch", {"run_id": run, "metrics": metrics})


def _get_run(client: Client, _runs: Runs, run: str, _number: int) -> object:
    return client.call("GET", f"runs/get?run_id={run}")


def create_run(client: Client, runs: Runs, _run: str, number: int) -> Any:
    """A run as MLflow's client creates one."""
    tags = [{"key": f"mlflow.{key}", "value": "benchmark"} for key in ("user", "source.name", "source.type")]
    content = {"experiment_id": runs.experiment, "start_time": number, "run_name": "benchmark", "tags": tags}
    return client.call("POST", "runs/create", content)


def _search_runs(client: Client, runs: Runs, _run: str, _number: int) -> object:
    return client.call("POST", "runs/search", {"experiment_ids": [runs.searched], "max_results": 20})


OPERATIONS: dict[str, Operation] = {
    "log-metric": _log_metric,
    "log-batch of 100 metrics": _log_batch,
    "runs/get": _get_run,
    "runs/create": create_run,
    "runs/search, 20 of 10,000": _search_runs,
}


@dataclass(frozen=True)
class Result:
    """Answers, answers a second, and seconds to an answer in the slowest hundredth."""

    count: int
    rate: float
    p99_s: float


def _searched_experiment(client: Client) -> str:
    found = client.call("POST", "experiments/search", {"max_results": 1, "filter": f"name = '{SEARCHED}'"})
    experiments = found.get("experiments") or [client.call("POST", "experiments/create", {"name": SEARCHED})]
    return str(experiments[0]["experiment_id"])


def prepare(port: int) -> Runs:
    """An experiment with a run for each client; every run has 10 metrics and 10 parameters."""
    client = Client(port)
    experiment = client.call("POST", "experiments/create", {"name": uuid.uuid4().hex})["experiment_id"]
    runs = Runs(port, experiment, _searched_experiment(client))
    metrics = [{"key": f"start{key}", "value": key, "timestamp": 1, "step": 0} for key in range(10)]
    params = [{"key": f"p{key}", "value": str(key)} for key in range(10)]
    for number in range(CLIENTS):
        run = create_run(client, runs, "", number)["run"]["info"]["run_id"]
        client.call("POST", "runs/log-batch", {"run_id": run, "metrics": metrics, "params": params})
        runs.runs.append(run)
    return runs


def drive(runs: Runs, operation: Operation, seconds: float, rate: float | None = None) -> Result:
    """All clients at once for some seconds: as fast as they are answered, or together at `rate` calls a second.

    At a rate, a call that waits for the one before counts from when it was due.
    """
    waits: list[float] = []
    failures: list[Exception] = []
    started = time.monotonic()

    def work(index: int) -> None:
        try:
            _work(Client(runs.port), runs, operation, index, started, seconds, rate, waits)
        except Exception as error:  # told by the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    elapsed = time.monotonic() - started
    waits.sort()
    return Result(len(waits), len(waits) / elapsed, waits[int(len(waits) * 0.99)])


def _work(
    client: Client,
    runs: Runs,
    operation: Operation,
    index: int,
    started: float,
    seconds: float,
    rate: float | None,
    waits: list[float],
) -> None:
    pause = CLIENTS / rate if rate else 0.0
    due = started + pause * index / CLIENTS
    while True:
        if rate:
            time.sleep(max(0.0, due - time.monotonic()))
        else:
            due = time.monotonic()
        if due > started + seconds:
            return
        operation(client, runs, runs.runs[index], int((due - started) * 1e6) + index)
        waits.append(time.monotonic() - due)
        due += pause
