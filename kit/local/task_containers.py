"""What the containers of one team's task share in the engine: names, volumes, and their removal."""

import hashlib
import os
import shutil
from pathlib import Path

from kit.local.engine import LocalImage

TRUST = "/etc/mlflow-kit/ca-bundle.pem"
"""Where a container finds the certificates to trust that the laptop runtime gives it."""
_LABEL = "mlflow-kit.task"


class TaskContainers:
    """The containers and volumes that belong to a state folder, whoever started them.

    Args:
        state: the folder, which is all that tells two tasks of a machine apart.
        image: what they are made of.
    """

    def __init__(self, state: Path, image: LocalImage) -> None:
        self.engine, self.image = image.engine, image.reference
        self._state = state.resolve()
        digest = hashlib.sha256(os.fsencode(self._state)).hexdigest()[:10]
        self._prefix = f"mlflow-kit-{state.name}-{digest}"

    def name(self, of: str) -> str:
        """The engine's name of a container or volume of the task."""
        return f"{self._prefix}-{of}"

    @property
    def folder(self) -> Path:
        """For what they need on this machine; only its user may enter it."""
        folder = self._state / "containers"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def label(self) -> str:
        """What every container of the task has, and no other."""
        return f"{_LABEL}={self._prefix}"

    def trusted(self, ca_bundle: str) -> str:
        """A copy of the file that the image's user may read."""
        copy = self.folder / "ca-bundle.pem"
        shutil.copyfile(ca_bundle, copy)
        copy.chmod(0o644)
        return str(copy)

    def told(self) -> list[str]:
        """Each container's name and how it is, in the engine's words."""
        return self.engine.call("ps", "--all", *self._filter, "--format", "{{.Names}}  {{.Status}}").splitlines()

    def volume_folder(self, name: str) -> Path | None:
        """Where a volume is on this machine's disk; None where that is not to be seen, as in a virtual machine."""
        folder = Path(self.engine.call("volume", "inspect", "--format", "{{.Mountpoint}}", self.name(name)).strip())
        return folder if os.access(folder, os.R_OK | os.X_OK) else None

    def remove(self) -> None:
        """Ends and removes all of them, those that a killed agent left behind, too.

        An engine that does not answer runs none. Raises LocalError when it answers and does not remove them.
        """
        if not self.engine.answers():
            return
        if containers := self.engine.call("ps", "--all", "--quiet", *self._filter).split():
            self.engine.call("rm", "--force", "--volumes", *containers)
        if volumes := self.engine.call("volume", "ls", "--quiet", "--filter", f"name={self._prefix}").split():
            self.engine.call("volume", "rm", "--force", *volumes)

    @property
    def _filter(self) -> list[str]:
        return ["--filter", f"label={self.label}"]
