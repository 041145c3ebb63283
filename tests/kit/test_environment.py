"""The installation, with small programs for the tools; the tools themselves are in tests/faults."""

import io
import sys
import threading
from pathlib import Path

import pytest

from kit import environment
from kit.progress import Steps


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("requirements.txt", "package-lock.json", "scripts/uv.txt", "server_image/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "KIT", tmp_path / ".venv")
    monkeypatch.setattr(environment, "SERVER", tmp_path / ".venv-server")
    return tmp_path


@pytest.fixture
def made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that are made, in order."""
    made: list[str] = []
    for part, folder in (("kit", ".venv"), ("cdk", "node_modules"), ("server", ".venv-server")):

        def make(report: object, part: str = part, folder: str = folder) -> None:
            (checkout / folder).mkdir(exist_ok=True)
            made.append(part)

        monkeypatch.setattr(environment, f"_install_{part}", make)
    return made


def install() -> str:
    stream = io.StringIO()
    environment.install(Steps(stream))
    return stream.getvalue()


def test_everything_is_installed_once(made: list[str]) -> None:
    said = install()
    assert made == ["kit", "cdk", "server"]
    assert [line.split("  ")[0] for line in said.splitlines()] == [
        "Python packages",
        "CDK command line",
        "Server packages",
    ]
    assert install() == ""
    assert made == ["kit", "cdk", "server"]


def test_only_what_is_made_from_a_changed_file_is_installed_again(made: list[str], checkout: Path) -> None:
    install()
    made.clear()
    (checkout / "server_image" / "requirements.txt").write_text("changed")
    install()
    assert made == ["server"]


def test_what_failed_is_installed_again(made: list[str], checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(report: object) -> None:
        (checkout / "node_modules").mkdir()
        raise environment.InstallError("no registry")

    with monkeypatch.context() as context:
        context.setattr(environment, "_install_cdk", fail)
        with pytest.raises(environment.InstallError, match="no registry"):
            install()
    made.clear()
    (checkout / "node_modules").rmdir()
    install()
    assert made == ["cdk", "server"]


def test_a_second_installation_waits_for_the_first(made: list[str]) -> None:
    with environment._only_one_at_a_time():
        second = threading.Thread(target=install)
        second.start()
        second.join(0.3)
        assert second.is_alive()
        assert made == []
    second.join(30)
    assert made == ["kit", "cdk", "server"]


def test_a_tool_that_fails_is_quoted(checkout: Path) -> None:
    tool = [sys.executable, "-c", "import sys; sys.exit('line one\\nline two')"]
    with pytest.raises(environment.InstallError, match=r"failed, is it there\? It says: line one / line two$"):
        environment._run(tool, "is it there?")


def test_a_tool_that_fails_silently_is_named(checkout: Path) -> None:
    with pytest.raises(environment.InstallError, match="It says: nothing"):
        environment._run([sys.executable, "-c", "raise SystemExit(3)"], "is it there?")
