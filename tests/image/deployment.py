"""A team's database and secret, and the image's commands as containers with the limits of a task on Fargate."""

import os
import resource
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from stacks.service.container import IMAGE_USER
from stacks.team.sizes import SIZES, Size
from tests.server_image.deployment import Deployment, Server

SMALL = SIZES[Size.SMALL]
# Fargate's soft limit of open files is higher than what a sandbox may allow.
_OPEN_FILES = min(65_535, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
_PROCESSES = 1024


def limits(program: str) -> list[str]:
    """What a task of the size `small` may do, in the engine's words."""
    says = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return [
        # Podman would put memory in place of the volume, and make more places writable.
        *(["--read-only-tmpfs=false"] if says.startswith("podman") else []),
        *("--mount", "type=volume,target=/tmp"),
        *("--network", "host"),
        *("--memory", f"{SMALL.memory_mib}m", "--memory-swap", f"{SMALL.memory_mib}m", "--cpus", str(SMALL.vcpu)),
        *("--user", IMAGE_USER, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--ulimit", f"nofile={_OPEN_FILES}:{_OPEN_FILES}", "--ulimit", f"nproc={_PROCESSES}:{_PROCESSES}"),
    ]


@dataclass(frozen=True)
class Image:
    """A built image, and the engine that has it."""

    program: str
    reference: str

    def call(self, *arguments: str) -> str:
        """What a command of the engine prints; it has to succeed."""
        answer = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def shell(self, script: str, *options: str) -> str:
        """What a script prints in a container of its own."""
        words = ["run", "--rm", *limits(self.program), *options, self.reference, "sh", "-c", script]
        return self.call(*words)


@dataclass
class ContainerDeployment(Deployment):
    """The same deployment, whose commands are containers; `container` is the name of the last one that runs."""

    image: Image = field(kw_only=True)
    container: str = field(init=False, default="")

    def start(self, *arguments: str, **overrides: str) -> subprocess.Popen[bytes]:
        """Starts a container; the engine's command passes signals on and ends with its exit code."""
        log = self.logs / f"{arguments[0]}-{time.monotonic_ns()}.log"
        with log.open("wb") as output:
            return subprocess.Popen(
                self._command(arguments, overrides),
                env={**os.environ, **self._variables(overrides)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def run(self, *arguments: str, **overrides: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(arguments, overrides),
            env={**os.environ, **self._variables(overrides)},
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def serving(self, **overrides: str) -> Iterator[Server]:
        overrides = {"MLFLOW_HOST": "127.0.0.1"} | overrides
        before = self.container
        try:
            with super().serving(**overrides) as server:
                yield server
        finally:
            subprocess.run([self.image.program, "rm", "--force", self.container], capture_output=True, check=False)
            self.container = before

    def exec(self, *command: str) -> str:
        """What a command prints inside the running container."""
        return self.image.call("exec", self.container, *command)

    def _command(self, arguments: tuple[str, ...], overrides: dict[str, str]) -> list[str]:
        self.container = f"kit-image-test-{secrets.token_hex(4)}"
        names = (word for name in self._variables(overrides) for word in ("--env", name))
        run = [self.image.program, "run", "--rm", "--name", self.container, *limits(self.image.program), *names]
        return [*run, self.image.reference, "python", "-m", "tracking_server", *arguments]

    def _variables(self, overrides: dict[str, str]) -> dict[str, str]:
        """What the task definition says; the rest is the image's own."""
        environment = self.environment(**overrides)
        return {name: value for name, value in environment.items() if name not in ("PATH", "PYTHONPATH")}
