"""LocalStack as the AWS of one team: the one that the user runs, or 4.14 in an environment of its own.

LocalStack 4.14 is the last release that runs without an account; it needs Python 3.13. Settings are those of
https://docs.localstack.cloud/aws/configuration/config/configuration/.
"""

import json
import os
import urllib.error
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from localstack_client import config

from kit.emulators.emulator import Emulator, open_without_proxy
from kit.emulators.localstack import environment
from kit.local import whole_file
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
        url = _url()
        version = _version(url)
        if version:
            return cls(url, version)
        if named := _is_named():
            raise LocalError(f"No LocalStack answers at {url}, which {named} names: start it there or unset that.")
        return None


class LocalStack(Emulator):
    """A LocalStack of any edition, with or without a token; the user's own is neither started nor stopped."""

    name = "LocalStack"
    keeps_state = False
    # It makes a subnet whose tags change a second time, and refuses that.
    changes_tags = False
    # It has no AWS::EC2::EIP.
    has_nat_gateways = False
    # Its listeners have no ARN, out of which the CDK takes the load balancer's name for scaling by requests.
    has_load_balancer_names = False
    # It gives task definitions no ARN, which the roles of schedules name.
    has_schedules = False
    # Its S3 looks for the key of each object in its own KMS.
    takes_any_key = False
    _health_path = _HEALTH_PATH

    def __init__(self, state: Path, team: str, region: str) -> None:
        super().__init__(state, _ACCOUNT_ID, region)
        self._url_file = self._folder / "url-of-the-user-s"

    @property
    def root(self) -> Credentials:
        """What LocalStack's own tools use."""
        return Credentials("test", "test")

    @property
    def of_the_user(self) -> bool:
        return self._url_file.exists()

    @property
    def runs_functions(self) -> bool:
        # Without Docker it has to fetch its own runtime for them; a user's may have Docker.
        return self.of_the_user

    @property
    def differences(self) -> tuple[str, ...]:
        return (
            "the team file's tags are left out: LocalStack 4.14 fails to change a subnet's",
            "egress is public-ip where the team file says nat: LocalStack 4.14 has no AWS::EC2::EIP",
            "server.max_tasks is left out, and nothing scales: LocalStack 4.14 has no load balancer",
            "no task starts on a schedule, so passwords stay as they are: LocalStack 4.14 has no ECS",
            *(
                ("IAM, and what LocalStack keeps when it stops, are as you have set it up",)
                if self.of_the_user
                else ("IAM allows everything to everybody", "LocalStack forgets everything when it stops")
            ),
        )

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

        Raises LocalError when there is neither a LocalStack nor a Python 3.13 to run one, and when the user's that
        holds the team is another, or does not answer: with any other the team's database would be of no use.
        """
        if super().alive() and self.answers():
            return
        if self.of_the_user:
            self._refuse_another()
            return
        running = RunningLocalStack.find()
        if running:
            whole_file.write(self._url_file, running.url)
            return
        self.start_own(report)

    def start_own(self, report: Report = lambda text: None) -> None:
        """Start one beside whatever else runs; installs it when it is missing. Raises LocalError, as `start`."""
        environment.install(report)
        super().start(report)

    def alive(self) -> bool:
        """Whether one runs: the kit's, or the user's where that was taken."""
        return super().alive() or (self.of_the_user and self.answers())

    def _refuse_another(self) -> None:
        url, named = self.endpoint.url, _url()
        if _is_named() and named != url:
            raise LocalError(f"The team is deployed to the LocalStack at {url}, and your environment names {named}.")
        if _version(url) is None:
            raise LocalError(f"The LocalStack at {url}, to which the team is deployed, does not answer: start it.")

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


def _url() -> str:
    return str(config.get_service_endpoint("s3")).rstrip("/")


def _is_named() -> str | None:
    """The variable by which the user's environment says where LocalStack is."""
    return next((name for name in _NAMED_BY if os.environ.get(name)), None)


def _version(url: str) -> str | None:
    """LocalStack's version at `url`, None when nothing or something else answers there."""
    try:
        with open_without_proxy(url + _INFO_PATH) as answer:
            return str(json.loads(answer.read())["version"])
    except (urllib.error.URLError, OSError, ValueError, LookupError, TypeError):
        return None
