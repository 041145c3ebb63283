"""The build of the image, with a small program for the engine; the real one is in tests/image."""

import os
from pathlib import Path

import pytest

from kit.local import base_image, image
from kit.local.errors import LocalError

ENGINE = """\
#!/bin/sh
echo "$*" >> {folder}/calls
case "$1" in
--version) echo "{version}" ;;
image) test -e "{folder}/$(echo "$3" | tr / _)" ;;
pull) {pull} ;;
build) echo "STEP 1"; echo "the last words"; exit {exit_code} ;;
esac
"""


class Engine:
    def __init__(self, folder: Path) -> None:
        self.folder, self.program = folder, folder / "podman"

    def is_a(self, version: str = "podman version 5.4.2", pull: str = "true", exit_code: int = 0) -> None:
        text = ENGINE.format(folder=self.folder, version=version, pull=pull, exit_code=exit_code)
        self.program.write_text(text)
        self.program.chmod(0o755)

    def has(self, reference: str) -> None:
        (self.folder / reference.replace("/", "_")).touch()

    def calls(self, verb: str) -> list[str]:
        lines = (self.folder / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == verb]

    def build(self) -> str:
        return image.build_image(str(self.program), lambda line: None)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(image, "LOG", tmp_path / "build.log")
    engine = Engine(tmp_path)
    engine.is_a()
    return engine


def test_an_image_of_the_same_sources_is_not_built_again(engine: Engine) -> None:
    reference = engine.build()
    assert len(engine.calls("build")) == 1
    engine.has(reference)
    assert engine.build() == reference
    assert len(engine.calls("build")) == 1


def test_the_base_is_pulled_unless_it_is_there(engine: Engine) -> None:
    engine.build()
    assert engine.calls("pull") == [f"pull --quiet {base_image.REFERENCE}"]
    engine.has(base_image.REFERENCE)
    engine.build()
    assert len(engine.calls("pull")) == 1


@pytest.mark.parametrize(
    ("version", "isolated"), [("podman version 5.4.2", True), ("Docker version 28.2.2, build e6534b4", False)]
)
def test_podman_builds_in_a_chroot(engine: Engine, version: str, isolated: bool) -> None:
    engine.is_a(version=version)
    engine.build()
    assert ("--isolation=chroot" in engine.calls("build")[0]) is isolated


def test_proxies_are_named_and_not_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example.com:3128")
    engine.build()
    (call,) = engine.calls("build")
    assert "--build-arg HTTPS_PROXY " in call
    assert "secret" not in call.replace("--secret", "")


def test_a_failed_build_is_one_sentence_with_its_last_words(engine: Engine) -> None:
    engine.is_a(exit_code=1)
    with pytest.raises(LocalError, match=r"`podman build` failed: the last words \(more in .*build\.log\)\."):
        engine.build()
    assert "STEP 1\n" in image.LOG.read_text()


def test_without_registry_and_debootstrap_it_says_what_to_install(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.is_a(pull="false")
    monkeypatch.setenv("PATH", str(engine.folder) + os.pathsep + "/bin")
    monkeypatch.setattr(base_image.shutil, "which", lambda name: None)
    with pytest.raises(LocalError, match="apt-get install debootstrap"):
        engine.build()


def test_the_name_differs_with_each_source(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch")
    first = image.fingerprint(tmp_path)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text("")
    second = image.fingerprint(tmp_path)
    (tmp_path / "package" / "__pycache__").mkdir()
    (tmp_path / "package" / "__pycache__" / "module.pyc").write_text("")
    assert first != second == image.fingerprint(tmp_path)
