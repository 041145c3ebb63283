import json
from collections.abc import Callable

import pytest
from tracking_server import readiness
from tracking_server.readiness import Readiness

from tests.server_image.asking import answering, ask
from tests.server_image.deployment import Deployment, Server


def passes() -> None:
    pass


def fails() -> None:
    raise RuntimeError("canary: the reason is for the log alone")


@pytest.mark.parametrize(
    ("database", "status", "body"),
    [
        (passes, 200, {"database": "ok", "artifacts": "ok"}),
        (fails, 503, {"database": "failed", "artifacts": "ok"}),
    ],
)
def test_ready_is_what_passes_every_check(database: Callable[[], None], status: int, body: dict[str, str]) -> None:
    application = Readiness(answering(404, b""), {"database": database, "artifacts": passes})
    start, answer = ask(application, "/health/ready")
    assert (start["status"], json.loads(answer["body"])) == (status, body)


def test_many_who_ask_cause_one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_KEPT_SECONDS", 3600)
    asked: list[int] = []
    application = Readiness(answering(404, b""), {"database": lambda: asked.append(1)})
    for _ in range(3):
        assert ask(application, "/health/ready")[0]["status"] == 200
    assert asked == [1]


def test_other_paths_are_the_applications() -> None:
    assert ask(Readiness(answering(201, b""), {"database": fails}), "/health")[0]["status"] == 201


def test_a_server_with_its_database_and_bucket_is_ready(server: Server, bucket: str) -> None:
    answer = server.get("/health/ready")
    assert (answer.status, answer.json()) == (200, {"database": "ok", "artifacts": "ok"})


def test_a_server_without_its_bucket_is_healthy_and_not_ready(deployment: Deployment) -> None:
    missing = "s3://no-such-bucket/artifacts"
    with deployment.serving(TRACKING_AUTH="none", MLFLOW_ARTIFACTS_DESTINATION=missing) as server:
        answer = server.get("/health/ready")
        assert (answer.status, answer.json()) == (503, {"database": "ok", "artifacts": "failed"})
        assert server.get("/health").status == 200
    assert "no-such-bucket" in deployment.said() or "NoSuchBucket" in deployment.said()


def test_a_rotated_password_is_fetched_again(deployment: Deployment, bucket: str, kept_password: None) -> None:
    with deployment.serving(TRACKING_AUTH="none") as server:
        deployment.put_password("canary-rotated-password")
        deployment.postgres.execute("ALTER ROLE mlflow_server PASSWORD 'canary-rotated-password'")
        assert server.get("/health/ready").status == 200
