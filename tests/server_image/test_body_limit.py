from typing import Any

import pytest
from tracking_server.body_limit import MOST_BYTES, BodyLimit

from tests.server_image.asking import ask

PATH = "/api/2.0/mlflow/runs/log-batch"
CHUNKED = [(b"transfer-encoding", b"chunked")]
MIB = b"x" * 2**20


async def reading(_scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % size})


def pieces(mib: int) -> list[Any]:
    return [{"type": "http.request", "body": MIB, "more_body": number < mib} for number in range(1, mib + 1)]


def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    start, body = ask(BodyLimit(reading), PATH, [(b"content-length", b"%d" % (MOST_BYTES + 1))], received=())
    assert (start["status"], b"64 MiB" in body["body"]) == (413, True)


@pytest.mark.parametrize(
    "path", ["/api/2.0/mlflow-artifacts/artifacts/1/a", "/ajax-api/2.0/mlflow-artifacts/artifacts/a"]
)
def test_artifacts_may_have_any_length(path: str) -> None:
    headers = [(b"content-length", b"%d" % (2 * MOST_BYTES))]
    assert ask(BodyLimit(reading), path, headers, received=pieces(2))[0]["status"] == 200


def test_a_body_of_no_told_length_is_refused_when_it_has_become_too_large() -> None:
    assert ask(BodyLimit(reading), PATH, CHUNKED, received=pieces(65))[0]["status"] == 413


def test_a_body_of_no_told_length_arrives_whole() -> None:
    start, body = ask(BodyLimit(reading), PATH, CHUNKED, received=pieces(64))
    assert (start["status"], body["body"]) == (200, b"%d" % MOST_BYTES)


def test_a_client_that_goes_before_the_end_is_seen_to_have_gone() -> None:
    seen: list[Any] = []

    async def application(_scope: Any, receive: Any, _send: Any) -> None:
        seen.extend([await receive(), await receive()])

    received = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    ask(BodyLimit(application), PATH, CHUNKED, received=received)
    assert [message["type"] for message in seen] == ["http.request", "http.disconnect"]


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")], [(b"content-length", b"%d" % MOST_BYTES)]])
def test_other_requests_are_passed_on(headers: Any) -> None:
    assert ask(BodyLimit(reading), PATH, headers)[0]["status"] == 200
