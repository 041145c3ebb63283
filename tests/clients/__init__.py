"""Releases of MLflow's client against one server: `python -m tests.clients` tries them all and prints a table."""

import json
import os
import subprocess
from pathlib import Path

CAPABILITIES = Path(__file__).parent / "capabilities.py"


def try_client(python: Path, server: dict[str, str]) -> dict[str, str]:
    """What each capability came to with the MLflow of this Python; see `capabilities.py`.

    `server` has `MLFLOW_TRACKING_URI` and what else the client needs to get in. Raises RuntimeError when the client
    does not get as far as the capabilities.
    """
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "LANG": "C.UTF-8",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        **server,
    }
    # -P: the folder of the script has modules of other names only by chance.
    command = [str(python), "-P", "-W", "ignore", str(CAPABILITIES)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-2000:])
    # A client may print of its own before.
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found
