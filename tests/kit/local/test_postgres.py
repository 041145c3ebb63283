import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit.local.errors import LocalError
from kit.local.postgres import DatabaseInstance, PostgresServer
from kit.local.postgres_home import PostgresHome
from tests.kit.local.waiting import wait_for

INSTANCE = DatabaseInstance("master", "mlflow")
CREATE = "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS n"
PASSWORD = "the master's $password\\"


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[PostgresServer]:
    """A server without data."""
    server = PostgresServer(tmp_path / "postgres", tmp_path / "logs" / "postgres.log")
    yield server
    server.delete()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server that each test starts as it likes, with whatever data others left."""
    folder = tmp_path_factory.mktemp("shared")
    server = PostgresServer(folder / "postgres", folder / "logs" / "postgres.log")
    yield server
    server.delete()


def psql(
    server: PostgresServer,
    port: int,
    sql: str,
    *,
    user: str = "master",
    password: str = PASSWORD,
    host: str = "127.0.0.1",
) -> subprocess.CompletedProcess[str]:
    """Run `sql` as a client over TCP, or over the socket when `host` is its folder."""
    program = PostgresHome.of(server._folder).programs / "psql"
    return subprocess.run(
        [program, "-XAtq", "-h", host, "-p", str(port), "-U", user, "-d", "mlflow", "-c", sql],
        env={"PGPASSWORD": password, "PATH": os.defpath},
        capture_output=True,
        text=True,
    )


def test_the_master_user_is_like_that_of_rds(server: PostgresServer) -> None:
    port = server.start(INSTANCE, PASSWORD, max_connections=37)
    columns = "rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls, rolreplication"
    shown = psql(server, port, f"SELECT {columns} FROM pg_roles WHERE rolname = current_user")
    assert shown.stdout.strip() == "f|t|t|t|f|f", shown.stderr
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert psql(server, port, owner).stdout.strip() == "master"
    assert psql(server, port, "SHOW max_connections").stdout.strip() == "37"
    assert psql(server, port, "SHOW server_encoding").stdout.strip() == "UTF8"
    work = "CREATE ROLE owner NOLOGIN; GRANT owner TO master; SET ROLE owner; SELECT 1"
    assert psql(server, port, work).stdout.strip() == "1"


def test_nobody_gets_in_without_the_password(server: PostgresServer) -> None:
    port = server.start(INSTANCE, PASSWORD, max_connections=20)
    assert "password authentication failed" in psql(server, port, "SELECT 1", password="other").stderr
    assert "rejects connection" in psql(server, port, "SELECT 1", user="rdsadmin").stderr
    sockets = str(PostgresHome.of(server._folder).sockets)
    assert psql(server, port, "SELECT 1", host=sockets).returncode != 0
    assert psql(server, port, "SELECT 1", password="").returncode != 0


def test_data_stays_and_the_password_follows_the_secret(server: PostgresServer) -> None:
    port = server.start(INSTANCE, "first", max_connections=20)
    assert psql(server, port, CREATE, password="first").returncode == 0
    server.stop()
    assert not server.running
    port = server.start(INSTANCE, "second", max_connections=20)
    assert psql(server, port, "SELECT n FROM kept", password="second").stdout.strip() == "42"
    assert psql(server, port, "SELECT 1", password="first").returncode != 0


def test_a_killed_server_starts_again_with_what_was_committed(server: PostgresServer) -> None:
    port = server.start(INSTANCE, PASSWORD, max_connections=20)
    assert psql(server, port, CREATE).returncode == 0
    pid_file = PostgresHome.of(server._folder).data / "postmaster.pid"
    psutil.Process(int(pid_file.read_text().split()[0])).kill()
    wait_for(lambda: not server.running, "the server is gone")
    assert pid_file.exists()
    port = server.start(INSTANCE, PASSWORD, max_connections=20)
    assert psql(server, port, "SELECT n FROM kept").stdout.strip() == "42"


def test_a_pid_file_whose_pid_is_another_programs_by_now_is_no_hindrance(server: PostgresServer) -> None:
    server.start(INSTANCE, PASSWORD, max_connections=20)
    pid_file = PostgresHome.of(server._folder).data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert not server.running
    port = server.start(INSTANCE, PASSWORD, max_connections=20)
    assert psql(server, port, "SELECT 1").stdout.strip() == "1"


def test_a_half_made_data_folder_is_made_anew(new_server: PostgresServer) -> None:
    unfinished = PostgresHome.of(new_server._folder).data.with_suffix(".unfinished")
    unfinished.mkdir()
    (unfinished / "PG_VERSION").touch()
    port = new_server.start(INSTANCE, PASSWORD, max_connections=20)
    assert psql(new_server, port, "SELECT 1").stdout.strip() == "1"


def test_a_start_while_it_runs_takes_the_new_settings(server: PostgresServer) -> None:
    server.start(INSTANCE, PASSWORD, max_connections=20)
    port = server.start(INSTANCE, PASSWORD, max_connections=30)
    assert psql(server, port, "SHOW max_connections").stdout.strip() == "30"


def test_the_password_is_in_no_argument_list_and_no_log(server: PostgresServer) -> None:
    port = server.start(INSTANCE, PASSWORD, max_connections=20)
    data = PostgresHome.of(server._folder).data
    postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
    assert PASSWORD not in " ".join(postmaster.cmdline())
    assert "PASSWORD" not in json.dumps(postmaster.environ())
    psql(server, port, "SELECT broken")
    assert PASSWORD not in server._log.read_text()


def test_a_start_that_fails_ends_with_the_servers_own_words(server: PostgresServer) -> None:
    with pytest.raises(LocalError, match="max_connections"):
        server.start(INSTANCE, PASSWORD, max_connections=-1)
    assert not server.running


def test_data_of_another_major_version_is_refused(server: PostgresServer) -> None:
    server.start(INSTANCE, PASSWORD, max_connections=20)
    server.stop()
    version = PostgresHome.of(server._folder).data / "PG_VERSION"
    mine = version.read_text()
    version.write_text("12\n")
    try:
        with pytest.raises(LocalError, match=r"of PostgreSQL 12 and the one here is 18"):
            server.start(INSTANCE, PASSWORD, max_connections=20)
    finally:
        version.write_text(mine)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("a folder" * 12) / "postgres"
    server = PostgresServer(folder, tmp_path / "postgres.log")
    try:
        port = server.start(INSTANCE, PASSWORD, max_connections=20)
        assert psql(server, port, "SELECT 1").stdout.strip() == "1"
    finally:
        server.delete()
    assert not folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="the user's own folders need no link")
def test_root_keeps_the_data_where_the_system_user_reaches_it(new_server: PostgresServer, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    new_server.start(INSTANCE, PASSWORD, max_connections=20)
    target = (tmp_path / "postgres").resolve()
    assert target.parent == Path("/var/lib/mlflow-kit")
    assert (target / "data").stat().st_mode & 0o777 == 0o700
    assert (target / "data").owner() != "root"
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    new_server.delete()
    assert not target.exists()
    assert not (tmp_path / "postgres").is_symlink()


def test_an_instance_is_read_from_its_deployed_properties() -> None:
    properties = {"DBName": "mlflow", "Engine": "postgres", "EngineVersion": "18"}
    assert DatabaseInstance.from_properties(properties, "master") == INSTANCE
    cluster = {"DatabaseName": "mlflow", "Engine": "aurora-postgresql", "EngineVersion": "18"}
    assert DatabaseInstance.from_properties(cluster, "master") == INSTANCE
    with pytest.raises(LocalError, match="mysql"):
        DatabaseInstance.from_properties(properties | {"Engine": "mysql"}, "master")
