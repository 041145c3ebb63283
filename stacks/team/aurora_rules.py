"""What must hold of a database that is an Aurora cluster, above all where it is to pause."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.team.problem import Problem
from stacks.team.sizes import MAX_ACU, max_connections_of_aurora

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig

_AURORAS = ("min_acu", "max_acu", "auto_pause_minutes")
_INSTANCES = ("instance_class", "storage_gib")


def aurora_problems(team: "TeamConfig") -> Iterator[Problem]:
    """Everything that is wrong between the engine, its capacity and what keeps it awake."""
    yield from _of_the_other_engine(team)
    database, most = team.database, team.sizing.max_acu
    if database.is_aurora and database.min_acu > most:
        yield Problem(
            ("database", "min_acu"), database.min_acu, f"is more than max_acu; allowed: 0 to {most:g}; try {most:g}"
        )
    if database.pauses:
        yield from _awake(team)
    elif database.is_aurora and "auto_pause_minutes" in database.model_fields_set:
        yield Problem(
            ("database", "auto_pause_minutes"),
            database.auto_pause_minutes,
            f"has no use with min_acu: {database.min_acu:g}; allowed with min_acu: 0; remove it",
        )


def fitting_acu(team: "TeamConfig") -> str | None:
    """The least `max_acu` that has the team's connections, as the team file says it."""
    steps = (step / 2 for step in range(2, 2 * MAX_ACU + 1))
    needed = team.sizing.connections
    found = next((acu for acu in steps if max_connections_of_aurora(acu, team.database.min_acu) >= needed), None)
    return None if found is None else f"database.max_acu: {found:g}"


def _of_the_other_engine(team: "TeamConfig") -> Iterator[Problem]:
    database = team.database
    keys, other = (_INSTANCES, "postgres") if database.is_aurora else (_AURORAS, "aurora-postgresql")
    for key in keys:
        if key in database.model_fields_set:
            yield Problem(
                ("database", key),
                getattr(database, key),
                f"has no use with engine: {database.engine}; allowed with engine: {other}; remove it",
            )


def _awake(team: "TeamConfig") -> Iterator[Problem]:
    """What would open a connection by the clock, or give up before the database is back.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
    """
    days, given = team.database.password_rotation_days, "password_rotation_days" in team.database.model_fields_set
    if given and days:
        yield Problem(
            ("database", "password_rotation_days"),
            days,
            "wakes the database each day; not allowed with min_acu: 0; remove it, or try min_acu: 0.5",
        )
    if team.artifacts.garbage_collection_days:
        yield Problem(
            ("artifacts", "garbage_collection_days"),
            team.artifacts.garbage_collection_days,
            "wakes the database each night; not allowed with database.min_acu: 0; remove it, or try min_acu: 0.5",
        )
    if team.behind_gateway:
        yield Problem(
            ("auth",),
            "iam",
            "gives up after 30 seconds, in which a paused database may not be back; not allowed with "
            "database.min_acu: 0; try min_acu: 0.5",
        )
