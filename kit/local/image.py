"""The server's image, built by Docker or Podman from `server_image`, as `docker build server_image` would."""

import hashlib
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from kit.environment import ROOT
from kit.interruption import child
from kit.local import base_image, build_secrets
from kit.local.errors import LocalError
from kit.progress import Report

FOLDER = ROOT / "server_image"
LOG = ROOT / ".kit" / "image-build.log"
# Known to every builder without an ARG, and kept out of the image and its history.
# https://docs.docker.com/reference/dockerfile/#predefined-args
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


def build_image(program: str, report: Report, folder: Path = FOLDER) -> str:
    """The local reference of the image, which is built unless the engine has one of the same sources.

    Where neither this machine nor a registry has the base image, it is made here (see `base_image`).

    Args:
        program: the command of Docker or Podman, or its path.
        folder: the image's sources, with their Dockerfile.

    Raises:
        LocalError: the image cannot be built.
    """
    LOG.parent.mkdir(mode=0o700, exist_ok=True)
    # Two who build the same image at once would both do all of its work.
    with FileLock(LOG.with_suffix(".lock")):
        return _build_once(program, report, folder)


def _build_once(program: str, report: Report, folder: Path) -> str:
    reference = f"localhost/mlflow-{folder.name.replace('_', '-')}:{fingerprint(folder)}"
    if has_image(program, reference):
        return reference
    base_image.provide(program, report)
    with TemporaryDirectory(prefix="kit-image-") as secrets:
        # Without BuildKit, Docker knows no secrets of a build; it is the default since Docker 23.
        environment = {**os.environ, "DOCKER_BUILDKIT": "1"}
        command = [
            *(program, "build", *_isolation(program)),
            *(word for name in _PROXIES if name in os.environ for word in ("--build-arg", name)),
            *build_secrets.arguments(Path(secrets)),
            *("--tag", reference, str(folder)),
        ]
        with child(command, ROOT, environment) as process:
            last = _follow(process, report)
    if process.returncode != 0:
        raise LocalError(f"`{Path(program).name} build` failed: {last or 'it said nothing'} (more in {LOG}).")
    return reference


def fingerprint(folder: Path) -> str:
    """Differs when a file of the image's sources does."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(folder)}\0{file.stat().st_mode & 0o111}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def has_image(program: str, reference: str) -> bool:
    """Whether the engine has it without asking a registry. Raises LocalError when the command cannot be run."""
    try:
        answer = subprocess.run([program, "image", "inspect", reference], capture_output=True, check=False)
    except OSError as error:
        raise LocalError(f"{program} cannot be run: {error.strerror}.") from error
    return answer.returncode == 0


def _isolation(program: str) -> list[str]:
    """Podman's build needs no more than a chroot, which works in a sandbox, too. A `docker` may be Podman's."""
    says = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return ["--isolation=chroot"] if says.startswith("podman") else []


def _follow(process: subprocess.Popen[str], report: Report) -> str:
    """Reports and logs what the build says; returns its last words."""
    last = ""
    with LOG.open("w") as log:
        for line in process.stdout or ():
            log.write(line)
            log.flush()
            if line.strip():
                last = line.strip()
                report(last)
    return last
