"""What of a team file an emulator cannot stand for, and what is deployed instead."""

from pathlib import Path

import yaml

from kit.emulators.emulator import Emulator
from stacks.team.config import DatabaseAuth, Egress, EncryptionConfig, TeamConfig


def adapt(team: TeamConfig, emulator: type[Emulator]) -> TeamConfig:
    """The team as it can be deployed to the emulator; the same object where nothing has to change."""
    if team.database.auth == DatabaseAuth.IAM:
        # RDS alone asks IAM who may log in. There was no rotation, and there is none.
        login = {"auth": DatabaseAuth.PASSWORD, "password_rotation_days": 0}
        team = team.model_copy(update={"database": team.database.model_copy(update=login)})
    if team.encryption.kms_key_arn and not emulator.takes_any_key:
        # An organisation's key is in AWS alone: the team makes its own.
        team = team.model_copy(update={"encryption": EncryptionConfig()})
    if team.tags and not emulator.changes_tags:
        team = team.model_copy(update={"tags": {}})
    nat = team.network.egress == Egress.NAT and not team.network.existing
    if nat and not emulator.has_nat_gateways:
        network = team.network.model_copy(update={"egress": Egress.PUBLIC_IP})
        team = team.model_copy(update={"network": network})
    if team.server.max_tasks and not emulator.has_load_balancer_names:
        team = team.model_copy(update={"server": team.server.model_copy(update={"max_tasks": None})})
    if (team.database.password_rotation_days or team.artifacts.garbage_collection_days) and not emulator.has_schedules:
        database = team.database.model_copy(update={"password_rotation_days": 0})
        artifacts = team.artifacts.model_copy(update={"garbage_collection_days": None})
        team = team.model_copy(update={"database": database, "artifacts": artifacts})
    return team


def write_team_file(team: TeamConfig, folder: Path) -> None:
    """Writes the team file that `team` would have been read from, into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    content = team.model_dump(mode="json", exclude={"name"}, exclude_unset=True)
    (folder / f"{team.name}.yaml").write_text(yaml.safe_dump(content))
