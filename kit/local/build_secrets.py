"""What this machine's pip is told, handed to the build of the image for the one step that needs it.

A network may ask for an index or a certificate authority of its own. Neither becomes part of the image: they are
secrets of the build. https://docs.docker.com/build/building/secrets/
"""

import ast
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from kit.environment import ROOT

# https://pip.pypa.io/en/stable/topics/configuration/, https://pip.pypa.io/en/stable/topics/https-certificates/
_CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
_INDEXES = ("index-url", "extra-index-url", "find-links")
_OTHERS = ("trusted-host", "default-timeout", "timeout", "retries")


def arguments(folder: Path) -> list[str]:
    """The arguments for `build`; the files of the secrets are written into `folder`."""
    settings = _pip_settings()
    arguments = []
    if certificates := _certificates(settings):
        arguments += ["--secret", f"id=ca,src={certificates}"]
    if lines := pip_conf(settings):
        file = folder / "pip.conf"
        file.touch(mode=0o600)  # an index's address may hold a password
        file.write_text(lines)
        arguments += ["--secret", f"id=pip,src={file}"]
    return arguments


def pip_conf(settings: dict[str, str]) -> str:
    """A pip.conf of what holds in a container, too: no path of this machine does."""
    lines = [f"{name} = {' '.join(settings[name].split())}" for name in _OTHERS if name in settings]
    for name in _INDEXES:
        urls = [url for url in settings.get(name, "").split() if urlsplit(url).scheme in ("http", "https")]
        lines += [f"{name} = {' '.join(urls)}"] if urls else []
    return "\n".join(["[global]", *lines, ""]) if lines else ""


def settings_of(listing: str) -> dict[str, str]:
    """What `pip config list` prints, as `pip install` would take it: variables before its section before [global]."""
    found: dict[str, dict[str, str]] = {":env:": {}, "install": {}, "global": {}}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.partition(".")
        if section in found:
            found[section][name] = str(ast.literal_eval(value))
    return found["global"] | found["install"] | found[":env:"]


def _pip_settings() -> dict[str, str]:
    command = [sys.executable, "-m", "kit.carried_pip", "config", "list"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return settings_of(answer.stdout) if answer.returncode == 0 else {}


def _certificates(settings: dict[str, str]) -> str | None:
    """A file of certificates to trust, where this machine is told of one."""
    named = [*(os.environ.get(name) for name in _CERTIFICATES), settings.get("cert")]
    return next((path for path in named if path and Path(path).is_file()), None)
