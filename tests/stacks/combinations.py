"""Team files that have every two values together which go together."""

import functools

from pydantic import ValidationError

from stacks.team.config import TeamConfig
from tests.stacks.options import document, options
from tests.stacks.pairs import Choice, Pair, covering


@functools.cache
def combinations() -> tuple[list[Choice], set[Pair]]:
    """The choices, and the pairs that are refused."""
    return covering(options(), _is_accepted)


def with_every_value() -> list[TeamConfig]:
    """A few of the teams, which have every value of every key in a temporary and in a lasting team, where it may be."""
    left = {value for choice in combinations()[0] for value in _values(choice)}
    teams: list[TeamConfig] = []
    while left:
        best = max(combinations()[0], key=lambda choice: len(left & _values(choice)))
        teams.append(TeamConfig.model_validate(document(best)))
        left -= _values(best)
    return teams


def _is_accepted(choice: Choice) -> bool:
    try:
        TeamConfig.model_validate(document(choice))
    except ValidationError:
        return False
    return True


def _values(choice: Choice) -> set[tuple[str, str, object]]:
    return {(key, repr(value), choice["temporary"]) for key, value in choice.items()}
