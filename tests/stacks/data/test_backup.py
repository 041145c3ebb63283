"""The vault of daily snapshots."""

from typing import Any

import pytest
from aws_cdk.assertions import Match

from stacks.data.backup import has_snapshots
from tests.stacks.shapes import ELSEWHERE, SHAPES, team, template
from tests.stacks.team_folder import Refused

WITH_SNAPSHOTS = [shape for shape in SHAPES if has_snapshots(team(shape))]


def rule(shape: str) -> dict[str, Any]:
    (plan,) = template(shape, "data").find_resources("AWS::Backup::BackupPlan").values()
    (found,) = plan["Properties"]["BackupPlan"]["BackupPlanRule"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("shape", WITH_SNAPSHOTS)
def test_a_daily_snapshot_of_the_database_is_kept_for_35_days(shape: str) -> None:
    data = template(shape, "data")
    assert rule(shape)["Lifecycle"] == {"DeleteAfterDays": 35}
    (selection,) = data.find_resources("AWS::Backup::BackupSelection").values()
    (resource,) = selection["Properties"]["BackupSelection"]["Resources"]
    database = "DatabaseCluster5B53A178" if team(shape).database.is_aurora else "DatabaseInstanceAA8A5FDE"
    assert {"Ref": database} in resource["Fn::Join"][1]


def test_nobody_can_delete_a_snapshot_before_its_time() -> None:
    template("usual", "data").has_resource_properties(
        "AWS::Backup::BackupVault",
        {
            "EncryptionKeyArn": Match.any_value(),
            "AccessPolicy": Match.object_like(
                {
                    "Statement": [
                        Match.object_like(
                            {
                                "Effect": "Deny",
                                "Action": ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"],
                            }
                        )
                    ]
                }
            ),
        },
    )


def test_copies_go_to_another_region_where_the_team_file_says_so() -> None:
    (copy,) = rule("public")["CopyActions"]
    assert copy == {"DestinationBackupVaultArn": ELSEWHERE, "Lifecycle": {"DeleteAfterDays": 90}}
    assert rule("usual")["CopyActions"] == []


def test_nothing_of_a_temporary_team_is_put_into_its_vault_and_that_may_go() -> None:
    data = template("temporary", "data")
    assert data.find_resources("AWS::Backup::BackupPlan") == {}
    data.has_resource_properties("AWS::Backup::BackupVault", {"AccessPolicy": Match.absent()})


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("backup:\n  copy_to: mlflow-copies\n", "is not the ARN of a vault of AWS Backup"),
        (f"backup:\n  copy_to: {ELSEWHERE.replace('eu-central-1', 'eu-west-1')}\n", "is in eu-west-1 as well"),
        (f"backup:\n  copy_to: {ELSEWHERE}\n  retention_days: 0\n", "has nothing to copy"),
        (f"temporary: true\nbackup:\n  copy_to: {ELSEWHERE}\n", "keeps data of a temporary team"),
    ],
)
def test_copies_that_make_no_sense_are_refused(lines: str, sentence: str, refused: Refused) -> None:
    said = refused(f"region: eu-west-1\n{lines}")
    assert "backup.copy_to" in said
    assert sentence in said
