"""Against the routes that MLflow's server itself lists; what an upgrade adds is in none of the sets here."""

import json
import subprocess
from fnmatch import fnmatchcase

import pytest

from stacks.service.api_calls import READS, WRITES
from tests.server_image.deployment import SERVER_PYTHON

LIST = """
import json
from mlflow.server import fastapi_app
from mlflow.server.handlers import get_endpoints

calls = {f"{method}{path}" for path, _, methods in get_endpoints() for method in methods}
routes = fastapi_app.app.routes
calls |= {f"{method}{route.path}" for route in routes for method in getattr(route, "methods", None) or ()}
print(json.dumps(sorted(calls)))
"""
# Of these a writer may do nothing by POST: the team's administrators do.
OF_THE_TEAM = (
    "POST/api/2.0/mlflow/webhooks*",
    "POST/api/3.0/mlflow/gateway/*",
    "POST/api/3.0/mlflow/workspaces*",
)
FOR_GOOD = (
    "POST/api/2.0/mlflow/traces/delete-traces",
    "POST/api/3.0/mlflow/traces/delete-traces",
    "POST/api/3.0/mlflow/review-queues/delete",
)
# Artifacts do not pass through the server, and the job runner is off.
NOT_THERE = (
    "POST/api/2.0/mlflow-artifacts/*",
    "POST/api/3.0/mlflow/prompt-optimization/*",
    # A route that MLflow has without its slash.
    "POST/api/2.0mlflow/*",
)


def matches(call: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(call, pattern) for pattern in patterns)


@pytest.fixture(scope="module")
def posts() -> list[str]:
    answer = subprocess.run([SERVER_PYTHON, "-c", LIST], capture_output=True, text=True, check=True)
    calls: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return [call for call in calls if call.startswith("POST/api/")]


def test_a_writer_may_post_all_but_what_is_the_teams_or_for_good(posts: list[str]) -> None:
    refused = [call for call in posts if not matches(call, WRITES)]
    assert [call for call in refused if not matches(call, (*OF_THE_TEAM, *FOR_GOOD, *NOT_THERE))] == []
    assert [call for call in posts if matches(call, WRITES) and matches(call, (*OF_THE_TEAM, *FOR_GOOD))] == []
    assert {pattern for pattern in FOR_GOOD if pattern not in posts} == set()


def test_a_reader_may_post_what_is_a_question_by_its_name(posts: list[str]) -> None:
    words = ("search", "/metrics", "correlation", "get-latest", "batchGet", "download")
    questions = [call for call in posts if any(word in call for word in words) and not matches(call, NOT_THERE)]
    assert questions == [call for call in posts if matches(call, READS)]


@pytest.mark.parametrize("pattern", [*READS, *WRITES])
def test_every_path_that_is_named_is_one_of_mlflows(pattern: str, posts: list[str]) -> None:
    if pattern.startswith("POST/api/"):
        assert [call for call in posts if fnmatchcase(call, pattern)]
