from pathlib import Path

import pytest

from kit.local.errors import LocalError
from kit.local.task_containers import TaskContainers
from tests.kit.local.fake_engine import FakeEngine


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


@pytest.fixture
def containers(tmp_path: Path, engine: FakeEngine) -> TaskContainers:
    (tmp_path / "example").mkdir()
    return TaskContainers(tmp_path / "example", engine.image())


def test_names_tell_the_team_and_differ_for_each_state_folder(
    containers: TaskContainers, engine: FakeEngine, tmp_path: Path
) -> None:
    assert containers.name("server").startswith("mlflow-kit-example-")
    assert containers.name("server").endswith("-server")
    again = TaskContainers(tmp_path / "other" / ".." / "example", engine.image())
    elsewhere = TaskContainers(tmp_path / "other" / "example", engine.image())
    assert (again.label, again.name("server")) == (containers.label, containers.name("server"))
    assert elsewhere.label != containers.label


def test_what_is_removed_is_the_team_s_alone(containers: TaskContainers, engine: FakeEngine) -> None:
    engine.answer("ps", stdout="id-1\nid-2\n")
    engine.answer("volume", "ls", stdout=f"{containers.name('tmp')}\n")
    containers.remove()
    ((listed, _),) = engine.calls("ps")
    assert listed[-2:] == ["--filter", f"label={containers.label}"]
    assert "--all" in listed
    assert [argv for argv, _ in engine.calls("rm")] == [["rm", "--force", "--volumes", "id-1", "id-2"]]
    assert [argv for argv, _ in engine.calls("volume", "rm")] == [["volume", "rm", "--force", containers.name("tmp")]]


def test_where_there_is_nothing_nothing_is_removed(containers: TaskContainers, engine: FakeEngine) -> None:
    containers.remove()
    assert engine.calls("rm") == engine.calls("volume", "rm") == []


def test_an_engine_that_does_not_answer_has_nothing_to_remove(containers: TaskContainers, engine: FakeEngine) -> None:
    engine.answer("info", code=1)
    engine.answer("ps", code=1)
    containers.remove()
    assert engine.calls("ps") == []


def test_a_container_that_cannot_be_removed_is_an_error(containers: TaskContainers, engine: FakeEngine) -> None:
    engine.answer("ps", stdout="id-1\n")
    engine.answer("rm", stderr="device or resource busy", code=1)
    with pytest.raises(LocalError, match="device or resource busy"):
        containers.remove()


def test_the_engine_itself_tells_how_they_are(containers: TaskContainers, engine: FakeEngine) -> None:
    engine.answer("ps", stdout="a-migrate  Exited (0)\na-server  Up 2 minutes\n")
    assert containers.told() == ["a-migrate  Exited (0)", "a-server  Up 2 minutes"]


def test_the_image_s_user_may_read_a_copy_of_the_certificates(containers: TaskContainers, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates")
    bundle.chmod(0o600)
    for _ in range(2):
        copy = Path(containers.trusted(str(bundle)))
        assert copy.read_text() == "certificates"
        assert copy.stat().st_mode & 0o777 == 0o644
        assert copy.is_relative_to(tmp_path / "example")


def test_a_volume_in_a_virtual_machine_is_not_seen(
    containers: TaskContainers, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.answer("volume", "inspect", stdout=f"{tmp_path}\n")
    assert containers.volume_folder("tmp") == tmp_path
    engine.answer("volume", "inspect", stdout=f"{tmp_path}/of/the/machine\n")
    assert containers.volume_folder("tmp") is None
