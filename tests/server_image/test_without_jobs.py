import json
import subprocess

import pytest
from tracking_server.without_jobs import REFUSED, WithoutJobs

from tests.server_image.asking import answering, ask
from tests.server_image.deployment import SERVER_PYTHON


@pytest.mark.parametrize(("method", "path"), sorted(REFUSED))
def test_what_needs_a_job_runner_is_refused_with_what_to_do_instead(method: str, path: str) -> None:
    start, body = ask(WithoutJobs(answering(200, b"")), path, method=method)
    assert start["status"] == 501
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()
    error = json.loads(body["body"])
    assert error["error_code"] == "NOT_IMPLEMENTED"
    assert "mlflow.genai.evaluate" in error["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ajax-api/3.0/jobs/1"),
        ("GET", "/api/3.0/mlflow/scorers/online-configs"),
        ("POST", "/api/3.0/mlflow/scorers/register"),
        ("POST", "/api/3.0/mlflow/prompt-optimization/jobs/search"),
    ],
)
def test_what_only_reads_or_registers_passes(method: str, path: str) -> None:
    start, _ = ask(WithoutJobs(answering(200, b"")), path, method=method)
    assert start["status"] == 200


def test_the_refused_calls_are_those_of_mlflow_that_start_jobs() -> None:
    """A version of MLflow that moves one, or adds one, shows here."""
    program = (
        "import inspect, json\n"
        "from mlflow.server.handlers import get_endpoints\n"
        "calls = 'submit_job(', 'upsert_online_scoring_config('\n"
        "def starts(function):\n"
        "    source = inspect.getsource(inspect.unwrap(function))\n"
        "    return any(call in source for call in calls)\n"
        "print(json.dumps([(m, p) for p, function, methods in get_endpoints() for m in methods if starts(function)]))"
    )
    done = subprocess.run([SERVER_PYTHON, "-c", program], capture_output=True, text=True, check=True)
    starting = {(method, path) for method, path in json.loads(done.stdout.splitlines()[-1])}
    assert {("POST", "/ajax-api/3.0/jobs"), *starting} == REFUSED
