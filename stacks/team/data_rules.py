"""What must hold between the fields of one team about its data: windows, backups, artifacts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stacks.team.database_values import overlap
from stacks.team.problem import Problem

if TYPE_CHECKING:
    from stacks.team.config import TeamConfig


def data_problems(team: "TeamConfig") -> Iterator[Problem]:
    """Everything that is wrong between the fields about data."""
    yield from _windows(team)
    yield from _login(team)
    yield from _backup(team)
    yield from _artifacts(team)
    yield from _encryption(team)


def _windows(team: "TeamConfig") -> Iterator[Problem]:
    backup, maintenance = team.database.backup_window, team.database.maintenance_window
    if backup and maintenance and overlap(backup, maintenance):
        yield Problem(
            ("database", "maintenance_window"),
            maintenance,
            f"meets backup_window {backup}, which AWS refuses; allowed: windows apart; take another time",
        )


def _login(team: "TeamConfig") -> Iterator[Problem]:
    days, given = team.database.password_rotation_days, "password_rotation_days" in team.database.model_fields_set
    if team.database.auth == "iam" and given and days:
        yield Problem(
            ("database", "password_rotation_days"),
            days,
            "rotates a password that nobody logs in with; allowed with auth: password; remove it",
        )
    if team.database.resource_id and not team.database.resource_id.startswith(prefix := team.database.id_prefix):
        yield Problem(
            ("database", "resource_id"),
            team.database.resource_id,
            f"is not of a database with engine: {team.database.engine}; allowed: {prefix}…; take the restored one's",
        )


def _backup(team: "TeamConfig") -> Iterator[Problem]:
    given = team.backup.model_fields_set
    if team.temporary and "retention_days" in given and (days := team.backup.retention_days):
        yield Problem(
            ("backup", "retention_days"),
            days,
            "keeps data of a temporary team; not allowed beside temporary: true; remove one of them",
        )
    if (vault := team.backup.copy_to) is None:
        if "copy_retention_days" in given:
            yield Problem(
                ("backup", "copy_retention_days"),
                team.backup.copy_retention_days,
                "is about a copy that nothing makes; allowed beside copy_to; remove it, or add copy_to",
            )
        return
    at = ("backup", "copy_to")
    if vault.split(":")[3] == team.region:
        yield Problem(at, vault, f"is in {team.region} as well; allowed: a vault of another region; make one there")
    if team.temporary:
        yield Problem(
            at, vault, "keeps data of a temporary team; not allowed beside temporary: true; remove one of them"
        )
    elif not team.backup.retention_days:
        yield Problem(at, vault, "has nothing to copy with retention_days: 0; allowed: 1 or more; try 35")


def _artifacts(team: "TeamConfig") -> Iterator[Problem]:
    artifacts, at = team.artifacts, "artifacts"
    if artifacts.object_lock_days and artifacts.mode == "presigned":
        yield Problem(
            (at, "object_lock_days"),
            artifacts.object_lock_days,
            "locks a bucket to which S3 then wants a checksum with each upload, and uploads by link have none; "
            "allowed with mode: proxied and direct; try mode: proxied",
        )
    for key, given in (("object_lock_days", artifacts.object_lock_days), ("replica", artifacts.replica)):
        if given and team.temporary:
            yield Problem((at, key), str(given), "keeps data of a temporary team; remove it or temporary: true")
    if artifacts.replica and artifacts.replica.region == team.region:
        yield Problem(
            (at, "replica", "kms_key_arn"),
            artifacts.replica.kms_key_arn,
            f"is in {team.region} as well; allowed: a key and a bucket of another region; make them there",
        )


def _encryption(team: "TeamConfig") -> Iterator[Problem]:
    if (arn := team.encryption.kms_key_arn) is None or (region := arn.split(":")[3]) == team.region:
        return
    # https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    multi_region = ":key/mrk-" in arn
    way_out = f"replicate it to {team.region}, and name that ARN" if multi_region else f"make one in {team.region}"
    yield Problem(
        ("encryption", "kms_key_arn"),
        arn,
        f"is in {region}; allowed: a key of the team's region, as its database and secrets are; {way_out}",
    )
