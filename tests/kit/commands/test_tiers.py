"""`kit test`: what it runs, what it says, and how it ends."""

import sys

import pytest

from kit.commands import test as command
from kit.commands.test import Tier, run_tiers


def python(program: str) -> list[list[str]]:
    return [[sys.executable, "-c", program]]


@pytest.fixture
def tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Tier(name="here", commands=python("pass"))
    broken = Tier(name="broken", commands=[*python("raise SystemExit(3)"), *python("print('never')")])
    elsewhere = Tier(name="elsewhere", commands=python("raise SystemExit(3)"), cannot_run=lambda: "there is no moon")
    monkeypatch.setattr(command, "TIERS", (here, broken, elsewhere))


@pytest.mark.parametrize(
    ("names", "passed"), [(["here"], True), (["broken"], False), (["here", "elsewhere"], True), ([], False)]
)
def test_all_that_can_run_has_to_pass(tiers: None, names: list[str], passed: bool) -> None:
    assert run_tiers(names) is passed


def test_without_an_engine_there_are_no_containers_to_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    (containers,) = (tier for tier in command.TIERS if tier.name == "containers")
    assert str(containers.cannot_run()).startswith("No container engine answers")


def test_what_cannot_run_is_named_with_its_reason(tiers: None, capsys: pytest.CaptureFixture[str]) -> None:
    run_tiers([])
    told = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert [(line[0], " ".join(line[3:])) for line in told] == [
        ("here", "passed"),
        ("broken", "FAILED"),
        ("elsewhere", "not run: there is no moon"),
    ]
