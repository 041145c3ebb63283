"""The verbs' own decisions; what they start is replaced, and really started in tests/e2e and tests/faults."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kit.commands import down, password, up
from kit.emulators.choice import Choice
from kit.local.engine import Engine, Kind, LocalImage
from kit.local.errors import LocalError
from kit.progress import Steps
from stacks.team.config import TeamConfig


class FakeLaptop:
    """Writes down what is asked of it."""

    forgets = False
    of_the_user = False

    def running(self) -> bool:
        return False

    def __init__(self, team: str, choice: Choice | None) -> None:
        self.team, self.choice = TeamConfig(name=team, region="eu-west-1"), choice
        self.state, self.calls = Path("state"), []
        self.emulator = SimpleNamespace(alive=lambda: True, name="LocalStack", of_the_user=self.of_the_user)

    def command(self, verb: str) -> str:
        return f"scripts/{verb} {self.team.name}"

    def stop_server(self) -> None:
        self.calls.append("stop_server")

    @contextlib.contextmanager
    def for_one_command(self) -> Iterator[None]:
        self.calls.append("lock")
        yield

    def refuse_taken_port(self, port: int) -> None:
        raise LocalError(f"Port {port} is taken.")

    def stop(self) -> None:
        self.calls.append("stop")

    def delete_data(self) -> None:
        self.calls.append("delete_data")


@pytest.fixture
def laptops(monkeypatch: pytest.MonkeyPatch) -> list[FakeLaptop]:
    made: list[FakeLaptop] = []

    def find(team: str, choice: Choice | None, *, to_delete: bool = False) -> FakeLaptop:
        made.append(FakeLaptop(team, choice))
        return made[-1]

    for command in (down, password, up):
        monkeypatch.setattr(command, "Laptop", SimpleNamespace(find=find))
    return made


def never(question: str) -> bool:
    pytest.fail(f"it asked: {question}")


def steps() -> Steps:
    return Steps(io.StringIO())


def test_down_keeps_the_data(laptops: list[FakeLaptop]) -> None:
    down.down("example", None, steps(), never)
    assert laptops[0].calls == ["lock", "stop"]


@pytest.mark.parametrize(("answer", "calls"), [(True, ["lock", "stop"]), (False, [])])
def test_down_asks_where_the_emulator_forgets(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch, answer: bool, calls: list[str]
) -> None:
    monkeypatch.setattr(FakeLaptop, "forgets", True)
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return answer

    with contextlib.suppress(LocalError):
        down.down("example", Choice.LOCALSTACK, steps(), confirm)
    assert laptops[0].calls == calls
    assert asked == [
        "LocalStack forgets at its end. "
        "Delete all runs, models, artifacts and users of team example on LocalStack here?"
    ]


def test_what_a_localstack_of_the_user_still_has_is_said(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget_whose_it_is(laptop: FakeLaptop) -> None:
        laptop.emulator.of_the_user = False

    monkeypatch.setattr(FakeLaptop, "of_the_user", True)
    monkeypatch.setattr(FakeLaptop, "delete_data", forget_whose_it_is)
    said = io.StringIO()
    down.down("example", Choice.LOCALSTACK, Steps(said), lambda question: True, delete_data=True)
    assert "Your LocalStack still has the team's stacks" in said.getvalue()


def test_down_deletes_the_data_when_asked(laptops: list[FakeLaptop]) -> None:
    down.down("example", None, steps(), lambda question: True, delete_data=True)
    assert laptops[0].calls == ["lock", "delete_data"]


def test_whatever_stops_up_stops_what_runs(laptops: list[FakeLaptop]) -> None:
    with pytest.raises(LocalError, match="Port 1 is taken"):
        up.up("example", Choice.MINISTACK, 1, steps())
    assert laptops[0].calls == ["lock", "stop"]


def test_a_server_that_runs_goes_on_when_a_change_is_refused(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeLaptop, "running", lambda laptop: True)
    with pytest.raises(LocalError, match="Port 1 is taken"):
        up.up("example", Choice.MINISTACK, 1, steps())
    assert laptops[0].calls == ["lock"]


@pytest.mark.parametrize(("forgets", "calls"), [(False, ["lock", "stop"]), (True, ["lock", "stop_server"])])
def test_an_emulator_that_would_forget_goes_on_when_a_change_fails(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch, forgets: bool, calls: list[str]
) -> None:
    def fail(*_: Any) -> None:
        raise LocalError("cdk deploy failed")

    monkeypatch.setattr(FakeLaptop, "running", lambda laptop: True)
    monkeypatch.setattr(FakeLaptop, "forgets", forgets)
    monkeypatch.setattr(up, "_plan", lambda *_: None)
    monkeypatch.setattr(up, "_deploy", fail)
    with pytest.raises(LocalError, match="cdk deploy failed"):
        up.up("example", Choice.MOTO, 1, steps())
    assert laptops[0].calls == calls


def test_without_an_engine_nothing_is_started_or_stopped(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    with pytest.raises(LocalError, match="No container engine answers"):
        up.up("example", Choice.MINISTACK, 1, steps(), containers=True)
    assert laptops[0].calls == []


@pytest.mark.parametrize(("containers", "reference"), [(True, "localhost/image"), (False, None)])
def test_each_up_says_itself_whether_the_task_runs_as_containers(
    laptops: list[FakeLaptop], monkeypatch: pytest.MonkeyPatch, containers: bool, reference: str | None
) -> None:
    given: list[LocalImage | None] = []
    engine = Engine(kind=Kind.PODMAN, program="podman", version="5", environment={})

    def run(laptop: Any, port: int, steps: Steps, image: LocalImage | None, *, smoke_test: bool) -> str:
        given.append(image)
        raise LocalError("far enough")

    monkeypatch.setattr(up.Engine, "find", lambda: engine)
    monkeypatch.setattr(up, "build_image", lambda program, report: "localhost/image")
    monkeypatch.setattr(up, "_plan", lambda *_: True)
    monkeypatch.setattr(up, "_deploy", lambda *_: None)
    monkeypatch.setattr(up, "_run", run)
    with pytest.raises(LocalError, match="far enough"):
        up.up("example", Choice.MINISTACK, 1, steps(), containers=containers)
    assert [image and image.reference for image in given] == [reference]


def test_the_password_of_a_team_that_is_down_is_not_looked_for(laptops: list[FakeLaptop]) -> None:
    with pytest.raises(LocalError, match=r"not up on this machine: run `scripts/up example` first\.$"):
        password.password("example", None)
