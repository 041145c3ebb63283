"""Upgrades that are killed, fail, wait or meet each other: all or nothing is done, and the next one completes it."""

from collections.abc import Callable

import pytest

from tests.server_image.deployment import Deployment
from tests.upgrade.releases import OldDatabase, dump, read

# Its tables of auth have no version, so every revision of auth but the first is applied too.
RELEASE = "3.5"


@pytest.fixture
def old(made_by: Callable[[str], OldDatabase], make_deployment: Callable[..., Deployment]) -> Deployment:
    return make_deployment(made_by(RELEASE).name)


@pytest.mark.parametrize(
    ("moment", "statement"),
    [
        ("when it takes the tables over", "LOCK TABLE experiments IN ACCESS SHARE MODE"),
        ("between two tracking revisions", "CREATE TABLE scheduler_leases ()"),
        ("when tracking is done and auth begins", "CREATE TABLE alembic_version_auth ()"),
        ("in the middle of auth", "CREATE TABLE roles ()"),
    ],
)
def test_a_killed_upgrade_has_done_nothing_and_the_next_one_completes(
    moment: str, statement: str, old: Deployment, made_by: Callable[[str], OldDatabase]
) -> None:
    # The roles are of the whole PostgreSQL, and made before the upgrade's transaction.
    assert old.run("migrate").returncode == 3
    before = dump(old)
    old.kill_where_it_waits(statement, "migrate", "--upgrade")
    assert dump(old) == before
    upgraded = old.run("migrate", "--upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert read(old) == made_by(RELEASE).content


def test_of_three_upgrades_at_once_one_upgrades_and_the_others_find_it_done(
    old: Deployment, made_by: Callable[[str], OldDatabase]
) -> None:
    processes = [old.start("migrate", "--upgrade") for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0] * 3, old.said()
    assert old.said().count("Bringing the schema to") == 1
    assert old.said().count("The schema is that of") == 2
    assert read(old) == made_by(RELEASE).content


def test_a_migration_that_fails_after_others_leaves_nothing_of_them(old: Deployment) -> None:
    # In the way of one of the last revisions of auth.
    old.query("CREATE TABLE roles ()")
    old.query("ALTER TABLE roles OWNER TO master")
    old.run("migrate")
    before = dump(old)
    failed = old.run("migrate", "--upgrade")
    assert failed.returncode == 1
    assert "The upgrade failed and nothing of it was kept" in failed.stderr
    assert r"relation \"roles\" already exists" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert dump(old) == before


def test_a_dry_run_is_ended_when_its_time_is_up(old: Deployment) -> None:
    before = dump(old)
    with old.open_transaction("LOCK TABLE experiments IN ACCESS SHARE MODE"):
        ended = old.run("migrate", "--upgrade", "--dry-run", "--lock-seconds", "1")
    assert ended.returncode == 1
    assert "The rehearsal had tables locked for 1 seconds, so it was ended" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert dump(old) == before


def test_an_upgrade_does_not_wait_for_a_lock_for_long(old: Deployment) -> None:
    old.run("migrate")
    before = dump(old)
    with old.open_transaction("LOCK TABLE experiments IN ACCESS SHARE MODE"):
        failed = old.run("migrate", "--upgrade")
    assert failed.returncode == 1
    assert "canceling statement due to lock timeout" in failed.stderr
    assert dump(old) == before


def test_tables_of_a_role_that_the_master_is_no_member_of_are_refused(old: Deployment) -> None:
    old.query("ALTER TABLE experiments OWNER TO postgres")
    for arguments in (["migrate"], ["migrate", "--upgrade"]):
        refused = old.run(*arguments)
        assert refused.returncode == 1
        assert "Tables in schema public belong to postgres" in refused.stderr
        assert "pg_restore --no-owner" in refused.stderr
