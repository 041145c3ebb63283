"""The first command after a clone, on a machine that lacks something."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from kit.local.ports import free_port
from tests.checkout import fresh_copy, install
from tests.running import DEADLINE_S, LocalTeam, remains

STEPS = {
    "Python packages": [],
    "CDK command line": [".venv"],
    "Server packages": [".venv", "node_modules"],
    "Client packages": [".venv", "node_modules", ".venv-server"],
}
OLD_PYTHONS = ["2.7", "3.6", "3.8", "3.10"]


def registry(port: int, folder: Path) -> dict[str, str]:
    """Settings that lead pip, uv and npm to a registry on `port`, with nothing of it in a cache."""
    url = f"http://127.0.0.1:{port}/"
    return {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": url,
        "PIP_RETRIES": "0",
        "PIP_CACHE_DIR": str(folder / "pip"),
        "UV_NO_CONFIG": "1",
        "UV_DEFAULT_INDEX": url,
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(folder / "uv"),
        "npm_config_registry": url,
        "npm_config_fetch_retries": "0",
        "npm_config_cache": str(folder / "npm"),
    }


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return fresh_copy(tmp_path / "clone")


@pytest.mark.parametrize("step", STEPS)
def test_a_registry_that_cannot_be_reached_is_one_sentence(step: str, clone: Path, tmp_path: Path) -> None:
    install(clone, *STEPS[step])
    team = LocalTeam(tmp_path, clone)
    failed = team.kit("up", **registry(free_port(), tmp_path))
    assert failed.code == 1
    assert failed.stderr.count("\n") == 2, failed.stderr
    assert failed.stderr.startswith(step)
    assert "is the package registry reachable?" in failed.error
    assert remains(team) == []


@pytest.mark.parametrize("signal", ["press_ctrl_c", "terminate"])
@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_installation_leaves_nothing_running(
    step: str, signal: str, clone: Path, tmp_path: Path
) -> None:
    install(clone, *STEPS[step])
    team = LocalTeam(tmp_path, clone)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE_S)
        up = team.start("up", **registry(silent.getsockname()[1], tmp_path))
        up.wait_for_step(step)
        connection, _ = silent.accept()
        with connection:
            getattr(up, signal)()
            ended = up.finish()
    assert ended.code == 130, ended.stderr
    assert ended.error.startswith("error: interrupted while installing")
    assert "Traceback" not in ended.stderr
    assert remains(team) == []


@pytest.mark.parametrize("version", OLD_PYTHONS)
def test_a_python_that_is_too_old_is_refused(version: str, clone: Path, tmp_path: Path) -> None:
    found = [*Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), shutil.which(f"python{version}")]
    python = next((str(path) for path in found if path), None)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    refused = LocalTeam(tmp_path, clone).kit("up", PYTHON=python)
    assert refused.code == 1
    assert refused.stderr.startswith(f"error: {python} is not Python 3.11 or newer")
    assert refused.stderr.count("\n") == 1


def test_no_python_at_all_is_refused_by_the_same_sentence(clone: Path, tmp_path: Path) -> None:
    refused = LocalTeam(tmp_path, clone).kit("up", PYTHON="no-such-python")
    assert refused.code == 1
    assert refused.error.startswith("error: no-such-python is not Python 3.11 or newer")
