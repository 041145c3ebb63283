"""SeaweedFS, an S3 that keeps up with its clients: behind moto or MiniStack a transfer measures their Python."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from benchmarks.server.waiting import wait_until
from kit.environment import ROOT, install_venv
from kit.local.ports import free_port

_HOME = ROOT / ".venv-benchmarks"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_SERVERS = ("master", "volume", "filer", "s3")


@contextmanager
def running(folder: Path, keys: Mapping[str, str]) -> Iterator[str]:
    """Its S3's endpoint on loopback, for who has `keys` as the environment of AWS's SDKs; gone afterwards.

    Raises InstallError when it cannot be installed, and ClickException when it does not start.
    """
    install_venv(_HOME, _REQUIREMENTS, sys.executable, lambda line: click.echo(line, err=True))
    folder.mkdir()
    ports = {server: (free_port(), free_port()) for server in _SERVERS}
    command = [str(_HOME / "bin" / "weed"), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    # Seven volumes are the filer's own; the rest has room for the files of many rounds.
    command += ["-filer", "-s3", "-volume.max=32", "-master.volumeSizeLimitMB=4096"]
    # What listens on a port of its own choice, or reports to its makers.
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    for server, (http, grpc) in ports.items():
        command += [f"-{server}.port={http}", f"-{server}.port.grpc={grpc}"]
    endpoint = f"http://127.0.0.1:{ports['s3'][0]}"
    with (folder / "log").open("w") as log:
        environment = {"PATH": os.defpath, "HOME": str(folder), **keys}
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until(f"{endpoint}/healthz", lambda: process.poll() is None)
            yield endpoint
        finally:
            process.terminate()
            process.wait()
