"""What must hold of a database that is an Aurora cluster."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import Refused, accepted

AURORA = "engine: aurora-postgresql"


def test_an_aurora_never_pauses_unless_it_is_told_to(tmp_path: Path) -> None:
    database = accepted(tmp_path, f"region: eu-west-1\ndatabase: {{{AURORA}}}").database
    assert (database.min_acu, database.pauses, database.rotates_password) == (0.5, False, True)


def test_an_aurora_that_pauses_keeps_its_password(tmp_path: Path) -> None:
    database = accepted(tmp_path, f"region: eu-west-1\ndatabase: {{{AURORA}, min_acu: 0}}").database
    assert (database.pauses, database.rotates_password) == (True, False)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            "database: {min_acu: 0}",
            "database.min_acu: 0 has no use with engine: postgres; allowed with engine: aurora-postgresql; remove it",
        ),
        (
            f"database: {{{AURORA}, instance_class: db.t4g.micro}}",
            "database.instance_class: 'db.t4g.micro' has no use with engine: aurora-postgresql; "
            "allowed with engine: postgres; remove it",
        ),
        (
            f"database: {{{AURORA}, auth: iam, resource_id: db-ABCDEFGHIJKL01234}}",
            "database.resource_id: 'db-ABCDEFGHIJKL01234' is not of a database with engine: aurora-postgresql; "
            "allowed: cluster-…; take the restored one's",
        ),
        (
            "database: {auth: iam, resource_id: cluster-ABCDEFGHIJKL01234}",
            "database.resource_id: 'cluster-ABCDEFGHIJKL01234' is not of a database with engine: postgres; "
            "allowed: db-…; take the restored one's",
        ),
        (
            f"database: {{{AURORA}, min_acu: 0.7}}",
            "database.min_acu: 0.7 is no capacity; allowed: steps of 0.5; try 0.5",
        ),
        (
            f"database: {{{AURORA}, min_acu: 8, max_acu: 4}}",
            "database.min_acu: 8 is more than max_acu; allowed: 0 to 4; try 4",
        ),
        (
            f"database: {{{AURORA}, max_acu: 1000}}",
            "database.max_acu: 1000 is out of bounds; allowed: at most 256; try 256",
        ),
        (
            f"database: {{{AURORA}, auto_pause_minutes: 10}}",
            "database.auto_pause_minutes: 10 has no use with min_acu: 0.5; allowed with min_acu: 0; remove it",
        ),
        (
            f"database: {{{AURORA}, min_acu: 0, auto_pause_minutes: 1}}",
            "database.auto_pause_minutes: 1 is out of bounds; allowed: at least 5; try 5",
        ),
        (
            f"database: {{{AURORA}, min_acu: 0, password_rotation_days: 30}}",
            "database.password_rotation_days: 30 wakes the database each day; not allowed with min_acu: 0; "
            "remove it, or try min_acu: 0.5",
        ),
        (
            f"database: {{{AURORA}, min_acu: 0}}\nartifacts: {{garbage_collection_days: 90}}",
            "artifacts.garbage_collection_days: 90 wakes the database each night; not allowed with "
            "database.min_acu: 0; remove it, or try min_acu: 0.5",
        ),
        (
            f"database: {{{AURORA}, min_acu: 0}}\naccess: public\nauth: iam\nartifacts: {{mode: direct}}",
            "auth: 'iam' gives up after 30 seconds, in which a paused database may not be back; "
            "not allowed with database.min_acu: 0; try min_acu: 0.5",
        ),
        (
            f"database: {{{AURORA}, max_acu: 1}}\nserver: {{tasks: 3}}",
            "server.tasks: 3 asks for 199 connections during a rollout; "
            "allowed: 157 with database.max_acu: 1; try database.max_acu: 1.5",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(refused: Refused, lines: str, said: str) -> None:
    assert refused(f"region: eu-west-1\n{lines}") == f"research.yaml: {said}"
