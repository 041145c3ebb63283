"""The base of the server's image, made on a machine that reaches Debian's packages and no container registry."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from kit.environment import ROOT
from kit.interruption import child
from kit.local.errors import LocalError
from kit.progress import Report

REFERENCE = "docker.io/library/debian:trixie-slim"
"""What the Dockerfile begins with."""
_SUITE = "trixie"
# What the official image has, which Debian's updates come through.
_SOURCES = f"""\
Types: deb
URIs: http://deb.debian.org/debian
Suites: {_SUITE} {_SUITE}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: {_SUITE}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
# What makes the official image a slim one, and what a package manager fetches anew.
_NEEDLESS = (
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"),
    *("var/cache/apt", "var/lib/apt/lists", "var/log"),
)


def provide(program: str, report: Report) -> None:
    """Sees to it that the engine has the base image: its own, the registry's, or else one made by debootstrap.

    The packages are those of the official image, at their newest.

    Raises:
        LocalError: it is not to be had in any of these ways.
    """
    if _succeeds(program, "image", "inspect", REFERENCE):
        return
    report(f"pulling {REFERENCE}")
    if _succeeds(program, "pull", "--quiet", REFERENCE):
        return
    if not shutil.which("debootstrap") or os.geteuid() != 0:
        raise LocalError(
            f"No registry gives {REFERENCE}, and making it here takes debootstrap (`apt-get install debootstrap`) and"
            " root."
        )
    with TemporaryDirectory(prefix="kit-base-image-") as folder:
        root = Path(folder, "root")
        report(f"no registry answers, so Debian {_SUITE} is made by debootstrap")
        _run(["debootstrap", "--variant=minbase", _SUITE, str(root)])
        (root / "etc/apt/sources.list").unlink(missing_ok=True)
        (root / "etc/apt/sources.list.d/debian.sources").write_text(_SOURCES)
        report(f"Debian's updates of {_SUITE}")
        _run(["chroot", str(root), "apt-get", "update"])
        _run(["chroot", str(root), "apt-get", "upgrade", "--yes"])
        for path in _NEEDLESS:
            for entry in (root / path).iterdir():
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        for name in ("resolv.conf", "hostname"):  # debootstrap takes this machine's
            (root / "etc" / name).unlink(missing_ok=True)
        report(f"importing {REFERENCE}")
        archive = Path(folder, "root.tar")
        _run(["tar", "--create", "--file", str(archive), "--directory", str(root), "--exclude=./dev/*", "."])
        _run([program, "import", "--change", 'CMD ["bash"]', str(archive), REFERENCE])


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _run(command: list[str]) -> None:
    with child(command, ROOT, {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}) as process:
        output, _ = process.communicate()
    if process.returncode != 0:
        said = [line.strip() for line in output.splitlines() if line.strip()]
        raise LocalError(f"`{command[0]}` failed while {REFERENCE} was made: {said[-1] if said else 'it said nothing'}")
