"""Installs what the kit needs into the checkout, from the package registries and nothing else.

Run by any Python 3.11 or newer before there is anything to import, so it is of the standard library alone. Every
part is pinned and checked by hash, and left alone while nothing that it is made from has changed.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from kit import interruption
from kit.progress import Report, Steps

ROOT = Path(__file__).parents[1]
KIT = ROOT / ".venv"
SERVER = ROOT / ".venv-server"
"""What the image has installed."""
CLIENT = ROOT / ".venv-client"
"""MLflow whole, as those have it who train models."""
EXAMPLES = ROOT / ".venv-examples"
"""What the scripts in `examples/` are run with."""
_SERVER_LOCK = ROOT / "server_image" / "requirements.txt"
_CLIENT_LOCK = ROOT / "kit" / "smoke" / "requirements.txt"
_UV = KIT / "bin" / "uv"
_STAMP = ".made-from"
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


class InstallError(Exception):
    """Something could not be installed; the message is one sentence that says what to do."""


def install(steps: Steps) -> None:
    """Makes `.venv`, `node_modules`, `.venv-server` and `.venv-client` what the lock files say.

    Raises InstallError when a registry does not give what is asked for.
    """
    with _only_one_at_a_time():
        parts: list[tuple[str, Path, list[Path], Callable[[Report], None]]] = [
            ("Python packages", KIT, [ROOT / "requirements.txt", ROOT / "scripts" / "uv.txt"], _install_kit),
            ("CDK command line", ROOT / "node_modules", [ROOT / "package-lock.json"], _install_cdk),
            ("Server packages", SERVER, [_SERVER_LOCK], _install_server),
            ("Client packages", CLIENT, [_CLIENT_LOCK], _install_client),
        ]
        for name, folder, made_from, make in parts:
            if _is_current(folder, made_from):
                continue
            with steps.step(name) as report:
                make(report)
                _mark_current(folder, made_from)


def install_examples(report: Report) -> None:
    """Makes `.venv-examples`, unless it is what its lock file says. Raises InstallError as `install_venv` does."""
    install_venv(EXAMPLES, ROOT / "examples" / "requirements.txt", sys.executable, report)


def install_venv(folder: Path, requirements: Path, python: str, report: Report) -> None:
    """Makes a virtual environment of its own with another Python, unless it is what `requirements` say.

    Raises InstallError when a registry does not give what is asked for.
    """
    with _only_one_at_a_time():
        if _is_current(folder, [requirements]):
            return
        report(f"installing {requirements.relative_to(ROOT)}")
        _run([str(_UV), "venv", "--quiet", "--clear", "--python", python, str(folder)], _REGISTRY)
        _uv_install(folder, requirements)
        _mark_current(folder, [requirements])


def install_node_modules(folder: Path, report: Report) -> None:
    """Makes `node_modules` in the folder what its package-lock.json says, unless it is.

    Raises InstallError when the registry does not give what is asked for.
    """
    lock = folder / "package-lock.json"
    with _only_one_at_a_time():
        if _is_current(folder / "node_modules", [lock]):
            return
        _npm_ci(folder, report)
        _mark_current(folder / "node_modules", [lock])


def find_python(version: str) -> str | None:
    """The path of a Python such as "3.13" on this machine, pyenv's included; None when there is none."""
    # pyenv's commands refuse to run a version that is not chosen.
    environment = {**os.environ, "PYENV_VERSION": version}
    command = [str(_UV), "python", "find", "--no-python-downloads", "--no-project", version]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None


def _is_current(folder: Path, made_from: list[Path]) -> bool:
    """Whether the folder was made from these files as they are."""
    stamp = folder / _STAMP
    return stamp.exists() and stamp.read_text() == fingerprint(made_from)


def _mark_current(folder: Path, made_from: list[Path]) -> None:
    """Notes that the folder was made from these files as they are."""
    (folder / _STAMP).write_text(fingerprint(made_from))


def _install_kit(report: Report) -> None:
    # One of the same Python is brought up to date in place, for a server that runs out of it.
    if not _is_whole(KIT):
        report("a virtual environment")
        # A pip inside it would take seconds to make and be used once.
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(KIT)], "is python3-venv installed?")
        report("uv")
        pip = [
            str(KIT / "bin" / "python"),
            "-m",
            "kit.carried_pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        uv = ["--no-compile", "--require-hashes", "--requirement", str(ROOT / "scripts" / "uv.txt")]
        _run([*pip, *uv], f"is python3-venv installed, and {_REGISTRY}")
    report("requirements.txt")
    _uv_install(KIT, ROOT / "requirements.txt")


def _install_cdk(report: Report) -> None:
    _npm_ci(ROOT, report)


def _npm_ci(folder: Path, report: Report) -> None:
    report(str((folder / "package-lock.json").relative_to(ROOT)))
    npm = [str(KIT / "bin" / "npm"), "ci", "--prefix", str(folder)]
    _run([*npm, "--no-audit", "--no-fund", "--loglevel=error"], _REGISTRY)


def _install_server(report: Report) -> None:
    _install_beside(SERVER, _SERVER_LOCK, report)


def _install_client(report: Report) -> None:
    _install_beside(CLIENT, _CLIENT_LOCK, report)


def _install_beside(environment: Path, requirements: Path, report: Report) -> None:
    """Into an environment of its own, of the kit's Python."""
    report(str(requirements.relative_to(ROOT)))
    if not _is_whole(environment):
        kit_python = str(KIT / "bin" / "python")
        _run([str(_UV), "venv", "--quiet", "--clear", "--python", kit_python, str(environment)], _REGISTRY)
    _uv_install(environment, requirements)


def _is_whole(environment: Path) -> bool:
    """Whether it was installed to its end with this Python: uv takes what an interruption left half for whole."""
    return (environment / _STAMP).exists() and (environment / "lib" / _PYTHON).exists()


def _uv_install(environment: Path, requirements: Path) -> None:
    (environment / _STAMP).unlink(missing_ok=True)
    python = str(environment / "bin" / "python")
    sync = [str(_UV), "pip", "sync", "--quiet", "--python", python, "--require-hashes", str(requirements)]
    _run(sync, _REGISTRY)


_REGISTRY = "is the package registry reachable?"


def _run(command: list[str], likely: str) -> None:
    path = os.pathsep.join([str(KIT / "bin"), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path}
    with interruption.child(command, ROOT, environment, stderr=subprocess.PIPE) as process:
        output, errors = process.communicate()
    if process.returncode != 0:
        said = [line.strip() for line in (errors or output).splitlines() if line.strip()]
        tool = " ".join([Path(command[0]).name, *command[1:3]])
        raise InstallError(f"`{tool}` failed, {likely} It says: {' / '.join(said[-3:]) or 'nothing'}")


def fingerprint(files: list[Path]) -> str:
    """Differs when a file's name or content does, or Python's version."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(str(file).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """Two commands on a fresh clone would install into the same folders: the second waits for the first."""
    folder = ROOT / ".kit"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "environment.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> NoReturn:
    """Installs, and becomes the kit's command line: one process, so that a signal ends all there is."""
    interruption.listen()
    try:
        install(Steps())
    except InstallError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        print("error: interrupted while installing; run the command again to go on", file=sys.stderr)
        sys.exit(interruption.EXIT_CODE)
    path = os.pathsep.join([str(KIT / "bin"), os.environ.get("PATH", os.defpath)])
    python = str(KIT / "bin" / "python")
    os.execve(python, [python, "-P", "-m", "kit", *sys.argv[1:]], {**os.environ, "PATH": path})  # noqa: S606


if __name__ == "__main__":
    main()
