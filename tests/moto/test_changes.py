"""A team on moto's server."""

from tests.changes import Changes
from tests.running import LocalTeam


class TestOnMoto(Changes):
    """Deploy, change, deploy again, destroy."""

    def test_a_temporary_team_is_refused_before_anything_changes(self, team: LocalTeam) -> None:
        as_it_was = team.team_file.read_text()
        team.team_file.write_text(as_it_was + "temporary: true\n")
        try:
            refused = team.start_up().finish()
        finally:
            team.team_file.write_text(as_it_was)
        assert refused.code == 1
        assert refused.error.startswith("error: moto runs no functions here")
        team.assert_run_is_there()
