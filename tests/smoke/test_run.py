from __future__ import annotations

import base64
from pathlib import Path

import pytest

from kit.local.ports import free_port
from kit.smoke import run
from kit.smoke.browser import Browser
from kit.smoke.report import SmokeReport
from tests.smoke.conftest import Target
from tests.smoke.spoiling_proxy import SpoilingProxy

NO_CLIENT = Path("/bin/false")


@pytest.fixture(scope="module")
def passed(target: Target, client_python: Path) -> tuple[SmokeReport, list[str]]:
    lines: list[str] = []
    report = run(
        target.url,
        target.username,
        target.password,
        python=client_python,
        evidence=target.evidence,
        progress=lines.append,
    )
    return report, lines


def failures(report: SmokeReport) -> dict[str, str]:
    return {step.name: step.sentence for step in report.failures}


def test_a_good_server_passes_every_step(passed: tuple[SmokeReport, list[str]]) -> None:
    report, _ = passed
    assert not failures(report)
    assert report.ok
    assert [step.name for step in report.steps] == [
        "server answers",
        "log in",
        "strangers are refused",
        "wrong passwords are refused",
        "web page",
        "web page's calls",
        "foreign pages are refused",
        "MLflow client",
        "experiment",
        "autologged training",
        "parameters, metrics, tags",
        "artifacts",
        "registered model",
        "predictions by alias",
        "search and compare",
        "rows in PostgreSQL",
        "objects in the bucket",
        "clean up",
        "nothing on a local disk",
    ]


def test_each_step_is_told_as_it_ends(passed: tuple[SmokeReport, list[str]]) -> None:
    report, lines = passed
    assert lines == [str(step) for step in report.steps]


def test_what_is_open_by_design_is_named(passed: tuple[SmokeReport, list[str]]) -> None:
    report, _ = passed
    sentence = next(step.sentence for step in report.steps if step.name == "strangers are refused")
    assert "/health, server-info, static files" in sentence


def test_the_password_is_in_no_line(passed: tuple[SmokeReport, list[str]], target: Target) -> None:
    assert target.password not in "\n".join(passed[1])


def test_a_wrong_password_is_told_and_stops_the_rest(target: Target, client_python: Path) -> None:
    report = run(target.url, target.username, "wrong", python=client_python)
    assert failures(report) == {"log in": f"the server at {target.url} refuses the password of user admin"}
    assert len(report.steps) == 2


def test_a_server_that_is_down_is_told(client_python: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    report = run(url, "admin", "password", python=client_python)
    assert f"the server at {url} does not answer" in failures(report)["server answers"]
    assert len(report.steps) == 1


@pytest.mark.parametrize(("status", "told"), [(503, "is not ready: spoiled"), (404, None)])
def test_a_server_that_does_not_find_what_it_needs_is_told(
    target: Target, proxy: SpoilingProxy, status: int, told: str | None
) -> None:
    """Other servers than the kit's know no such path."""
    proxy.status_for = lambda method, path: status if path == "/health/ready" else None
    failed = failures(run(proxy.url, target.username, "wrong", python=NO_CLIENT))
    assert ("server answers" in failed) is (told is not None)
    assert told is None or told in failed["server answers"]


def test_a_server_that_asks_for_no_password_fails(target: Target, proxy: SpoilingProxy) -> None:
    proxy.authorization = "Basic " + base64.b64encode(f"{target.username}:{target.password}".encode()).decode()
    report = run(proxy.url, target.username, target.password, python=NO_CLIENT)
    assert "must answer 401 without credentials" in failures(report)["strangers are refused"]
    assert "GET / (200)" in failures(report)["strangers are refused"]


def test_a_page_whose_calls_are_refused_fails(target: Target, proxy: SpoilingProxy) -> None:
    proxy.status_for = lambda method, path: 403 if path.startswith("/ajax-api/") else None
    report = run(proxy.url, target.username, target.password, python=NO_CLIENT)
    assert "the web page would stay empty" in failures(report)["web page's calls"]
    assert f"must name {proxy.url}" in failures(report)["web page's calls"]


def test_a_client_that_breaks_is_told(target: Target) -> None:
    report = run(target.url, target.username, target.password, python=NO_CLIENT)
    assert list(failures(report)) == ["MLflow client"]


def test_a_server_that_goes_away_meanwhile_is_told(target: Target, proxy: SpoilingProxy, client_python: Path) -> None:
    proxy.status_for = lambda method, path: 0 if path.startswith("/api/2.0/mlflow/runs/create") else None
    report = run(proxy.url, target.username, target.password, python=client_python)
    assert f"the server at {proxy.url} does not answer" in failures(report)["autologged training"]
    assert "artifacts" not in {step.name for step in report.steps}


def test_the_registered_model_is_deleted_afterwards(passed: tuple[SmokeReport, list[str]], target: Target) -> None:
    assert registered_model_status(passed[0], target) == 404


def test_keep_leaves_the_registered_model(target: Target, client_python: Path) -> None:
    report = run(target.url, target.username, target.password, python=client_python, keep=True)
    assert report.ok
    assert "clean up" not in {step.name for step in report.steps}
    assert registered_model_status(report, target) == 200


def registered_model_status(report: SmokeReport, target: Target) -> int:
    sentence = next(step.sentence for step in report.steps if step.name == "registered model")
    name = sentence.split("'")[1]
    path = f"/api/2.0/mlflow/registered-models/get?name={name}"
    return Browser(target.url).send("GET", path, credentials=(target.username, target.password)).status
