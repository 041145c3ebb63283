"""MiniStack as the AWS of one team: a background process on loopback whose state outlives it.

Settings and paths are those of https://github.com/ministackorg/ministack (README, "Configuration").
"""

import os
import secrets
import ssl
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3

from kit.local import processes
from kit.local.certificates import loopback_certificate
from kit.local.errors import LocalError
from kit.local.ports import HOST, free_port, is_free

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 20.0
_LINGERING_S = 2.0
_CHECKOUT = Path(__file__).parents[2]


class Emulator:
    """The emulator of one team, kept in the folder `state` (made when missing, closed to other users).

    `account_id` is any 12 digits: MiniStack takes them for the account and for its root user's access key.
    """

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
    def endpoint_url(self) -> str:
        """The https address that the AWS SDKs take as AWS_ENDPOINT_URL; the same after a restart."""
        return f"https://localhost:{self._port_file.read_text()}"

    @property
    def certificate(self) -> Path:
        """The PEM file that clients trust (AWS_CA_BUNDLE)."""
        return loopback_certificate(self._folder)[0]

    def start(self, port: int | None = None) -> None:
        """Start MiniStack unless it runs, and wait until it answers.

        Without `port` it is the one of last time where that is free, else any free one. Raises LocalError
        when `port` is taken or the emulator does not come up.
        """
        if self.alive() and self._answers():
            return
        processes.stop(self._pid_file, _STOP_TIMEOUT_S)
        self._port_file.write_text(str(self._choose_port(port)))
        argv = [sys.executable, "-m", "kit.local.ministack_server"]
        processes.start(argv, self._process_environment(), self.log, self._pid_file, cwd=self._folder)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._answers():
            if not self.alive():
                raise LocalError(f"The AWS emulator ended at its start; {self.log} ends: {self._log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"The AWS emulator did not answer in {_START_TIMEOUT_S:.0f} s; see {self.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """End MiniStack after it has saved its state; nothing happens when it does not run."""
        processes.stop(self._pid_file, _STOP_TIMEOUT_S)

    def alive(self) -> bool:
        """Whether the process runs."""
        return processes.alive(self._pid_file)

    def client_environment(self) -> dict[str, str]:
        """The environment with which the AWS SDKs, the CDK and Node are root in this emulator's account."""
        certificate = str(self.certificate)
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_CA_BUNDLE": certificate,
            "NODE_EXTRA_CA_CERTS": certificate,
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": self._root_secret(),
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of `service` as root, whatever the caller's own AWS settings are."""
        return boto3.Session(
            aws_access_key_id=self.account_id,
            aws_secret_access_key=self._root_secret(),
            region_name=self.region,
        ).client(service, endpoint_url=self.endpoint_url, verify=str(self.certificate))

    def _process_environment(self) -> dict[str, str]:
        certificate, key = loopback_certificate(self._folder)
        temporary = self._folder / "tmp"
        temporary.mkdir(mode=0o700, exist_ok=True)
        return {
            # Node, with which MiniStack runs the functions of custom resources, is beside this Python.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "PYTHONPATH": str(_CHECKOUT),
            "HOME": str(self._folder),
            "TMPDIR": str(temporary),
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": self._root_secret(),
            "MINISTACK_ACCOUNT_ID": self.account_id,
            "MINISTACK_REGION": self.region,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": self._port_file.read_text(),
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "s3"),
            # The kit runs the tasks itself; with an engine in reach MiniStack would run them a second time.
            "DOCKER_HOST": f"unix://{temporary}/no-engine.sock",
        }

    def _root_secret(self) -> str:
        file = self._folder / "root-secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(30))
        return file.read_text()

    def _choose_port(self, wanted: int | None) -> int:
        if wanted is not None:
            if not is_free(wanted):
                raise LocalError(f"Port {wanted} is in use by another program: end that or choose another port.")
            return wanted
        if self._port_file.exists():
            last = int(self._port_file.read_text())
            # A killed emulator is a zombie before its last thread has let go of the port.
            deadline = time.monotonic() + _LINGERING_S
            while not (free := is_free(last)) and time.monotonic() < deadline:
                time.sleep(0.05)
            if free:
                return last
        return free_port()

    def _answers(self) -> bool:
        trust = ssl.create_default_context(cafile=str(self.certificate))
        try:
            with urllib.request.urlopen(  # noqa: S310 - https on loopback
                f"{self.endpoint_url}/_ministack/health", timeout=5, context=trust
            ) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _log_tail(self) -> str:
        return " / ".join(self.log.read_text(errors="replace").splitlines()[-3:])
