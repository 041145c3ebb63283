"""A copy of this checkout, for what a test must not do to the real one."""

import shutil
import subprocess
from pathlib import Path

import pytest

from kit.environment import ROOT, fingerprint

_INSTALLED = {
    ".venv": ["requirements.txt", "scripts/uv.txt"],
    "node_modules": ["package-lock.json"],
    ".venv-server": ["server_image/requirements.txt"],
    ".venv-client": ["kit/smoke/requirements.txt"],
    ".venv-localstack": ["localstack/requirements.txt"],
}


def fresh_copy(folder: Path) -> Path:
    """What a clone would hold, into `folder`; nothing is installed there."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    answer = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        pytest.skip(f"{ROOT} is no git checkout, so what belongs to it is not known")
    for name in filter(None, answer.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def install(copy: Path, *parts: str) -> None:
    """Puts what is installed in this checkout into the copy, by links."""
    for part in parts:
        (copy / part).mkdir()
        for entry in (ROOT / part).iterdir():
            (copy / part / entry.name).symlink_to(entry)
        (copy / part / ".made-from").unlink()
        made_from = [copy / name for name in _INSTALLED[part]]
        (copy / part / ".made-from").write_text(fingerprint(made_from))
