"""Logs are written and not read, and through CloudWatch Logs the key works."""

from tests.stacks.policies.statements import LOG_GROUP, REGION, only_through, statement


def test_who_writes_a_log_reads_none() -> None:
    written = statement("log_groups.write")
    assert written["Resource"] == LOG_GROUP
    assert written["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_names_are_found_and_no_log() -> None:
    assert statement("log_groups.find")["Action"] == ["logs:DescribeLogGroups"]


def test_the_key_works_through_cloudwatch_logs_only() -> None:
    assert statement("log_groups.encrypt")["Condition"] == only_through(f"logs.{REGION}")
