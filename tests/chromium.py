"""The Chromium that the machine has, and a Python with a driver for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from kit.environment import ROOT, install_venv

_FOLDER = ROOT / ".venv-oidc"


def browser() -> str:
    """The path of the program. Skips the test where there is none and none can be installed."""
    answer = subprocess.run([str(ROOT / ".ci" / "chromium")], stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip("it needs Chromium or Google Chrome, and there is none here")
    return answer.stdout.strip()


def python() -> Path:
    """The Python that has Playwright, and an OpenID provider for the tests of sign-on."""
    requirements = Path(__file__).parent / "server_image" / "oidc" / "requirements.txt"
    install_venv(_FOLDER, requirements, sys.executable, lambda _text: None)
    return _FOLDER / "bin" / "python"
