"""What a rule between the fields of a team finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A rule that does not hold.

    Attributes:
        path: the keys that lead to the value.
        given: the value.
        sentence: what is wrong with it, what is allowed, and what to try.
    """

    path: tuple[str, ...]
    given: object
    sentence: str
