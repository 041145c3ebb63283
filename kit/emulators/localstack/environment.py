"""The environment of the kit's own LocalStack: the last release without an account, on the Python that it needs."""

from kit import environment
from kit.environment import ROOT, InstallError
from kit.local.errors import LocalError
from kit.progress import Report

REQUIREMENTS = ROOT / "localstack" / "requirements.txt"
PYTHON = ROOT / ".venv-localstack" / "bin" / "python"
PYTHON_VERSION = "3.13"


def install(report: Report) -> None:
    """Installs it unless it is there. Raises LocalError without a Python 3.13, or without a package registry."""
    python = environment.find_python(PYTHON_VERSION)
    if python is None:
        raise LocalError(
            f"No LocalStack runs, and the one that can be installed needs Python {PYTHON_VERSION}, which is not here:"
            " start LocalStack (docker compose -f localstack/compose.yaml up), or install that Python (pyenv, uv)."
        )
    try:
        environment.install_venv(PYTHON.parents[1], REQUIREMENTS, python, report)
    except InstallError as error:
        raise LocalError(str(error)) from None
