"""Which LocalStack is taken. What is found is a small server of the test's own; the real one is in tests/localstack."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kit import environment as kit_environment
from kit.emulators.localstack import environment
from kit.emulators.localstack.emulator import LocalStack, RunningLocalStack
from kit.environment import InstallError
from kit.local.errors import LocalError
from kit.local.ports import free_port

REGION = "eu-west-1"
HEALTH, INFO = "/_localstack/health", "/_localstack/info"
# MiniStack answers the health path of LocalStack, too.
OTHER_EMULATOR = {HEALTH: "{}"}
LOCALSTACK = {HEALTH: "{}", INFO: '{"version": "2026.3.0"}'}


@pytest.fixture(autouse=True)
def _nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, str]], int]]:
    """Answers the given paths, and 404 all others; returns the port."""
    servers = []

    def start(answers: dict[str, str]) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = answers.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or "")))
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStack:
    """One whose own LocalStack is never started."""

    def refuse(emulator: LocalStack, report: object = None) -> None:
        raise AssertionError("the kit's own LocalStack was started")

    monkeypatch.setattr(LocalStack, "start_own", refuse)
    return LocalStack(tmp_path / "team", "example", REGION)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LOCALSTACK_HOST", "127.0.0.1:{port}"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:{port}"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:{port}/"),
    ],
)
def test_the_user_s_is_found_where_the_environment_names_it(
    variable: str, value: str, serve: Callable[[dict[str, str]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(LOCALSTACK)
    monkeypatch.setenv(variable, value.format(port=port))
    assert RunningLocalStack.find() == RunningLocalStack(f"http://127.0.0.1:{port}", "2026.3.0")


def test_the_endpoint_url_is_taken_before_the_host_as_localstack_s_client_does(
    serve: Callable[[dict[str, str]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = serve(LOCALSTACK), serve(LOCALSTACK)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{first}")
    monkeypatch.setenv("LOCALSTACK_HOST", f"127.0.0.1:{second}")
    found = RunningLocalStack.find()
    assert found is not None
    assert found.url.endswith(f":{first}")


def test_the_usual_place_is_looked_at_without_any_name(
    serve: Callable[[dict[str, str]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The usual port may be somebody's own.
    port = serve(LOCALSTACK)
    monkeypatch.setattr("localstack_client.config.DEFAULT_EDGE_PORT", port)
    assert RunningLocalStack.find() == RunningLocalStack(f"http://localhost:{port}", "2026.3.0")
    monkeypatch.setattr("localstack_client.config.DEFAULT_EDGE_PORT", free_port())
    assert RunningLocalStack.find() is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LOCALSTACK_HOST", "127.0.0.1:{port}"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:{port}")],
)
def test_nothing_where_the_environment_names_a_place_is_told_with_the_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, emulator: LocalStack
) -> None:
    port = free_port()
    monkeypatch.setenv(variable, value.format(port=port))
    said = (
        rf"^No LocalStack answers at http://127\.0\.0\.1:{port}, which {variable} names: start it there or unset that"
    )
    with pytest.raises(LocalError, match=said):
        RunningLocalStack.find()
    with pytest.raises(LocalError, match=said):
        emulator.start()
    assert not emulator.of_the_user


@pytest.mark.parametrize(
    "answers",
    [OTHER_EMULATOR, {INFO: "<html>"}, {INFO: '{"edition": "x"}'}, {INFO: "[]"}, {INFO: "null"}],
    ids=["no info", "a page", "no version", "a list", "nothing"],
)
def test_another_server_is_not_taken_for_localstack(
    answers: dict[str, str], serve: Callable[[dict[str, str]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(answers)
    monkeypatch.setenv("LOCALSTACK_HOST", f"127.0.0.1:{port}")
    with pytest.raises(LocalError, match="No LocalStack answers"):
        RunningLocalStack.find()
    monkeypatch.delenv("LOCALSTACK_HOST")
    monkeypatch.setattr("localstack_client.config.DEFAULT_EDGE_PORT", port)
    assert RunningLocalStack.find() is None


def test_the_user_s_is_neither_started_nor_stopped(
    serve: Callable[[dict[str, str]], int], monkeypatch: pytest.MonkeyPatch, emulator: LocalStack, tmp_path: Path
) -> None:
    port = serve(LOCALSTACK)
    monkeypatch.setenv("LOCALSTACK_HOST", f"127.0.0.1:{port}")
    emulator.start()
    assert emulator.of_the_user
    assert emulator.endpoint.url == f"http://127.0.0.1:{port}"
    assert emulator.description == f"LocalStack 2026.3.0 at http://127.0.0.1:{port}"
    emulator.stop()
    assert emulator.answers()
    assert emulator.alive()
    # A later command of the kit knows it still, whatever its environment is.
    monkeypatch.delenv("LOCALSTACK_HOST")
    later = LocalStack(tmp_path / "team", "example", REGION)
    assert later.of_the_user
    assert later.alive()
    assert later.endpoint.url.endswith(f":{port}")


def test_the_user_s_that_has_ended_is_not_alive(monkeypatch: pytest.MonkeyPatch, emulator: LocalStack) -> None:
    running = RunningLocalStack(f"http://127.0.0.1:{free_port()}", "2026.3.0")
    with monkeypatch.context() as context:
        context.setattr(RunningLocalStack, "find", lambda: running)
        emulator.start()
    assert emulator.of_the_user
    assert not emulator.alive()
    emulator.stop()


def test_without_the_user_s_the_kit_starts_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(LocalStack, "start_own", lambda emulator, report: started.append(emulator.name))
    monkeypatch.setattr(RunningLocalStack, "find", lambda: None)
    LocalStack(tmp_path / "team", "example", REGION).start()
    assert started == ["LocalStack"]


def test_its_own_process_is_told_to_keep_to_loopback_and_to_its_folder(tmp_path: Path) -> None:
    emulator = LocalStack(tmp_path / "team", "example", REGION)
    folder = tmp_path / "team" / "emulator"
    (folder / "port").write_text("4567")
    told = emulator._process_environment()
    assert told["GATEWAY_LISTEN"] == "127.0.0.1:4567"
    assert told["GATEWAY_SERVER"] == "hypercorn"
    assert (told["DISABLE_EVENTS"], told["ACTIVATE_PRO"], told["DNS_ADDRESS"]) == ("1", "0", "0")
    for name in ("HOME", "TMPDIR", "FILESYSTEM_ROOT"):
        assert Path(told[name]).is_relative_to(folder)


def test_nothing_of_the_user_s_environment_reaches_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOCALSTACK_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY", "GATEWAY_LISTEN", "PYTHONPATH"):
        monkeypatch.setenv(name, "the-user-s")
    emulator = LocalStack(tmp_path / "team", "example", REGION)
    (tmp_path / "team" / "emulator" / "port").write_text("4567")
    assert "the-user-s" not in " ".join(emulator._process_environment().values())


def test_without_the_python_that_it_needs_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_environment, "find_python", lambda version: None)
    monkeypatch.setattr(RunningLocalStack, "find", lambda: None)
    emulator = LocalStack(tmp_path / "team", "example", REGION)
    with pytest.raises(LocalError, match=r"needs Python 3\.13, which is not here: start LocalStack \(docker compose"):
        emulator.start()
    assert not emulator.alive()


def test_an_installation_that_fails_is_an_error_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise InstallError("`uv pip sync` failed, is the package registry reachable?")

    monkeypatch.setattr(kit_environment, "find_python", lambda version: "python3.13")
    monkeypatch.setattr(kit_environment, "install_venv", fail)
    with pytest.raises(LocalError, match="is the package registry reachable"):
        environment.install(lambda text: None)
