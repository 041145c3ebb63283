"""What a team file may say of its alarms."""

import pytest

from tests.stacks.team_folder import Refused


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("email: [nobody]", "has 'nobody', which is no address; allowed: one such as mlflow@example.com"),
        ("email: [a@example.com, a@example.com]", "has 'a@example.com' twice; keep one"),
        (
            f"email: [{', '.join(f'p{n}@example.com' for n in range(11))}]",
            "are 11 addresses; allowed: 10; take a mailing list",
        ),
        ("monthly_budget_usd: 0", "is out of bounds; allowed: at least 1; try 1"),
    ],
)
def test_what_cannot_be_told_is_refused(given: str, sentence: str, refused: Refused) -> None:
    said = refused(f"region: eu-west-1\nalarms:\n  {given}\n")
    assert said.startswith(f"research.yaml: alarms.{given.split(':')[0]}: ")
    assert said.endswith(sentence)
