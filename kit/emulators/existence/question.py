"""What a question about a resource is asked with, and what it answers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kit.emulators.template import Clients, DeployedStack


class Existence(StrEnum):
    """What a service's own API says of a resource that CloudFormation has deployed."""

    REAL = "real"
    RECORDED_ONLY = "recorded only"
    NO_QUESTION = "no question"


@dataclass(frozen=True)
class Answer:
    """Attributes:
    reason: why it is not real, in a few words; empty when it is.
    """

    existence: Existence
    reason: str = ""


class Resource:
    """One resource of a deployed stack and the services to ask about it."""

    def __init__(self, stack: DeployedStack, logical_id: str, client: Clients) -> None:
        self.stack = stack
        self.logical_id = logical_id
        self.type = stack.type_of(logical_id)
        self.physical_id = stack.physical_ids.get(logical_id, "")
        self.client = client

    def property(self, name: str, default: Any = None) -> Any:
        """One of its properties, resolved; `default` where the template does not set it."""
        return self.stack.property(self.logical_id, name, default)

    def declared(self, name: str) -> Any:
        """One of its properties as the template has it, with references in it."""
        return self.stack.template["Resources"][self.logical_id]["Properties"][name]


Question = Callable[[Resource], bool]
"""Whether the service has the resource. A ClientError that denies it counts as no."""


def has(things: Iterable[Mapping[str, Any]], **expected: Any) -> bool:
    """Whether one of the things that a service lists has all these values."""
    return any(all(thing.get(name) == value for name, value in expected.items()) for thing in things)


def permissions(document: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Effect and actions of a policy's statements: what has no references, so that it can be compared."""
    statements = document["Statement"]
    return sorted(
        (str(statement["Effect"]), tuple(sorted(_listed(statement.get("Action", statement.get("NotAction", []))))))
        for statement in (statements if isinstance(statements, list) else [statements])
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
