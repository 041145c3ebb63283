"""The same team file makes the same templates."""

from tests.stacks.shapes import synthesize, team


def test_two_syntheses_of_one_team_are_equal() -> None:
    first, second = ({s.stack_name: s.template for s in synthesize(team("usual")).stacks} for _ in range(2))
    assert first == second
