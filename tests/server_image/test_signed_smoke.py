"""The smoke test of a team with `auth: iam`: the kit's server, and a gateway that verifies signatures before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import boto3
import pytest

from kit import smoke
from kit.environment import CLIENT
from kit.smoke.report import SmokeReport
from kit.smoke.signing import Signer
from tests.server_image.deployment import REGION, Deployment, Postgres
from tests.smoke import signing_gateway
from tests.smoke.signing_gateway import KEY, Gateway


@dataclass(frozen=True)
class Passed:
    report: SmokeReport
    gateway: Gateway

    def step(self, name: str) -> smoke.SmokeStep:
        return next(step for step in self.report.steps if step.name == name)


@pytest.fixture(scope="module")
def passed(
    make_deployment: Callable[..., Deployment], template: str, postgres: Postgres, bucket: str
) -> Iterator[Passed]:
    deployment = make_deployment(template)
    root = f"s3://{bucket}/artifacts"
    settings = {"TRACKING_AUTH": "none", "TRACKING_ARTIFACTS": "direct", "MLFLOW_DEFAULT_ARTIFACT_ROOT": root}
    settings["MLFLOW_SERVER_ALLOWED_HOSTS"] = "127.0.0.1"
    with (
        deployment.serving(**settings) as server,
        Gateway(f"http://127.0.0.1:{server.port}").running() as gateway,
    ):
        report = smoke.run(
            gateway.url,
            None,
            None,
            python=CLIENT / "bin" / "python",
            signer=Signer(KEY, signing_gateway.REGION),
            evidence=_evidence(deployment, postgres, bucket),
            client_environment={"AWS_ENDPOINT_URL_S3": deployment.endpoint},
        )
        yield Passed(report, gateway)


def _evidence(deployment: Deployment, postgres: Postgres, bucket: str) -> smoke.Evidence:
    def client() -> object:
        session = boto3.Session("test", "test", region_name=REGION)
        return session.client("s3", endpoint_url=deployment.endpoint)

    return smoke.Evidence(
        smoke.Database(
            "127.0.0.1", postgres.port, deployment.database, "postgres", lambda: postgres.superuser_password, "disable"
        ),
        smoke.ArtifactBucket(client, bucket),
    )


def test_every_step_holds_and_what_makes_no_sense_there_is_named(passed: Passed) -> None:
    assert [(step.name, step.sentence) for step in passed.report.failures] == []
    assert [step.name for step in passed.report.steps if not step.left_out] == [
        "server answers",
        "log in",
        "strangers are refused",
        "wrong signatures are refused",
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
    assert [step.name for step in passed.report.steps if step.left_out] == [
        "web page",
        "web page's calls",
        "foreign pages are refused",
        "artifacts through the server",
    ]


def test_what_is_left_out_is_told_with_its_reason(passed: Passed) -> None:
    line = str(passed.step("web page"))
    assert not line.startswith("ok")
    assert "left out" in line
    assert "signs no request" in line


def test_strangers_reach_no_route_not_even_those_that_mlflow_opens(passed: Passed) -> None:
    assert "none is open" in passed.step("strangers are refused").sentence
    assert {"GET /health", "GET /api/3.0/mlflow/server-info"} <= set(passed.gateway.refused)


def test_the_client_reaches_the_server_through_the_gateway_and_no_artifact_does(passed: Passed) -> None:
    asked = set(passed.gateway.let_in)
    assert {"GET /version", "POST /api/2.0/mlflow/runs/create"} <= asked
    assert "DELETE /api/2.0/mlflow/registered-models/delete" in asked
    assert not [call for call in asked if "mlflow-artifacts" in call]
