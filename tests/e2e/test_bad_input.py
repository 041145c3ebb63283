"""Bad input gets MLflow's own error, behind the load balancer and under the public name; odd input arrives as it is."""

import base64
import json
import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.environment import CLIENT
from kit.local.deployment import Deployment
from tests.kit.local.waiting import wait_for
from tests.running import LocalTeam
from tests.server_image.bad_requests import ARTIFACTS, BAD, PREPARATION
from tests.server_image.stock import Client, Comparable, Request

PROGRAM = Path(__file__).with_name("odd_client.py")
NAME = "größe 😀 日本"
Ask = Callable[[Request], Comparable]
RunProgram = Callable[..., Any]


@pytest.fixture(scope="module")
def password(up_from_nothing: tuple[LocalTeam, Any]) -> str:
    """The admin's, which outlives every restart."""
    team, _ = up_from_nothing
    if not team.answers():
        team.up()
    return team.password()


@pytest.fixture(scope="module")
def deployment(password: str, up_from_nothing: tuple[LocalTeam, Any]) -> Deployment:
    laptop = up_from_nothing[0].laptop
    return Deployment.read(laptop.team, laptop.emulator.client)


@pytest.fixture(scope="module")
def authorization(password: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()


@pytest.fixture(scope="module")
def ask(up_from_nothing: tuple[LocalTeam, Any], deployment: Deployment, authorization: str) -> Ask:
    """Asks as the admin, about a run that has been made."""
    client = Client(up_from_nothing[0].port, deployment.public_host)

    def ask(request: Request) -> Comparable:
        return client.ask(replace(request, headers=(("Authorization", authorization),)))

    assert [ask(request).status for request in PREPARATION] == [200, 200]
    return ask


@pytest.fixture
def run_program(running: LocalTeam, password: str) -> RunProgram:
    """Calls a function of the program, as a user with MLflow's client."""

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [CLIENT / "bin" / "python", PROGRAM, *arguments],
            env={
                **running.environment,
                "MLFLOW_TRACKING_URI": running.url,
                "MLFLOW_TRACKING_USERNAME": "admin",
                "MLFLOW_TRACKING_PASSWORD": password,
                "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_mlflows_own_error(ask: Ask, name: str) -> None:
    answer = ask(BAD[name].request)
    assert (answer.status, json.loads(answer.body)["error_code"]) == (BAD[name].status, BAD[name].code)


def test_names_with_emoji_come_back_as_they_were(run_program: RunProgram) -> None:
    assert run_program("names") == {
        "found": True,
        "names": [NAME] * 4,
        "artifact": NAME,
        "listed": [f"{NAME}/{NAME}.txt"],
        "key with an emoji": "INVALID_PARAMETER_VALUE",
    }


def test_long_values_are_kept_or_cut_at_mlflows_limits_and_50_000_metrics_arrive(run_program: RunProgram) -> None:
    sizes = {"tags": [5000, 8000], "param": 6000, "metrics": [50_000, sum(range(50_000))]}
    assert run_program("sizes") == sizes


def test_a_file_that_is_gone_before_its_upload_is_the_clients_error(run_program: RunProgram, tmp_path: Path) -> None:
    assert run_program("vanished", str(tmp_path)) == ["FileNotFoundError", []]


def test_an_upload_that_breaks_off_leaves_nothing_and_the_next_one_works(
    running: LocalTeam, deployment: Deployment, authorization: str, ask: Ask
) -> None:
    path = f"{ARTIFACTS}/0/broken/half.bin"
    head = f"PUT {path} HTTP/1.1\r\nHost: {deployment.public_host}\r\nAuthorization: {authorization}\r\n"
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        connection.sendall(f"{head}Content-Length: 2000000\r\n\r\n".encode() + b"x" * 1_000_000)
    bucket = running.laptop.emulator.client("s3")

    def stored() -> list[int]:
        prefix = f"{deployment.artifact_prefix}/0/broken/"
        listed = bucket.list_objects_v2(Bucket=deployment.artifact_bucket, Prefix=prefix)
        return [item["Size"] for item in listed.get("Contents", [])]

    assert ask(Request("PUT", path, "whole")).status == 200
    wait_for(lambda: stored() == [len("whole")], "the whole one alone is there")


def test_two_clients_write_the_same_run(run_program: RunProgram) -> None:
    assert run_program("two_writers") == {
        "refusals": ["INVALID_PARAMETER_VALUE", "None"],
        "points": {"left": 25, "right": 25, "shared": 50},
    }
