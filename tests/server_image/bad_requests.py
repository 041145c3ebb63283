"""Requests that no server can fulfil, with the status and the error code that MLflow has for each."""

import json
from dataclasses import dataclass

from tests.server_image.stock import Request

API = "/api/2.0/mlflow"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
_UNKNOWN = "0" * 32
_POINT = {"timestamp": 1, "step": 0}


@dataclass(frozen=True)
class Refused:
    """A request, and the status and error code of its answer."""

    request: Request
    status: int
    code: str


def post(path: str, **content: object) -> Request:
    """A call of the REST API. `{0}` is the first run's id, `{experiment}` its experiment's."""
    return Request("POST", f"{API}/{path}", json.dumps(content))


PREPARATION = [
    post("experiments/create", name="größe 😀"),
    post("runs/create", experiment_id="{experiment}", start_time=1, run_name="läuft 🏃"),
]
"""The run that the others are about."""


def _of_run(path: str, **content: object) -> Request:
    return post(f"runs/{path}", run_id="{0}", **content)


def _metric(value: object) -> dict[str, object]:
    return {"key": "loss", "value": value, **_POINT}


def _named(count: int) -> list[dict[str, str]]:
    return [{"key": f"k{number}", "value": "v"} for number in range(count)]


def _invalid(request: Request) -> Refused:
    return Refused(request, 400, "INVALID_PARAMETER_VALUE")


def _missing(request: Request) -> Refused:
    return Refused(request, 404, "RESOURCE_DOES_NOT_EXIST")


BAD: dict[str, Refused] = {
    "more than 100 parameters in one call": _invalid(_of_run("log-batch", params=_named(101))),
    "more than 100 tags in one call": _invalid(_of_run("log-batch", tags=_named(101))),
    "50,000 metrics in one call": _invalid(_of_run("log-batch", metrics=[_metric(0)] * 50_000)),
    "a key of more than 250 characters": _invalid(_of_run("log-parameter", key="x" * 251, value="v")),
    "a key with an emoji": _invalid(_of_run("log-metric", **{**_metric(1), "key": "loss 😀"})),
    "a key that leaves its folder": _invalid(_of_run("log-metric", **{**_metric(1), "key": "../loss"})),
    "an empty key": _invalid(_of_run("set-tag", key="", value="v")),
    "an experiment without a name": _invalid(post("experiments/create", name="")),
    "JSON that ends too early": _invalid(Request("POST", f"{API}/runs/log-metric", '{"run_id": "')),
    **{
        f"a metric of {json.dumps(value)}": _invalid(_of_run("log-metric", **_metric(value)))
        for value in ("none", "", None)
    },
    **{
        f"{path} of an unknown run": _missing(post(f"runs/{path}", run_id=_UNKNOWN, **content))
        for path, content in {
            "log-metric": _metric(1),
            "log-parameter": {"key": "k", "value": "v"},
            "set-tag": {"key": "k", "value": "v"},
            "log-batch": {"metrics": [_metric(1)]},
            "update": {"status": "FINISHED"},
            "delete": {},
        }.items()
    },
    "an unknown run": _missing(Request("GET", f"{API}/runs/get?run_id={_UNKNOWN}")),
    "the artifacts of an unknown run": _missing(Request("GET", f"{API}/artifacts/list?run_id={_UNKNOWN}")),
    **{
        f"{method} of an artifact at {path}": _invalid(Request(method, f"{ARTIFACTS}/{path}", body))
        for path in ("../up", "a/%2e%2e/%2e%2e/up", "..%2fup", "%252e%252e/up")
        for method, body in (("PUT", "content"), ("GET", None), ("DELETE", None))
    },
    "a list of artifacts above the run's": _invalid(Request("GET", f"{API}/artifacts/list?run_id={{0}}&path=../..")),
}

FAILING: dict[str, Request] = {
    "a metric that is an object": _of_run("log-metric", **_metric({})),
    "a NUL in a value, which PostgreSQL does not take": _of_run("set-tag", key="nul", value="\0"),
    "an artifact that is not there": Request("GET", f"{ARTIFACTS}/7/a/none.txt"),
    "a file name too long for a disk": Request("PUT", f"{ARTIFACTS}/7/a/{'x' * 300}", "content"),
}
"""What MLflow 3.17 itself answers with 500."""
