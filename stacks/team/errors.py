"""Says in one line each what is wrong with team files."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from stacks.team.config import TeamConfig, section_of
from stacks.team.problem import Problem


class TeamFileError(Exception):
    """Team files that cannot be used.

    `str()` has one line a problem: file, key, value, what is allowed, and what to try.

    Attributes:
        problems: those lines.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def line_of(path: Path, problem: Problem) -> str:
    """One line: file, key, value, what is wrong with it, what is allowed, what to try."""
    key = "" if problem.path == ("name",) else f" {'.'.join(problem.path)}:"
    given = "" if problem.given is None else f" {_shown(problem.given)}"
    return f"{path}:{key}{given} {problem.sentence}"


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def problem_of(error: ErrorDetails) -> Problem:
    """Says pydantic's error in our words."""
    path = tuple(str(part) for part in error["loc"] if part != "[key]")
    context = error.get("ctx", {})
    match error["type"]:
        case "refused":
            return Problem(path, error["input"], context["sentence"])
        case "extra_forbidden":
            return Problem(path, None, _unknown_key(path))
        case "missing":
            return Problem(path, None, "is missing; " + ("try eu-west-1" if path == ("region",) else "add it"))
        case "greater_than_equal" | "less_than_equal":
            bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
            number = context.get("ge", context.get("le"))
            return Problem(path, error["input"], f"is out of bounds; allowed: {bound}; try {number}")
        case "enum":
            return Problem(path, error["input"], _not_one_of(error["input"], context["expected"]))
        case "too_short" | "too_long" | "string_too_short" | "string_too_long":
            return Problem(path, error["input"], _length(error["type"], context))
        case kind:
            return Problem(
                path,
                error["input"],
                f"is {_kind_of(error['input'])}; allowed: {_KINDS.get(kind, error['msg'])}",
            )


_KINDS = {
    "string_type": "text; put it in quotes",
    "int_type": "a whole number; write it without quotes or unit",
    "float_type": "a number; write it without quotes or unit",
    "finite_number": "a number; write it without quotes or unit",
    "bool_type": "true or false, without quotes",
    "model_type": "keys with values, indented below it; remove the key if there are none",
    "dict_type": "keys with values, indented below it; remove the key if there are none",
    "tuple_type": "a list, such as [a, b]",
}


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a {type(value).__name__}"


def _length(kind: str, context: Mapping[str, Any]) -> str:
    one, many = ("character", "characters") if kind.startswith("string") else ("entry", "entries")
    if kind.endswith("short"):
        # No key asks for more.
        return f"is empty; allowed: at least one {one}; add it, or remove the key"
    return f"is too long; allowed: at most {context['max_length']} {many}; shorten it"


def _not_one_of(given: object, expected: str) -> str:
    allowed = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = get_close_matches(str(given), allowed, n=1, cutoff=0.5)
    return f"is not one of them; allowed: {', '.join(allowed)}" + (f"; try {near[0]}" if near else "")


def _unknown_key(path: Sequence[str]) -> str:
    keys = [key for key in _keys_at(path[:-1]) if key != "name" or len(path) > 1]
    near = get_close_matches(path[-1], keys, n=1)
    return f"is not a key; allowed: {', '.join(keys)}" + (f"; did you mean {near[0]}?" if near else "")


def _keys_at(path: Sequence[str]) -> list[str]:
    model: type[BaseModel] = TeamConfig
    for key in path:
        model = section_of(model.model_fields[key]) or model
    return list(model.model_fields)
