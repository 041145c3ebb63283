"""An AWS of one team on this machine: a process on loopback that the kit starts and ends, or one of the user's."""

import abc
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from kit.local import processes, whole_file
from kit.local.aws_endpoint import AwsEndpoint, Credentials
from kit.local.errors import LocalError
from kit.local.ports import free_port, is_free
from kit.progress import Report

ROOT = Path(__file__).parents[2]
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_LINGERING_S = 2.0


class Emulator(abc.ABC):
    """The emulator of one team, kept in the folder `state` (made when missing, closed to other users).

    Attributes:
        name: what people call it.
        keeps_state: whether what it holds is there again after a stop.
        deployment_method: of `cdk deploy`, "change-set" or "direct".
        changes_tags: whether a stack can be updated with other tags.
        has_nat_gateways: whether a stack with a NAT gateway can be deployed to it.
        has_load_balancer_names: whether a stack whose tasks follow the load balancer's requests can be deployed to it.
        has_schedules: whether a stack with tasks that a schedule starts can be deployed to it.
        takes_any_key: whether what names a KMS key that is not there can be deployed to it, and used.
        account_id: twelve digits.
        log: the file that its output is appended to.
    """

    name: ClassVar[str]
    keeps_state: ClassVar[bool]
    deployment_method: ClassVar[str] = "change-set"
    changes_tags: ClassVar[bool] = True
    has_nat_gateways: ClassVar[bool] = True
    has_load_balancer_names: ClassVar[bool] = True
    has_schedules: ClassVar[bool] = True
    takes_any_key: ClassVar[bool] = True
    _health_path: ClassVar[str]

    def __init__(self, state: Path, account_id: str, region: str) -> None:
        self.account_id = account_id
        self.region = region
        self.log = state / "logs" / "emulator.log"
        self._folder = state / "emulator"
        self._pid_file = self._folder / "emulator.pid"
        self._port_file = self._folder / "port"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state.chmod(0o700)

    @property
    @abc.abstractmethod
    def root(self) -> Credentials:
        """With which everything in the account may be done."""

    @property
    def of_the_user(self) -> bool:
        """Whether the user runs it: then the kit neither starts nor stops it."""
        return False

    @property
    def runs_functions(self) -> bool:
        """Whether it runs the functions of custom resources, with which a temporary team's buckets are emptied."""
        return True

    @property
    def differences(self) -> tuple[str, ...]:
        """What it does otherwise than AWS, in words that follow "other than on AWS"."""
        return ()

    @property
    def description(self) -> str:
        """What runs, for its user."""
        return f"{self.name}, account {self.account_id}"

    @property
    def endpoint(self) -> AwsEndpoint:
        """Where its APIs answer; the same after a restart."""
        return AwsEndpoint(f"http://127.0.0.1:{self._port_file.read_text()}", self.region)

    def start(self, report: Report = lambda text: None) -> None:
        """Start it unless it runs, and wait until it answers.

        The port is that of last time where that is free, else any free one. Raises LocalError when it does not
        come up.
        """
        if self.alive() and self.answers():
            return
        processes.stop(self._pid_file, _STOP_TIMEOUT_S)
        whole_file.write(self._port_file, str(self._choose_port()))
        processes.start(self._command(), self._process_environment(), self.log, self._pid_file, cwd=self._folder)
        self._wait_until(self.answers)

    def stop(self) -> None:
        """End it; nothing happens when it does not run."""
        processes.stop(self._pid_file, _STOP_TIMEOUT_S)

    def alive(self) -> bool:
        """Whether the process runs."""
        return processes.alive(self._pid_file)

    def answers(self) -> bool:
        """Whether its health is told at the endpoint."""
        endpoint = self.endpoint
        trust = ssl.create_default_context(cafile=endpoint.ca_bundle)
        try:
            with open_without_proxy(endpoint.url + self._health_path, trust) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def client_environment(self) -> dict[str, str]:
        """The environment with which the AWS SDKs, the CDK and Node are root in this emulator's account."""
        endpoint, root = self.endpoint, self.root
        trust = {"AWS_CA_BUNDLE": endpoint.ca_bundle, "NODE_EXTRA_CA_CERTS": endpoint.ca_bundle}
        return {
            "AWS_ENDPOINT_URL": endpoint.url,
            **{name: file for name, file in trust.items() if file},
            "AWS_ACCESS_KEY_ID": root.access_key_id,
            "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of `service` as root, whatever the caller's own AWS settings are."""
        return self.endpoint.client(service, self.root)

    @abc.abstractmethod
    def _command(self) -> list[str]:
        """What starts it in the foreground."""

    @abc.abstractmethod
    def _process_environment(self) -> dict[str, str]:
        """The process's whole environment."""

    def _temporary_folder(self) -> Path:
        folder = self._folder / "tmp"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _choose_port(self) -> int:
        if self._port_file.exists():
            last = int(self._port_file.read_text())
            # A killed emulator is a zombie before its last thread has let go of the port.
            deadline = time.monotonic() + _LINGERING_S
            while not (free := is_free(last)) and time.monotonic() < deadline:
                time.sleep(0.05)
            if free:
                return last
        return free_port()

    def _wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not ready():
            if not self.alive():
                raise LocalError(f"{self.name} ended at its start; {self.log} ends: {self._log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"{self.name} did not answer in {_START_TIMEOUT_S:.0f} s; see {self.log}.")
            time.sleep(0.1)

    def _log_tail(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])


def open_without_proxy(url: str, trust: ssl.SSLContext | None = None) -> Any:
    """The answer of an emulator: a proxy of the user's does not lead to this machine. Raises URLError, OSError."""
    handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)]
    return urllib.request.build_opener(*handlers).open(url, timeout=5)


def path_beside(python: str) -> str:
    """PATH of a process: the programs beside this Python first."""
    return os.pathsep.join([str(Path(python).parent), os.defpath])
