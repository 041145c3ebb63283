"""`kit test`: what it runs, what it says, and how it ends."""

import shutil
import sys
from pathlib import Path

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


def test_what_tiers_say_that_run_beside_each_other_is_not_mixed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["one", "two", "three"]
    said = "; ".join(["print('{0}', flush=True)"] * 5)
    monkeypatch.setattr(
        command, "TIERS", [Tier(name=name, commands=[*python(said.format(name))] * 2) for name in names]
    )
    monkeypatch.setattr(command.os, "cpu_count", lambda: 3)
    assert run_tiers([])
    output = capsys.readouterr().out
    for name in names:
        assert "\n".join([name] * 10) in output


def test_a_tier_that_runs_alone_has_all_cores_and_one_of_many_its_share(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    workers = python("import os; print('workers', os.environ['PYTEST_XDIST_AUTO_NUM_WORKERS'])")
    monkeypatch.setattr(command, "TIERS", [Tier(name=name, commands=workers) for name in ("one", "two")])
    monkeypatch.setattr(command.os, "cpu_count", lambda: 4)
    run_tiers(["one"])
    assert "workers 4" in capfd.readouterr().out
    run_tiers([])
    assert capfd.readouterr().out.count("workers 2") == 2


@pytest.mark.parametrize("name", ["image", "containers"])
def test_where_no_engine_is_and_none_can_be_installed_containers_are_not_tested(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for program in ("bash", "id"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    (tier,) = (tier for tier in command.TIERS if tier.name == name)
    assert tier.cannot_run() == "it needs Docker or Podman, and there is none here"
    assert "cannot be installed: that takes root and apt-get" in capfd.readouterr().err


def test_what_cannot_run_is_named_with_its_reason(tiers: None, capsys: pytest.CaptureFixture[str]) -> None:
    run_tiers([])
    told = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert [(line[0], " ".join(line[3:])) for line in told] == [
        ("here", "passed"),
        ("broken", "FAILED"),
        ("elsewhere", "not run: there is no moon"),
    ]
