"""LocalStack as the AWS of one team: the one that the user runs, or 4.14 in an environment of its own.

LocalStack 4.14 is the last release that runs without an account; it needs Python 3.13. Settings are those of
https://docs.localstack.cloud/aws/configuration/config/configuration/.
"""

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from localstack_client import config

from kit.emulators.emulator import Emulator
from kit.emulators.localstack import environment
from kit.local.aws_endpoint import AwsEndpoint, Credentials
from kit.local.errors import LocalError
from kit.local.ports import HOST
from kit.progress import Report

_SERVER = Path(__file__).with_name("server.py")
_ACCOUNT_ID = "000000000000"
_HEALTH_PATH = "/_localstack/health"
# Other emulators answer the health path, too.
_INFO_PATH = "/_localstack/info"
_NAMED_BY = ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST")


@dataclass(frozen=True)
class RunningLocalStack:
    """A LocalStack that the user runs, found as `localstack-client` finds it."""

    url: str
    version: str

    @classmethod
    def find(cls) -> Self | None:
        """None when nothing answers at the usual place.

        Raises LocalError when the user's environment names a place where no LocalStack answers.
        """
        url = str(config.get_service_endpoint("s3")).rstrip("/")
        version = _version(url)
        if version:
            return cls(url, version)
        named = [name for name in _NAMED_BY if os.environ.get(name)]
        if named:
            raise LocalError(f"No LocalStack answers at {url}, which {named[0]} names: start it there or unset that.")
        return None


class LocalStack(Emulator):
    """A LocalStack of any edition, with or without a token; the user's own is neither started nor stopped."""

    name = "LocalStack"
    keeps_state = False
    differences = (
        "the team file's tags are left out: LocalStack fails to change a subnet's",
        "egress is public-ip where the team file says nat: LocalStack has no AWS::EC2::EIP",
        "IAM allows everything to everybody",
        "LocalStack forgets everything when it stops",
    )
    # It makes a subnet whose tags change a second time, and refuses that.
    changes_tags = False
    # It has no AWS::EC2::EIP.
    has_nat_gateways = False
    _health_path = _HEALTH_PATH

    def __init__(self, state: Path, team: str, region: str) -> None:
        super().__init__(state, _ACCOUNT_ID, region)
        self._url_file = self._folder / "url-of-the-user-s"

    @property
    def root(self) -> Credentials:
        """What LocalStack's own tools use."""
        return Credentials("test", "test")

    @property
    def of_the_user(self) -> bool:  # type: ignore[override]
        return self._url_file.exists()

    @property
    def description(self) -> str:
        url = self.endpoint.url
        return f"LocalStack {_version(url)} at {url}"

    @property
    def endpoint(self) -> AwsEndpoint:
        if self.of_the_user:
            return AwsEndpoint(self._url_file.read_text(), self.region)
        return super().endpoint

    def start(self, report: Report = lambda text: None) -> None:
        """Take the user's LocalStack when one answers, else start one; installs that when it is missing.

        Raises LocalError when there is neither a LocalStack nor a Python 3.13 to run one.
        """
        if super().alive() and self.answers():
            return
        running = RunningLocalStack.find()
        if running:
            self._url_file.write_text(running.url)
            return
        self.start_own(report)

    def start_own(self, report: Report = lambda text: None) -> None:
        """Start one beside whatever else runs; installs it when it is missing. Raises LocalError, as `start`."""
        self._url_file.unlink(missing_ok=True)
        environment.install(report)
        super().start(report)

    def alive(self) -> bool:
        """Whether one runs: the kit's, or the user's where that was taken."""
        return super().alive() or (self.of_the_user and self.answers())

    def stop(self) -> None:
        """End the kit's own; the user's goes on."""
        super().stop()

    def _command(self) -> list[str]:
        # Without the folder of the program, whose modules are not LocalStack's.
        return [str(environment.PYTHON), "-P", str(_SERVER)]

    def _process_environment(self) -> dict[str, str]:
        return {
            "PATH": os.pathsep.join([str(environment.PYTHON.parent), os.defpath]),
            "HOME": str(self._folder),
            "TMPDIR": str(self._temporary_folder()),
            "GATEWAY_LISTEN": f"{HOST}:{self._port_file.read_text()}",
            # Its default, twisted, listens on all interfaces whatever GATEWAY_LISTEN says.
            "GATEWAY_SERVER": "hypercorn",
            # In a container it would write to /var/lib.
            "OVERRIDE_IN_DOCKER": "0",
            "FILESYSTEM_ROOT": str(self._folder / "files"),
            "ACTIVATE_PRO": "0",
            "DNS_ADDRESS": "0",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
        }


def _version(url: str) -> str | None:
    """LocalStack's version at `url`, None when nothing or something else answers there."""
    try:
        with urllib.request.urlopen(url + _INFO_PATH, timeout=5) as answer:  # noqa: S310 - the user's own
            return str(json.loads(answer.read())["version"])
    except (urllib.error.URLError, OSError, ValueError, LookupError, TypeError):
        return None
