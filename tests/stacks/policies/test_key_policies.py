"""What a key itself says of those who use it."""

from tests.stacks.policies.statements import LOG_GROUPS, REGION, statement


def test_cloudwatch_logs_uses_the_key_for_the_team_s_log_groups_only() -> None:
    used = statement("key_policies.encrypt_logs")
    assert used["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    assert used["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": LOG_GROUPS}}


def test_nobody_but_aws_s_services_is_granted_the_key() -> None:
    refused = statement("key_policies.refuse_grants")
    assert (refused["Effect"], refused["Principal"]) == ("Deny", {"AWS": "*"})
    assert refused["Condition"] == {
        "BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}
    }
