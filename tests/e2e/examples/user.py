"""Who runs the examples: a person with MLflow's client, who knows the server's URL, a user and a password."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kit.environment import EXAMPLES, ROOT


@dataclass(frozen=True)
class User:
    """Runs commands in `work`, an empty folder that all commands of a test share, with a home below `folder`."""

    folder: Path
    tracking_uri: str
    password: str

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def environment(self, **variables: str | None) -> dict[str, str]:
        """The environment of a command; of the variables that are added, None takes one away."""
        home = self.folder / "home"
        for folder in (self.work, home):
            folder.mkdir(exist_ok=True)
        environment = {
            "PATH": os.pathsep.join([str(EXAMPLES / "bin"), os.environ["PATH"]]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "MLFLOW_TRACKING_URI": self.tracking_uri,
            "MLFLOW_TRACKING_USERNAME": "admin",
            "MLFLOW_TRACKING_PASSWORD": self.password,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
            # A server that fails is not to be asked for minutes.
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            **variables,
        }
        return {name: value for name, value in environment.items() if value is not None}

    def run(self, *command: str, **variables: str | None) -> str:
        """What a command of the examples' environment prints, such as "python" or "mlflow"; it has to succeed."""
        answer = subprocess.run(
            [str(EXAMPLES / "bin" / command[0]), *command[1:]],
            env=self.environment(**variables),
            cwd=self.work,
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-4000:]
        return answer.stdout.strip()

    def run_example(self, script: str, *arguments: str, **variables: str | None) -> str:
        """What a script below `examples/` prints."""
        return self.run("python", str(ROOT / "examples" / script), *arguments, **variables)
