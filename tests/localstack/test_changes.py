"""A team on the real LocalStack 4.14, which the kit starts."""

import psutil

from tests.changes import Changes
from tests.running import LocalTeam


class TestOnLocalStack(Changes):
    """Deploy, change, deploy again, destroy."""

    def test_it_listens_on_loopback_alone(self, team: LocalTeam) -> None:
        process = team.find_process("localstack/server.py")
        listening = [c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening == ["127.0.0.1"]

    def test_up_says_what_localstack_does_not_stand_for(self, team: LocalTeam) -> None:
        told = team.told
        assert "LocalStack 4.14.0 at http://127.0.0.1:" in told
        for words in (
            "egress is public-ip where the team file says nat",
            "no task starts on a schedule",
            "AWS::RDS::DBInstance",
            "IAM allows everything",
            "LocalStack forgets everything when it stops",
        ):
            assert words in told
