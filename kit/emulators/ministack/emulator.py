"""MiniStack as the AWS of one team: IAM is enforced, and what it holds outlives it.

Settings and paths are those of https://github.com/ministackorg/ministack (README, "Configuration").
"""

import hashlib
import secrets
import sys
from pathlib import Path

from kit.emulators.emulator import ROOT, Emulator, path_beside
from kit.local import whole_file
from kit.local.aws_endpoint import AwsEndpoint, Credentials
from kit.local.certificates import loopback_certificate
from kit.local.ports import HOST


class MiniStack(Emulator):
    """A team's own MiniStack, over https, with an account of the team's own."""

    name = "MiniStack"
    keeps_state = True
    _health_path = "/_ministack/health"

    def __init__(self, state: Path, team: str, region: str) -> None:
        super().__init__(state, _account_id(team), region)

    @property
    def root(self) -> Credentials:
        """MiniStack takes 12 digits for the account and for its root user's access key."""
        file = self._folder / "root-secret"
        if not file.exists():
            whole_file.write(file, secrets.token_urlsafe(30))
        return Credentials(self.account_id, file.read_text())

    @property
    def endpoint(self) -> AwsEndpoint:
        certificate, _ = loopback_certificate(self._folder)
        return AwsEndpoint(f"https://localhost:{self._port_file.read_text()}", self.region, str(certificate))

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "kit.emulators.ministack.server"]

    def _process_environment(self) -> dict[str, str]:
        certificate, key = loopback_certificate(self._folder)
        temporary = self._temporary_folder()
        return {
            # Node, with which MiniStack runs the functions of custom resources, is beside this Python.
            "PATH": path_beside(sys.executable),
            "PYTHONPATH": str(ROOT),
            "HOME": str(self._folder),
            "TMPDIR": str(temporary),
            "AWS_ACCESS_KEY_ID": self.account_id,
            "AWS_SECRET_ACCESS_KEY": self.root.secret_access_key,
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


def _account_id(team: str) -> str:
    """Twelve digits of its own for each team: whoever mixes two up is refused, as with two accounts on AWS."""
    digest = int(hashlib.sha256(team.encode()).hexdigest(), 16)
    return str(10**11 + digest % (9 * 10**11))
