import gzip
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tracking_server.compressed import CompressedFiles

from tests.server_image.asking import ask
from tests.server_image.deployment import SERVER_PYTHON

SCRIPT = "/static-files/static/js/main.js"
WHOLE = b"let page = 1;\n" * 200
PACKED = gzip.compress(WHOLE)
Headers = list[tuple[bytes, bytes]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (scripts / "main.js.gz").write_bytes(PACKED)
    (scripts / "small.js").touch()
    return tmp_path


def asked(folder: Path, path: str, *headers: tuple[bytes, bytes], status: int = 200) -> tuple[Any, Headers, bytes]:
    """The request that MLflow gets, and headers and body of the answer. MLflow sends what is packed in pieces."""
    requests: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        requests.append(scope)
        packed = [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(PACKED)), (b"etag", b"packed")]
        own = packed if status == 200 and scope["path"].endswith(".gz") else []
        await send({"type": "http.response.start", "status": status, "headers": [*own, (b"vary", b"Origin")]})
        body = PACKED if own else b"as it is"
        for number in range(0, len(body), 10):
            await send({"type": "http.response.body", "body": body[number : number + 10], "more_body": True})
        await send({"type": "http.response.body"})

    start, *pieces = ask(CompressedFiles(application, folder), path, headers)
    return requests[0], start["headers"], b"".join(piece.get("body", b"") for piece in pieces)


@pytest.mark.parametrize("accepted", [b"gzip", b"deflate, gzip, br", b"br;q=1.0, GZIP;q=0.8"])
def test_who_takes_gzip_is_sent_the_compressed_file(folder: Path, accepted: bytes) -> None:
    request, headers, body = asked(folder, SCRIPT, (b"accept-encoding", accepted))
    assert (request["path"], request["raw_path"], body) == (f"{SCRIPT}.gz", f"{SCRIPT}.gz".encode(), PACKED)
    assert {(b"content-encoding", b"gzip"), (b"etag", b"packed")} <= set(headers)


@pytest.mark.parametrize("accepted", [None, b"br", b"gzip;q=0", b"identity, gzip;q=0.000", b"xgzip"])
def test_who_does_not_is_sent_it_unpacked(folder: Path, accepted: bytes | None) -> None:
    given = [(b"accept-encoding", accepted)] if accepted else []
    request, headers, body = asked(folder, SCRIPT, *given)
    assert (request["path"], body) == (f"{SCRIPT}.gz", WHOLE)
    assert dict(headers).keys() == {b"vary", b"content-length"}
    assert (b"content-length", b"%d" % len(WHOLE)) in headers


def test_a_part_is_asked_for_of_what_is_sent_as_it_is_alone(folder: Path) -> None:
    part = (b"range", b"bytes=0-9")
    assert part not in asked(folder, SCRIPT, part)[0]["headers"]
    assert part in asked(folder, SCRIPT, part, (b"accept-encoding", b"gzip"))[0]["headers"]


def test_what_is_not_packed_is_passed_on(folder: Path) -> None:
    _, headers, body = asked(folder, SCRIPT, status=403)
    assert (headers, body) == ([(b"vary", b"Origin"), (b"vary", b"Accept-Encoding")], b"as it is")


@pytest.mark.parametrize("accepted", [b"gzip", b"identity"])
def test_caches_are_told_of_the_difference(folder: Path, accepted: bytes) -> None:
    headers = asked(folder, SCRIPT, (b"accept-encoding", accepted))[1]
    assert [header for header in headers if header[0] == b"vary"] == [
        (b"vary", b"Origin"),
        (b"vary", b"Accept-Encoding"),
    ]


@pytest.mark.parametrize("path", ["/static-files/static/js/small.js", "/static-files/../main.js", "/api/2.0/x"])
def test_what_has_no_compressed_file_is_left_alone(folder: Path, path: str) -> None:
    request, headers, _ = asked(folder, path, (b"accept-encoding", b"gzip"))
    assert (request["path"], headers) == (path, [(b"vary", b"Origin")])


def test_mlflow_sends_a_compressed_file_as_what_it_is_of(tmp_path: Path) -> None:
    """Flask's send_from_directory, which MLflow uses, knows both the type and the encoding of such a name."""
    (tmp_path / "main.js.gz").write_bytes(gzip.compress(b"page"))
    program = f"""
from flask import Flask, send_from_directory
app = Flask("page")
app.add_url_rule("/<path:name>", view_func=lambda name: send_from_directory({str(tmp_path)!r}, name))
answer = app.test_client().get("/main.js.gz")
print(answer.headers["Content-Encoding"], answer.headers["Content-Type"])
"""
    said = subprocess.run([SERVER_PYTHON, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "gzip text/javascript; charset=utf-8\n"
