"""The first import of MLflow compiles it, for many seconds: that is done while the stacks are deployed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator

from kit.environment import ROOT, SERVER
from kit.interruption import child

# What the server and the smoke test's client import.
_IMPORTS = "import mlflow.server.auth, mlflow.server.fastapi_app, mlflow.sklearn, sklearn.ensemble, matplotlib.pyplot"


@contextlib.contextmanager
def mlflow_compiled_meanwhile() -> Iterator[None]:
    """Compiles MLflow beside what it encloses, where that was not done before; leaves nothing running."""
    if any(SERVER.glob("lib/python*/site-packages/mlflow/__pycache__")):
        yield
        return
    command = [str(SERVER / "bin" / "python"), "-c", _IMPORTS]
    with child(command, ROOT, os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield
