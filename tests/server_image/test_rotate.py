"""`rotate` against a real PostgreSQL, with and without a server under load."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg2
import pytest

from tests.server_image.deployment import Deployment, Server, wait_until
from tests.server_image.gate import Gate, gate

pytestmark = pytest.mark.usefixtures("kept_password")

SEARCH = {"experiment_ids": ["0"], "max_results": 1}
BOTH = {"mlflow_server", "mlflow_server_clone"}
CALLS = [
    ("GetSecretValue", "AWSCURRENT"),
    ("PutSecretValue", "AWSPENDING"),
    ("GetSecretValue", "AWSPENDING"),
    ("UpdateSecretVersionStage", "AWSCURRENT"),
    ("UpdateSecretVersionStage", "AWSPENDING"),
]
# Every connection beyond the first is closed after use, so the next request makes a new one.
RECYCLED = {"MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "1", "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "9"}


@dataclass
class Load:
    """Requests without a pause, half of them through MLflow's own code."""

    server: Server
    statuses: Counter[int] = field(default_factory=Counter)
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._ended.is_set():
            self.statuses[self.server.post("/api/2.0/mlflow/runs/search", SEARCH).status] += 1
            self.statuses[self.server.get("/api/2.0/mlflow/registered-models/search").status] += 1

    def more(self) -> None:
        """Wait for a hundred answers."""
        until = self.statuses.total() + 100
        wait_until(lambda: self.statuses.total() >= until)

    @contextmanager
    def running(self, threads: int = 6) -> Iterator["Load"]:
        workers = [threading.Thread(target=self.run) for _ in range(threads)]
        for worker in workers:
            worker.start()
        try:
            yield self
        finally:
            self._ended.set()
            for worker in workers:
                worker.join()


def rotate(deployment: Deployment, *arguments: str) -> str:
    done = deployment.run("rotate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr


def logs_in(deployment: Deployment, login: tuple[str, str]) -> bool:
    try:
        deployment.postgres.connect(deployment.database, *login).close()
    except psycopg2.OperationalError:
        return False
    return True


def kill_at(deployment: Deployment, at: Gate, call: tuple[str, str], *, after: bool) -> None:
    """SIGKILL a rotation that is at a call to Secrets Manager, before or after it is made."""
    at.hold(call, after=after)
    process = deployment.start("rotate", AWS_ENDPOINT_URL=at.url)
    wait_until(lambda: process.poll() is not None or at.reached.is_set())
    assert process.poll() is None, deployment.said()
    process.kill()
    process.wait()
    at.open()


def test_the_new_login_is_the_secrets_and_the_old_one_stays_valid(deployment: Deployment) -> None:
    first = deployment.login()
    said = rotate(deployment)
    second = deployment.login()
    assert (first[0], second[0]) == ("mlflow_server", "mlflow_server_clone")
    assert logs_in(deployment, first)
    assert logs_in(deployment, second)
    assert "New connections log in as mlflow_server_clone" in said


def test_the_password_before_the_last_is_refused(deployment: Deployment) -> None:
    logins = [deployment.login()]
    for _ in range(2):
        rotate(deployment)
        logins.append(deployment.login())
    assert [logs_in(deployment, login) for login in logins] == [False, True, True]
    assert {user for user, _ in logins} == BOTH
    assert len({password for _, password in logins}) == 3


@pytest.mark.parametrize("arguments", [(), ("--older-than-days", "30")])
def test_a_run_that_is_done_logs_what_the_alarm_on_missed_ones_counts(
    deployment: Deployment, arguments: tuple[str, ...]
) -> None:
    """stacks/alarms/of_nights.py, which tests/stacks/alarms/test_of_nights.py compares with it."""
    last = json.loads(rotate(deployment, *arguments).splitlines()[-1])
    assert last["done"] == "rotate"


def test_a_young_password_is_kept(deployment: Deployment) -> None:
    first = deployment.login()
    assert "is 0 days old: it is kept up to 30" in rotate(deployment, "--older-than-days", "30")
    assert deployment.login() == first


def test_both_logins_may_use_rows_and_neither_may_change_the_schema(deployment: Deployment) -> None:
    rotate(deployment)
    connection = deployment.postgres.connect(deployment.database, *deployment.login())
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO users (username, password_hash) VALUES ('somebody', 'hash')")
            cursor.execute("DELETE FROM users WHERE username = 'somebody'")
            for statement in ("DROP TABLE experiments", "CREATE TABLE intruder ()", "SET ROLE mlflow_owner"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    finally:
        connection.close()


def test_migrate_leaves_a_rotated_login_alone(deployment: Deployment) -> None:
    rotate(deployment)
    login = deployment.login()
    assert deployment.run("migrate").returncode == 0
    assert logs_in(deployment, login)


def test_neither_postgresqls_log_nor_the_commands_has_the_password(deployment: Deployment) -> None:
    said = rotate(deployment)
    _, password = deployment.login()
    log = deployment.postgres.log.read_text(errors="replace")
    assert "ALTER ROLE mlflow_server_clone PASSWORD 'SCRAM-SHA-256$" in log
    assert password not in log + said


def test_a_secret_of_somebody_else_is_refused(deployment: Deployment) -> None:
    deployment.put_password("canary-password", user="postgres")
    done = deployment.run("migrate")
    assert done.returncode == 1
    assert "The secret names the user postgres" in done.stderr
    assert "canary" not in done.stderr


def test_two_at_once_rotate_one_after_the_other(deployment: Deployment) -> None:
    processes = [deployment.start("rotate") for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0], deployment.said()
    assert deployment.login()[0] == "mlflow_server"
    assert logs_in(deployment, deployment.login())


def test_no_request_fails_through_rotations_that_leave_the_servers_first_password_behind(
    deployment: Deployment,
) -> None:
    first = deployment.login()
    with deployment.serving(TRACKING_AUTH="none", **RECYCLED) as server, Load(server).running() as load:
        for _ in range(4):
            load.more()
            rotate(deployment)
        load.more()
    assert set(load.statuses) == {200}, load.statuses
    assert not logs_in(deployment, first)
    assert "authentication failed" not in deployment.said()


def test_no_request_fails_when_rotations_are_killed_at_any_call_and_the_next_one_completes(
    deployment: Deployment,
) -> None:
    with (
        deployment.serving(TRACKING_AUTH="none", **RECYCLED) as server,
        gate(deployment.endpoint) as at,
        Load(server).running() as load,
    ):
        for call in CALLS:
            for after in (False, True):
                kill_at(deployment, at, call, after=after)
                load.more()
                assert logs_in(deployment, deployment.login()), (call, after)
                before = deployment.login()
                rotate(deployment)
                load.more()
                assert deployment.login() != before
                assert logs_in(deployment, before), (call, after)
                assert logs_in(deployment, deployment.login()), (call, after)
    assert set(load.statuses) == {200}, load.statuses


def test_a_rotation_that_is_killed_while_it_sets_the_password_is_completed_by_the_next(deployment: Deployment) -> None:
    first = deployment.login()
    rotate(deployment)
    second = deployment.login()
    deployment.kill_where_it_waits(f"ALTER ROLE {first[0]} CONNECTION LIMIT -1", "rotate")
    assert deployment.login() == second
    assert logs_in(deployment, second)
    rotate(deployment)
    assert deployment.login()[0] == first[0]
    assert logs_in(deployment, deployment.login())
    assert logs_in(deployment, second)
