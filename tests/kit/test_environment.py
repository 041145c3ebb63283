"""The installation, with small programs for the tools; the tools themselves are in tests/faults."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kit import environment
from kit.progress import Steps


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "requirements.txt",
        "package-lock.json",
        "scripts/uv.txt",
        "server_image/requirements.txt",
        "kit/smoke/requirements.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "KIT", tmp_path / ".venv")
    monkeypatch.setattr(environment, "SERVER", tmp_path / ".venv-server")
    monkeypatch.setattr(environment, "CLIENT", tmp_path / ".venv-client")
    monkeypatch.setattr(environment, "_SERVER_LOCK", tmp_path / "server_image" / "requirements.txt")
    monkeypatch.setattr(environment, "_CLIENT_LOCK", tmp_path / "kit" / "smoke" / "requirements.txt")
    return tmp_path


@pytest.fixture
def made(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that are made, in order."""
    made: list[str] = []
    folders = {"kit": ".venv", "cdk": "node_modules", "server": ".venv-server", "client": ".venv-client"}
    for part, folder in folders.items():

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
    assert made == ["kit", "cdk", "server", "client"]
    assert [line.split("  ")[0] for line in said.splitlines()] == [
        "Python packages",
        "CDK command line",
        "Server packages",
        "Client packages",
    ]
    assert install() == ""
    assert made == ["kit", "cdk", "server", "client"]


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
    assert made == ["cdk", "server", "client"]


def test_a_second_installation_waits_for_the_first(made: list[str]) -> None:
    with environment._only_one_at_a_time():
        second = threading.Thread(target=install)
        second.start()
        second.join(0.3)
        assert second.is_alive()
        assert made == []
    second.join(30)
    assert made == ["kit", "cdk", "server", "client"]


def test_a_tool_that_fails_is_quoted(checkout: Path) -> None:
    tool = [sys.executable, "-c", "import sys; sys.exit('line one\\nline two')"]
    with pytest.raises(environment.InstallError, match=r"failed, is it there\? It says: line one / line two$"):
        environment._run(tool, "is it there?")


def test_a_tool_that_fails_silently_is_named(checkout: Path) -> None:
    with pytest.raises(environment.InstallError, match="It says: nothing"):
        environment._run([sys.executable, "-c", "raise SystemExit(3)"], "is it there?")


@pytest.fixture
def with_uv(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checkout has this environment's own uv."""
    monkeypatch.setattr(environment, "_UV", Path(sys.executable).parent / "uv")


def test_the_running_python_s_version_is_found(with_uv: None) -> None:
    found = environment.find_python(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert found is not None
    program = "import sys; print(sys.version_info[:2])"
    answer = subprocess.run([found, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(sys.version_info[:2])


def test_a_python_that_is_not_here_is_none(with_uv: None) -> None:
    assert environment.find_python("2.6") is None


class Commands:
    """The commands that an installation would run; the first of an environment makes its folder."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.error: str | None = None

    def run(self, command: list[str], likely: str) -> None:
        self.lines.append(" ".join(command[1:3]))
        if command[1] == "venv":
            Path(command[-1]).mkdir(parents=True, exist_ok=True)
        elif self.error:
            raise environment.InstallError(self.error)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    commands = Commands()
    monkeypatch.setattr(environment, "_run", commands.run)
    return commands


@pytest.fixture
def requirements(checkout: Path) -> Path:
    requirements = checkout / "localstack" / "requirements.txt"
    requirements.parent.mkdir()
    requirements.write_text("one==1")
    return requirements


def test_an_environment_that_is_current_is_left_alone(checkout: Path, requirements: Path, commands: Commands) -> None:
    said: list[str] = []
    for _ in range(2):
        environment.install_venv(checkout / ".venv-localstack", requirements, "python3", said.append)
    assert commands.lines == ["venv --quiet", "pip sync"]
    assert said == ["installing localstack/requirements.txt"]


def test_an_environment_is_made_anew_when_its_requirements_change(
    checkout: Path, requirements: Path, commands: Commands
) -> None:
    for text in ("one==1", "one==2"):
        requirements.write_text(text)
        environment.install_venv(checkout / ".venv-localstack", requirements, "python3", lambda text: None)
    assert commands.lines == ["venv --quiet", "pip sync"] * 2


def test_an_environment_whose_installation_failed_is_made_again(
    checkout: Path, requirements: Path, commands: Commands
) -> None:
    folder = checkout / ".venv-localstack"
    commands.error = "no registry"
    with pytest.raises(environment.InstallError, match="no registry"):
        environment.install_venv(folder, requirements, "python3", lambda text: None)
    commands.error = None
    commands.lines.clear()
    environment.install_venv(folder, requirements, "python3", lambda text: None)
    assert commands.lines == ["venv --quiet", "pip sync"]


def test_node_modules_are_installed_anew_when_their_lock_changes(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkout / "scanners"
    folder.mkdir()
    ran: list[list[str]] = []

    def run(command: list[str], likely: str) -> None:
        ran.append(command)
        (folder / "node_modules").mkdir(exist_ok=True)

    monkeypatch.setattr(environment, "_run", run)
    for lock in ("one", "one", "two"):
        (folder / "package-lock.json").write_text(lock)
        environment.install_node_modules(folder, lambda text: None)
    assert [command[1:4] for command in ran] == [["ci", "--prefix", str(folder)]] * 2
