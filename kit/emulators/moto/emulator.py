"""moto's server as the AWS of one team: it takes everything, enforces next to nothing and forgets at its end."""

import sys
from pathlib import Path

from kit.emulators.emulator import ROOT, Emulator, path_beside
from kit.local.aws_endpoint import AwsEndpoint, Credentials
from kit.local.ports import HOST

_ACCOUNT_ID = "123456789012"


class Moto(Emulator):
    """A team's own moto server. See http://docs.getmoto.org/en/latest/docs/server_mode.html."""

    name = "moto"
    keeps_state = False
    # It exports nothing that a change set has made.
    deployment_method = "direct"
    _health_path = "/moto-api/"

    def __init__(self, state: Path, team: str, region: str) -> None:
        super().__init__(state, _ACCOUNT_ID, region)

    @property
    def runs_functions(self) -> bool:
        return False

    @property
    def differences(self) -> tuple[str, ...]:
        return ("IAM allows everything to everybody", "moto forgets everything when it stops")

    @property
    def endpoint(self) -> AwsEndpoint:
        # moto takes a template's bucket from the path for this name alone.
        return AwsEndpoint(f"http://localhost:{self._port_file.read_text()}", self.region)

    @property
    def root(self) -> Credentials:
        """moto checks no credentials; these are what its documentation uses."""
        return Credentials("testing", "testing")

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "kit.emulators.moto.server"]

    def _process_environment(self) -> dict[str, str]:
        return {
            "PATH": path_beside(sys.executable),
            "PYTHONPATH": str(ROOT),
            "HOME": str(self._folder),
            "TMPDIR": str(self._temporary_folder()),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": self._port_file.read_text(),
        }
