"""The first import of MLflow compiles it, for many seconds: that is done while the stacks are deployed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator

from kit.environment import CLIENT, ROOT, SERVER
from kit.interruption import child

# What the server imports, and the smoke test's client.
_IMPORTS = {
    SERVER: "import mlflow.server.auth, mlflow.server.fastapi_app",
    CLIENT: "import mlflow.sklearn, sklearn.ensemble, matplotlib.pyplot",
}


@contextlib.contextmanager
def mlflow_compiled_meanwhile() -> Iterator[None]:
    """Compiles MLflow beside what it encloses, where that was not done before; leaves nothing running."""
    with contextlib.ExitStack() as stack:
        for environment, imports in _IMPORTS.items():
            if any(environment.glob("lib/python*/site-packages/mlflow/__pycache__")):
                continue
            command = [str(environment / "bin" / "python"), "-c", imports]
            stack.enter_context(child(command, ROOT, os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        yield
