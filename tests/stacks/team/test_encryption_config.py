"""The key that an organisation prescribes."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import Refused, accepted

ID = "00000000-1111-2222-3333-444444444444"
MULTI_REGION = "mrk-0123456789abcdef0123456789abcdef"


def content(arn: str) -> str:
    return f"region: eu-west-1\nencryption: {{kms_key_arn: '{arn}'}}"


@pytest.mark.parametrize("key_id", [ID, MULTI_REGION])
@pytest.mark.parametrize("account", ["111122223333", "444455556666"])
def test_a_key_of_the_teams_region_is_taken_whatever_its_account(tmp_path: Path, account: str, key_id: str) -> None:
    arn = f"arn:aws:kms:eu-west-1:{account}:key/{key_id}"
    assert accepted(tmp_path, content(arn)).encryption.kms_key_arn == arn


def test_a_team_without_one_makes_its_own(tmp_path: Path) -> None:
    assert accepted(tmp_path, "region: eu-west-1").encryption.kms_key_arn is None


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kms:eu-west-1:111122223333:alias/mlflow",
        "alias/mlflow",
        ID,
        MULTI_REGION,
        f"arn:aws:s3:eu-west-1:111122223333:key/{ID}",
        f"arn:aws:kms:eu-west-1::key/{ID}",
        f"arn:aws:kms:eu-west-1:111122223333:key/{ID}/",
    ],
)
def test_what_is_not_the_complete_arn_of_a_key_is_refused(refused: Refused, arn: str) -> None:
    assert refused(content(arn)) == (
        f"research.yaml: encryption.kms_key_arn: {arn!r} is not a KMS key's ARN; allowed: "
        "arn:aws:kms:<region>:<account>:key/<id>, no alias"
    )


@pytest.mark.parametrize(
    ("key_id", "way_out"),
    [(ID, "make one in eu-west-1"), (MULTI_REGION, "replicate it to eu-west-1, and name that ARN")],
)
def test_a_key_of_another_region_is_refused(refused: Refused, key_id: str, way_out: str) -> None:
    arn = f"arn:aws:kms:eu-central-1:111122223333:key/{key_id}"
    assert refused(content(arn)) == (
        f"research.yaml: encryption.kms_key_arn: {arn!r} is in eu-central-1; allowed: a key of the team's region, as "
        f"its database and secrets are; {way_out}"
    )
