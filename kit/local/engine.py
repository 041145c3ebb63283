"""The container engine of this machine, Docker or Podman, through its command line.

docs/decisions/2026-11-25-containers-by-command-line.md says why not through a library.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from kit.local.errors import LocalError

# What the two command lines are configured by. Nothing of it is a secret, as DOCKER_AUTH_CONFIG would be.
# https://docs.docker.com/reference/cli/docker/#environment-variables
# https://docs.podman.io/en/stable/markdown/podman.1.html#environment-variables
_ENVIRONMENT = (
    *("PATH", "HOME", "TMPDIR", "DBUS_SESSION_BUS_ADDRESS"),
    *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
    *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION"),
    *("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"),
)
_ANSWER_S = 30


class Kind(StrEnum):
    """Whose command line it is: they differ in little."""

    DOCKER = "docker"
    PODMAN = "podman"


_VERSION = {Kind.DOCKER: "{{.ServerVersion}}", Kind.PODMAN: "{{.Version.Version}}"}


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine that has answered.

    Attributes:
        program: the path of its command.
        environment: all that the command is run with.
    """

    kind: Kind
    program: str
    version: str
    environment: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.kind.title()} {self.version}"

    @classmethod
    def find(cls) -> Self:
        """Docker, or else Podman; where DOCKER_HOST names an engine, that one alone.

        Raises LocalError when none answers.
        """
        host = os.environ.get("DOCKER_HOST")
        complaints = []
        for name in [Kind.DOCKER] if host else [*Kind]:
            program = shutil.which(name)
            if program is None:
                complaints.append(f"there is no command {name}")
                continue
            try:
                return cls._ask(program)
            except LocalError as error:
                complaints.append(str(error))
        at = f" at DOCKER_HOST={host}" if host else ""
        raise LocalError(
            f"No container engine answers{at}: start Docker, or install Podman (`apt-get install podman`, `dnf install"
            f" podman`), or leave --containers out. ({' '.join(complaints)})"
        )

    @classmethod
    def _ask(cls, program: str) -> Self:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        # A `docker` may be Podman's under Docker's name.
        says = _run([program, "--version"], environment)
        kind = Kind.PODMAN if says.startswith("podman") else Kind.DOCKER
        version = _run([program, "info", "--format", _VERSION[kind]], environment).strip()
        return cls(kind=kind, program=program, version=version, environment=environment)

    def call(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        timeout_s: float = 60,
    ) -> str:
        """The output of a command of the engine, which `environment` is added to and which runs in `folder`.

        Raises LocalError when it fails.
        """
        return _run([self.program, *arguments], {**(environment or {}), **self.environment}, timeout_s, folder)

    def answers(self) -> bool:
        """Whether it still does."""
        try:
            self.call("info", "--format", _VERSION[self.kind], timeout_s=_ANSWER_S)
        except LocalError:
            return False
        return True


@dataclass(frozen=True, kw_only=True)
class LocalImage:
    """An image that an engine has; `reference` is its local name."""

    engine: Engine
    reference: str

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` made of one."""
        engine = content["engine"]
        return cls(engine=Engine(**engine | {"kind": Kind(engine["kind"])}), reference=content["reference"])


def _run(
    command: list[str], environment: Mapping[str, str], timeout_s: float = _ANSWER_S, folder: Path | None = None
) -> str:
    words = " ".join([Path(command[0]).name, *command[1:2]])
    try:
        answer = subprocess.run(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            process_group=0,  # Ctrl-C is for the kit, which then cleans up with these commands
        )
    except subprocess.TimeoutExpired:
        raise LocalError(f"`{words}` does not end within {timeout_s:g} s.") from None
    except OSError as error:
        raise LocalError(f"`{words}` cannot be run: {error.strerror}.") from error
    if answer.returncode != 0:
        # Docker's last line leads to its help.
        said = [line for line in answer.stderr.splitlines() if line.strip() and "--help" not in line]
        raise LocalError(f"`{words}` says: {said[-1] if said else 'nothing'}")
    return answer.stdout
