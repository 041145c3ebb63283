from pathlib import Path

import pytest

from kit.local import container_log
from kit.local.container_log import ContainerLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "c.log"


def test_only_the_user_may_read_it(path: Path) -> None:
    ContainerLog(path).open().close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_last_lines_are_those_of_the_last_start(path: Path) -> None:
    log = ContainerLog(path)
    assert log.last_lines(2) == []
    for start in ("first", "second"):
        with log.open() as file:
            file.write(f"{start} began\n{start} works\n{start} ended\n".encode())
        assert log.last_lines(2) == [f"{start} works", f"{start} ended"]
    assert log.last_lines(10) == ["second began", "second works", "second ended"]


def test_a_large_one_is_put_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container_log, "_LOG_BYTES", 3)
    for start in (b"first\n", b"second\n"):
        with ContainerLog(path).open() as file:
            file.write(start)
    assert path.read_text() == "second\n"
    assert path.with_suffix(".log.1").read_text() == "first\n"


def test_of_a_line_of_json_the_message_is_said(path: Path) -> None:
    log = ContainerLog(path)
    with log.open() as output:
        output.write(b'{"level": "ERROR", "message": "of the server"}\n[1]\nplain\n')
    assert log.last_lines(3) == ["of the server", "[1]", "plain"]
