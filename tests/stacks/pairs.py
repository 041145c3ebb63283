"""Few combinations in which every two values that go together do so once.

Generators of such arrays on PyPI take a rule about the values so far; here the rule is the configuration's own, which
judges a whole file.
"""

import itertools
import random
from collections.abc import Callable, Mapping, Sequence

Choice = dict[str, object]
Pair = tuple[tuple[str, int], tuple[str, int]]
_TRIES = 150


def covering(
    options: Mapping[str, Sequence[object]], accepts: Callable[[Choice], bool]
) -> tuple[list[Choice], set[Pair]]:
    """Choices that are accepted, and the pairs of values that no accepted choice was found for.

    A pair is two keys, each with the place of its value among the key's options, of which the first is the default.
    The same options and the same rule give the same choices.
    """
    chance = random.Random(0)  # noqa: S311
    choices: list[Choice] = []
    alone: set[Pair] = set()
    open_pairs = {
        pair
        for one, two in itertools.combinations(options, 2)
        for pair in itertools.product(_places(options, one), _places(options, two))
    }
    while open_pairs:
        wanted = min(open_pairs)
        found: dict[str, int] | None = None
        gain = 0
        for number in range(_TRIES):
            # From the defaults, which go together, to values that seldom do and hold more pairs.
            row = {
                key: chance.randrange(len(values)) if chance.random() < number / _TRIES else 0
                for key, values in options.items()
            } | dict(wanted)
            new = len(open_pairs & _pairs(row))
            if new > gain and accepts(_choice(options, row)):
                found, gain = row, new
        if found is None:
            alone.add(wanted)
            open_pairs.remove(wanted)
        else:
            choices.append(_choice(options, found))
            open_pairs -= _pairs(found)
    return choices, alone


def _places(options: Mapping[str, Sequence[object]], key: str) -> list[tuple[str, int]]:
    return [(key, place) for place in range(len(options[key]))]


def _pairs(row: Mapping[str, int]) -> set[Pair]:
    return set(itertools.combinations(row.items(), 2))


def _choice(options: Mapping[str, Sequence[object]], row: Mapping[str, int]) -> Choice:
    return {key: options[key][place] for key, place in row.items()}
