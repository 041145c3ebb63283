import gzip
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tracking_server.compressed import CompressedFiles

from tests.server_image.asking import ask
from tests.server_image.deployment import SERVER_PYTHON

SCRIPT = "/static-files/static/js/main.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("main.js", "main.js.gz", "small.js"):
        (tmp_path / "static" / "js").mkdir(parents=True, exist_ok=True)
        (tmp_path / "static" / "js" / name).touch()
    return tmp_path


def asked(folder: Path, path: str, *accepted: bytes) -> tuple[str, list[tuple[bytes, bytes]]]:
    """The path that MLflow is asked for, and the headers of the answer."""
    paths: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        paths.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"vary", b"Origin")]})
        await send({"type": "http.response.body", "body": b""})

    start, _ = ask(CompressedFiles(application, folder), path, [(b"accept-encoding", value) for value in accepted])
    return paths[0], start["headers"]


@pytest.mark.parametrize("accepted", [b"gzip", b"deflate, gzip, br", b"br;q=1.0, GZIP;q=0.8"])
def test_who_takes_gzip_is_sent_the_compressed_file(folder: Path, accepted: bytes) -> None:
    assert asked(folder, SCRIPT, accepted)[0] == f"{SCRIPT}.gz"


@pytest.mark.parametrize("accepted", [[], [b"br"], [b"gzip;q=0"], [b"identity, gzip;q=0.000"], [b"xgzip"]])
def test_who_does_not_is_sent_the_file_itself(folder: Path, accepted: list[bytes]) -> None:
    assert asked(folder, SCRIPT, *accepted)[0] == SCRIPT


def test_caches_are_told_of_the_difference(folder: Path) -> None:
    assert asked(folder, SCRIPT)[1] == [(b"vary", b"Origin"), (b"vary", b"Accept-Encoding")]


@pytest.mark.parametrize("path", ["/static-files/static/js/small.js", "/static-files/../main.js", "/api/2.0/x"])
def test_what_has_no_compressed_file_is_left_alone(folder: Path, path: str) -> None:
    assert asked(folder, path, b"gzip") == (path, [(b"vary", b"Origin")])


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
