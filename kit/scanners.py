"""Scanners of other makers: checkov, and AWS Control Tower's proactive rules with cfn-guard, which reads them.

They have environments of their own, made from `scanners/`: what they need does not go with the kit's.
"""

import platform
import sys

from kit import environment
from kit.environment import ROOT
from kit.progress import Report

_FOLDER = ROOT / "scanners"
_PYTHON = ROOT / ".venv-scanners"
_PACKAGE = _FOLDER / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
_SYSTEM = "macos" if platform.system() == "Darwin" else "ubuntu"
_MACHINE = "aarch64" if platform.machine() in ("arm64", "aarch64") else "x86_64"

CHECKOV = _PYTHON / "bin" / "checkov"
GUARD = _PACKAGE / "bin" / _SYSTEM / _MACHINE / "cfn-guard"
CONTROL_TOWER_RULES = _PACKAGE / "rules" / "control-tower" / "cfn-guard"


def install(report: Report) -> None:
    """Installs both unless they are there. Raises InstallError when a registry does not give what is asked for."""
    environment.install_venv(_PYTHON, _FOLDER / "requirements.txt", sys.executable, report)
    environment.install_node_modules(_FOLDER, report)
