"""What is logged: how long it is kept, and with which key."""

import pytest

from tests.stacks.shapes import SHAPES, team, template, templates


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_logged_is_not_kept_for_ever(shape: str) -> None:
    retention = [
        resource["Properties"]["RetentionInDays"]
        for template in templates(shape).values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Logs::LogGroup"
    ]
    assert retention
    # What was done in a shell is kept as long as access logs are.
    assert set(retention) == ({90, 365} if team(shape).server.exec or team(shape).behind_gateway else {90})


@pytest.mark.parametrize("shape", SHAPES)
def test_the_servers_logs_are_encrypted_with_the_teams_key(shape: str) -> None:
    given = team(shape).encryption.kms_key_arn
    for log in template(shape, "service").find_resources("AWS::Logs::LogGroup").values():
        key = log["Properties"]["KmsKeyId"]
        if given:
            assert key == given
            continue
        (key_id,) = template(shape, "data").find_resources("AWS::KMS::Key")
        assert key["Fn::ImportValue"].startswith(f"mlflow-{shape}-data:ExportsOutputFnGetAtt{key_id}Arn")


def test_the_key_serves_cloudwatch_for_the_teams_log_groups_only() -> None:
    (key,) = template("usual", "data").find_resources("AWS::KMS::Key").values()
    (logs,) = (said for said in key["Properties"]["KeyPolicy"]["Statement"] if said.get("Sid") == "EncryptLogs")
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert logs["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"] == {
        "Fn::Join": ["", ["arn:aws:logs:eu-west-1:", {"Ref": "AWS::AccountId"}, ":log-group:mlflow-usual-*"]]
    }
