"""The same team file makes the same templates."""

from tests.stacks.shapes import synthesize


def test_two_syntheses_of_one_team_are_equal() -> None:
    assert synthesize("usual") == synthesize("usual")
