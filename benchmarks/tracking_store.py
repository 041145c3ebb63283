"""CPU and wall time of the server's hot store calls, beside MLflow's own store in the same process.

One PostgreSQL, one connection, the stores taking turns; what HTTP and MLflow's request handlers cost comes on top and
is the same for both. CPU is that of the calling thread alone, and so hardly feels other programs; wall time does.
"""

import os
import secrets
import subprocess
import tempfile
from pathlib import Path

import click

from benchmarks.figure import show_machine
from kit.environment import ROOT, SERVER
from kit.local.postgres import DatabaseInstance, PostgresServer


@click.command(help=__doc__)
@click.option("--runs", default=10_000, show_default=True, help="Runs that a search goes through.")
@click.option("--times", default=100, show_default=True, help="How often each call is made.")
def main(runs: int, times: int) -> None:
    show_machine()
    with tempfile.TemporaryDirectory(prefix="kit-store-") as folder:
        postgres = PostgresServer(Path(folder, "postgres"), Path(folder, "postgres.log"))
        password = secrets.token_hex(16)
        try:
            port = postgres.start(DatabaseInstance("mlflow", "mlflow"), password, 100)
            url = f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/mlflow"
            subprocess.run(
                [str(SERVER / "bin" / "python"), "-m", "benchmarks.store_calls", url, str(runs), str(times)],
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "server_image")]),
                    "PGPASSWORD": password,
                },
                check=True,
            )
        finally:
            postgres.delete()


if __name__ == "__main__":
    main()
