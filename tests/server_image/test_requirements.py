"""What the image installs, and what it leaves out of what its packages ask for."""

import json
import re
import subprocess

from kit.environment import KIT
from tests.server_image.deployment import SERVER_IMAGE, SERVER_PYTHON

LEFT_OUT = SERVER_IMAGE / "left_out.txt"
# Run by the server's Python: what the installed packages declare, and what of that is not there.
ASK = """
import json
from importlib import metadata
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

there = {canonicalize_name(found.name): found.version for found in metadata.distributions()}
extras = {"mlflow": ("", "auth")}
missing, wrong = set(), []
for found in metadata.distributions():
    for line in found.requires or ():
        asked = Requirement(line)
        wanted = [e for e in extras.get(found.name, ("",)) if not asked.marker or asked.marker.evaluate({"extra": e})]
        name = canonicalize_name(asked.name)
        if wanted and name not in there:
            missing.add(name)
        elif wanted and there[name] not in asked.specifier:
            wrong.append(f"{found.name} asks for {line}, not {there[name]}")
print(json.dumps({"missing": sorted(missing), "wrong": wrong}))
"""


def declared() -> dict[str, list[str]]:
    answer = subprocess.run([SERVER_PYTHON, "-c", ASK], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(answer.stdout)
    return found


def left_out() -> list[str]:
    return [line for line in LEFT_OUT.read_text().splitlines() if line and not line.startswith("#")]


def test_what_is_not_installed_of_what_packages_ask_for_is_what_is_left_out() -> None:
    assert declared()["missing"] == left_out()


def test_what_is_installed_is_of_a_version_that_is_asked_for() -> None:
    assert declared()["wrong"] == []


def test_each_package_is_left_out_for_a_reason() -> None:
    lines = LEFT_OUT.read_text().splitlines()
    for name in left_out():
        assert re.fullmatch(r"# .+\.", lines[lines.index(name) - 1]), name


def test_every_package_has_a_wheel_of_both_architectures() -> None:
    """A lock of uv's is for all platforms; the image installs wheels only, on the Python of its Debian."""
    program = [str(KIT / "bin" / "uv"), "pip", "install", "--dry-run", "--quiet"]
    lock = str(SERVER_IMAGE / "requirements.txt")
    for platform in ("x86_64-manylinux_2_40", "aarch64-manylinux_2_40"):
        options = ["--python-version", "3.13", "--python-platform", platform, "--only-binary", ":all:", "--no-deps"]
        target = ["--target", "/nonexistent", "--require-hashes", "--requirement", lock]
        answer = subprocess.run([*program, *options, *target], capture_output=True, text=True, check=False)
        assert answer.returncode == 0, f"{platform}: {answer.stderr}"
