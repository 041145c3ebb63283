"""A shell in a task is encrypted with the team's key and logged."""

from tests.stacks.policies.statements import KEY, LOG_GROUP, statement


def test_the_key_decrypts_what_a_session_was_opened_with_and_nothing_else() -> None:
    decrypted = statement("sessions.decrypt")
    assert decrypted["Resource"] == KEY
    assert decrypted["Action"] == ["kms:Decrypt"]
    assert decrypted["Condition"] == {"Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"}}


def test_a_session_reads_no_log() -> None:
    logged = statement("sessions.log")
    assert logged["Resource"] == LOG_GROUP
    assert not [action for action in logged["Action"] if action.startswith("logs:Get")]
