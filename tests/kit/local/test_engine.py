import dataclasses
import json
from pathlib import Path

import pytest

from kit.local.engine import Engine, Kind, LocalImage
from kit.local.errors import LocalError
from tests.kit.local.fake_engine import FakeEngine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return tmp_path


def install(folder: Path, name: str) -> FakeEngine:
    engine = FakeEngine(folder / f"of-{name}", name)
    (folder / name).symlink_to(engine.program)
    return engine


def refuse(engine: FakeEngine) -> None:
    engine.answer("info", stderr="it begins\nCannot connect to the daemon\n", code=1)


def test_docker_comes_before_podman(folder: Path) -> None:
    install(folder, "docker")
    install(folder, "podman")
    assert str(Engine.find()) == "Docker 5.4.2"


def test_an_engine_that_does_not_answer_counts_as_none(folder: Path) -> None:
    refuse(install(folder, "docker"))
    install(folder, "podman")
    found = Engine.find()
    assert (found.kind, found.program) == (Kind.PODMAN, str(folder / "podman"))


def test_podman_under_docker_s_name_is_known(folder: Path) -> None:
    install(folder, "docker").answer("--version", stdout="podman version 5.4.2\n")
    assert Engine.find().kind is Kind.PODMAN


def test_without_an_engine_it_is_said_what_to_install_and_what_was_tried(folder: Path) -> None:
    refuse(install(folder, "docker"))
    with pytest.raises(LocalError) as error:
        Engine.find()
    said = str(error.value)
    assert said.startswith("No container engine answers: start Docker, or install Podman")
    assert "`docker info` says: Cannot connect to the daemon" in said
    assert "there is no command podman" in said
    assert "\n" not in said


def test_no_other_engine_stands_in_for_the_one_that_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    docker = install(folder, "docker")
    install(folder, "podman")
    assert Engine.find().environment["DOCKER_HOST"] == "unix:///nowhere.sock"
    refuse(docker)
    with pytest.raises(LocalError, match=r"answers at DOCKER_HOST=unix:///nowhere\.sock"):
        Engine.find()


def test_its_command_gets_what_configures_it_and_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = install(folder, "podman")
    for name in ("XDG_RUNTIME_DIR", "DOCKER_AUTH_CONFIG", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "set")
    Engine.find().call("ps", environment={"OF_A_CONTAINER": "1", "PATH": "/of/the/container"})
    ((_, environment),) = engine.calls("ps")
    assert environment["XDG_RUNTIME_DIR"] == "set"
    assert environment["OF_A_CONTAINER"] == "1"
    assert environment["PATH"] == str(folder)
    assert not {"DOCKER_AUTH_CONFIG", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"} & environment.keys()


def test_a_refusal_is_its_last_line(folder: Path) -> None:
    install(folder, "podman").answer("rm", stderr="warning\nError: no such container\n", code=1)
    with pytest.raises(LocalError, match=r"^`podman rm` says: Error: no such container$"):
        Engine.find().call("rm", "it")


def test_a_hint_at_the_help_is_no_reason(folder: Path) -> None:
    said = "docker: Error response from daemon: no such image\n\nRun 'docker run --help' for more information\n"
    install(folder, "docker").answer("run", stderr=said, code=125)
    with pytest.raises(LocalError, match=r"^`docker run` says: docker: Error response from daemon: no such image$"):
        Engine.find().call("run", "it")


def test_what_does_not_end_is_given_up(folder: Path) -> None:
    (folder / "podman").write_text("#!/bin/sh\ncase $1 in wait) while :; do :; done;; esac\n")
    (folder / "podman").chmod(0o700)
    engine = Engine.find()
    assert engine.answers()
    with pytest.raises(LocalError, match=r"^`podman wait` does not end within 0\.2 s\.$"):
        engine.call("wait", timeout_s=0.2)


def test_one_that_is_gone_does_not_answer(folder: Path) -> None:
    install(folder, "podman")
    engine = Engine.find()
    assert engine.answers()
    (folder / "podman").unlink()
    assert not engine.answers()


def test_an_image_is_read_back_as_it_was_written(folder: Path) -> None:
    install(folder, "podman")
    image = LocalImage(engine=Engine.find(), reference="localhost/image")
    assert LocalImage.from_json(json.loads(json.dumps(dataclasses.asdict(image)))) == image
