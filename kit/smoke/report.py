"""What a smoke test found: one step after the other, in the order in which they finished."""

from __future__ import annotations

from dataclasses import dataclass


class CheckError(Exception):
    """A check that did not hold. Its text is one sentence for the person who ran the smoke test."""


@dataclass(frozen=True)
class SmokeStep:
    """One finished step: what was tried, whether it held, and one sentence about it.

    One that was left out held nothing and failed nothing; its sentence says why.
    """

    name: str
    seconds: float
    ok: bool
    sentence: str
    left_out: bool = False

    def __str__(self) -> str:
        if self.left_out:
            return f"{'-':<7}{self.name:<34}left out  {self.sentence}"
        return f"{'ok' if self.ok else 'FAILED':<7}{self.name:<34}{self.seconds:6.2f} s  {self.sentence}"


@dataclass(frozen=True)
class SmokeReport:
    """Every step that ran. Steps that depend on a failed one did not run and are not listed."""

    url: str
    steps: tuple[SmokeStep, ...]
    seconds: float

    @property
    def failures(self) -> tuple[SmokeStep, ...]:
        return tuple(step for step in self.steps if not step.ok)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and not self.failures
