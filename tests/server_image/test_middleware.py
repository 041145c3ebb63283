import json
from typing import Any

import pytest
from tracking_server.middleware import (
    BehindLoadBalancer,
    WithoutAssistant,
    WithoutPresignedTransfers,
)

from tests.server_image.asking import answering, ask

SERVER_INFO = "/api/3.0/mlflow/server-info"


def test_server_info_in_pieces_loses_both_flags_and_keeps_the_rest() -> None:
    content = b'{"store_type": "SqlStore", "multipart_uploads_enabled": true}'
    start, body = ask(WithoutPresignedTransfers(answering(200, content[:9], content[9:])), SERVER_INFO)
    assert json.loads(body["body"]) == {
        "store_type": "SqlStore",
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
    }
    assert dict(start["headers"])[b"content-length"] == str(len(body["body"])).encode()


@pytest.mark.parametrize(("status", "path"), [(503, SERVER_INFO), (200, "/api/2.0/mlflow/runs/get")])
def test_errors_and_other_paths_pass_unchanged(status: int, path: str) -> None:
    start, body = ask(WithoutPresignedTransfers(answering(status, b"not json")), path)
    assert (start["status"], body["body"]) == (status, b"not json")


def test_the_host_header_is_lowered_and_no_other() -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])

    ask(BehindLoadBalancer(application, "http"), "/", [(b"host", b"Team.Example.COM"), (b"x-name", b"Keep")])
    assert seen == [(b"host", b"team.example.com"), (b"x-name", b"Keep")]


def seen_behind_the_load_balancer(scheme: str, **headers: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    ask(BehindLoadBalancer(application, scheme), "/", sent)
    return seen


@pytest.mark.parametrize("hop", ["http", "https", "javascript"])
def test_the_scheme_is_that_of_the_public_name_whatever_the_last_hop_was(hop: str) -> None:
    for scheme in ("http", "https"):
        assert seen_behind_the_load_balancer(scheme, x_forwarded_proto=hop)["scheme"] == scheme


def test_nobody_says_the_clients_address_but_the_connection() -> None:
    assert "client" not in seen_behind_the_load_balancer("https", x_forwarded_for="127.0.0.1")


def test_mlflows_assistant_is_closed() -> None:
    start, _ = ask(WithoutAssistant(answering(200, b"")), "/ajax-api/3.0/mlflow/assistant/config")
    assert start["status"] == 403
