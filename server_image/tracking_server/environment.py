"""Reads environment variables and collects every problem, so that one error names them all."""

from collections.abc import Mapping, Sequence

from tracking_server.errors import SettingsError


class Environment:
    """A typed view of environment variables.

    A reader returns a placeholder when its variable is wrong, so that the others are still checked;
    call `check` before using what was read.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None, *, min_length: int = 1) -> str:
        """The variable's text; an empty one counts as missing."""
        value = self._variables.get(name, "")
        if not value:
            if default is None:
                self._problems.append(f"{name} is missing")
            return default or ""
        if len(value) < min_length:
            self._problems.append(f"{name} is shorter than {min_length} characters")
        return value

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self._problems.append(f"{name} is {value!r}, not one of {', '.join(allowed)}")
        return value

    def integer(self, name: str, default: int, *, minimum: int, maximum: int = 2**31 - 1) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit()) or not minimum <= int(value) <= maximum:
            self._problems.append(f"{name} is {value!r}, not a whole number from {minimum} to {maximum}")
            return default
        return int(value)

    def refuse(self, problem: str) -> None:
        """Note what is wrong with a variable that has been read as text."""
        self._problems.append(problem)

    def check(self) -> None:
        """
        Raises:
            SettingsError: A variable is missing or invalid.
        """
        if self._problems:
            raise SettingsError(f"Correct these environment variables: {'; '.join(self._problems)}.")
