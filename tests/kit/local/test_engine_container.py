"""What the engine is asked for; how a real one answers is tried in tests/containers."""

import asyncio
import json
import resource
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kit.local.container import Exit
from kit.local.engine import Kind, LocalImage
from kit.local.engine_container import EngineContainer, limits
from kit.local.errors import LocalError
from kit.local.task_containers import TRUST, TaskContainers
from kit.local.task_definition import TaskDefinition
from tests.kit.local.fake_engine import FakeEngine

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-AbCdEf"
DEPLOYED = {
    "User": "10001:10001",
    "ReadonlyRootFilesystem": True,
    "MountPoints": [{"SourceVolume": "scratch", "ContainerPath": "/scratch", "ReadOnly": False}],
    "Secrets": [{"Name": "KEY", "ValueFrom": SECRET}],
}


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(tmp_path / "engine")


def task(**properties: Any) -> TaskDefinition:
    container = {"Name": "server", "Command": ["serve", "--now"], **properties}
    return TaskDefinition.from_properties(
        {"Family": "f", "Cpu": "512", "Memory": "2048", "ContainerDefinitions": [container]}
    )


def container(
    tmp_path: Path, image: LocalImage, definition: TaskDefinition | None = None, ca_bundle: str | None = None
) -> EngineContainer:
    definition = definition or task(**DEPLOYED)
    (tmp_path / "example").mkdir(exist_ok=True)
    containers = TaskContainers(tmp_path / "example", image)
    log = tmp_path / "logs" / "server.log"
    return EngineContainer(definition.container("server"), definition, containers, log, ca_bundle)


def run(container: EngineContainer, environment: dict[str, str] | None = None) -> None:
    """From start to end."""

    async def to_end() -> None:
        await container.start(environment or {})
        await container.wait()

    asyncio.run(to_end())


def run_arguments(engine: FakeEngine) -> list[str]:
    ((argv, _),) = engine.calls("run")
    return argv


def values(argv: list[str], option: str) -> list[str]:
    return [value for name, value in pairwise(argv) if name == option]


def test_the_limits_of_the_deployed_task_are_asked_for(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image()))
    argv = run_arguments(engine)
    assert values(argv, "--memory") == values(argv, "--memory-swap") == ["2048m"]
    assert values(argv, "--cpus") == ["0.5"]
    assert values(argv, "--user") == ["10001:10001"]
    assert values(argv, "--cap-drop") == ["ALL"]
    assert values(argv, "--security-opt") == ["no-new-privileges"]
    assert "--read-only" in argv
    assert values(argv, "--network") == ["host"]
    assert argv[-3:] == ["localhost/image", "serve", "--now"]


def test_nothing_is_fetched_from_a_registry(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image()))
    assert values(run_arguments(engine), "--pull") == ["never"]


def test_podman_is_kept_from_making_more_of_a_read_only_root_writable(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image(Kind.PODMAN)))
    assert "--read-only-tmpfs=false" in run_arguments(engine)


def test_docker_gets_no_option_of_podman_s(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image(Kind.DOCKER)))
    assert "--read-only" in run_arguments(engine)
    assert not [word for word in run_arguments(engine) if "tmpfs" in word]


def test_a_task_without_limits_gets_none(tmp_path: Path, engine: FakeEngine) -> None:
    described = {"Family": "f", "ContainerDefinitions": [{"Name": "server", "Command": ["serve"]}]}
    run(container(tmp_path, engine.image(), TaskDefinition.from_properties(described)))
    assert not {"--memory", "--cpus", "--user", "--read-only", "--mount"} & set(run_arguments(engine))


def test_no_more_open_files_are_asked_for_than_this_machine_allows(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image()))
    (files, _) = values(run_arguments(engine), "--ulimit")
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    number = 65_535 if allowed == resource.RLIM_INFINITY else min(65_535, allowed)
    assert files == f"nofile={number}:{number}"


def test_a_volume_is_the_task_s_own(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image()))
    name = TaskContainers(tmp_path / "example", engine.image()).name("scratch")
    assert values(run_arguments(engine), "--mount") == [f"type=volume,source={name},target=/scratch"]


def test_a_read_only_mount_is_one(tmp_path: Path, engine: FakeEngine) -> None:
    point = {"SourceVolume": "scratch", "ContainerPath": "/scratch", "ReadOnly": True}
    run(container(tmp_path, engine.image(), task(MountPoints=[point])))
    (mount,) = values(run_arguments(engine), "--mount")
    assert mount.endswith(",target=/scratch,readonly")


def test_the_certificates_to_trust_are_mounted_read_only(tmp_path: Path, engine: FakeEngine) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates")
    run(container(tmp_path, engine.image(), ca_bundle=str(bundle)))
    (source, target, options) = values(run_arguments(engine), "--volume")[0].split(":")
    assert Path(source).read_text() == "certificates"
    assert (target, options.split(",")[0]) == (TRUST, "ro")


def test_values_reach_the_container_without_being_in_an_argument_list(tmp_path: Path, engine: FakeEngine) -> None:
    secret = "line one\nline two = #"
    run(container(tmp_path, engine.image(HOME="/root")), {"KEY": secret, "LEVEL": "high"})
    ((argv, environment),) = engine.calls("run")
    assert values(argv, "--env") == ["KEY", "LEVEL"]
    assert environment["KEY"] == secret
    for words, given in engine.calls():
        assert not [word for word in words if "line one" in word]
        assert ("KEY" in given) == (words[0] == "run")


def test_the_engine_is_called_where_it_may_leave_files(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image()))
    ((_, environment),) = engine.calls("run")
    assert environment["PWD"] == str(tmp_path / "example" / "containers")


def test_the_engine_s_own_command_keeps_its_configuration(tmp_path: Path, engine: FakeEngine) -> None:
    run(container(tmp_path, engine.image(HOME="/root")), {"HOME": "/scratch"})
    ((argv, environment),) = engine.calls("run")
    assert values(argv, "--env") == ["HOME=/scratch"]
    assert environment["HOME"] == "/root"


def test_a_secret_with_the_name_of_the_engine_s_configuration_is_refused(tmp_path: Path, engine: FakeEngine) -> None:
    refused = container(tmp_path, engine.image(KEY="of the engine"))
    with pytest.raises(LocalError, match="Container server cannot start: a secret cannot be called KEY"):
        asyncio.run(refused.start({"KEY": "a secret"}))
    assert engine.calls("run") == []


def test_a_container_that_the_engine_does_not_start_says_why(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer("run", stderr="Error: no such image\n", code=125)
    with pytest.raises(LocalError, match=r"^Container server cannot start: `podman run` says: Error: no such image$"):
        run(container(tmp_path, engine.image()))


def ended(tmp_path: Path, engine: FakeEngine, **state: Any) -> tuple[Exit, list[str]]:
    engine.answer("logs", stdout="out\n", stderr="err\n")
    if state:
        engine.answer("container", "inspect", stdout=json.dumps({"Running": False, **state}))

    async def to_end() -> tuple[Exit, list[str]]:
        started = container(tmp_path, engine.image())
        await started.start({})
        return await started.wait(), started.last_lines(5)

    return asyncio.run(to_end())


def test_the_log_and_the_exit_code_are_the_container_s(tmp_path: Path, engine: FakeEngine) -> None:
    exit_, lines = ended(tmp_path, engine, ExitCode=3, OOMKilled=False)
    assert exit_ == Exit(3)
    assert sorted(lines) == ["err", "out"]


def test_one_that_needed_more_memory_says_so_and_what_to_do(tmp_path: Path, engine: FakeEngine) -> None:
    exit_, _ = ended(tmp_path, engine, ExitCode=137, OOMKilled=True)
    assert exit_ == Exit(
        137,
        "Container server ended with code 137: it needed more memory than the 2048 MiB of its task,"
        " so give the team a larger size.",
    )


def test_one_that_was_killed_may_have_needed_more_memory(tmp_path: Path, engine: FakeEngine) -> None:
    exit_, _ = ended(tmp_path, engine, ExitCode=137, OOMKilled=False)
    assert exit_ == Exit(
        137,
        "Container server ended with code 137: somebody killed it, or the kernel did, because it needed more memory"
        " than the 2048 MiB of its task.",
    )


def test_one_that_was_stopped_and_had_to_be_killed_is_no_question_of_memory(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer("container", "inspect", stdout=json.dumps({"Running": False, "ExitCode": 137, "OOMKilled": False}))

    async def stopped() -> Exit:
        started = container(tmp_path, engine.image())
        await started.start({})
        await started.stop(1)
        return await started.wait()

    assert asyncio.run(stopped()) == Exit(137)


def test_one_that_got_over_a_lack_of_memory_is_not_blamed_for_it(tmp_path: Path, engine: FakeEngine) -> None:
    assert ended(tmp_path, engine, ExitCode=0, OOMKilled=True)[0] == Exit(0)


def test_one_that_the_engine_does_not_know_any_more_is_lost(tmp_path: Path, engine: FakeEngine) -> None:
    engine.answer("container", "inspect", stderr="Error: no such container\n", code=125)
    exit_, _ = ended(tmp_path, engine)
    assert exit_ == Exit(125, "Container server is lost: `podman container` says: Error: no such container")


@pytest.mark.parametrize(("code", "well"), [(0, True), (1, False)])
def test_a_health_check_runs_inside(tmp_path: Path, engine: FakeEngine, code: int, well: bool) -> None:
    engine.answer("exec", code=code)
    checked = container(tmp_path, engine.image())
    assert asyncio.run(checked.execute(["health", "--quick"], 10)) is well
    ((argv, _),) = engine.calls("exec")
    assert argv[1:] == [TaskContainers(tmp_path / "example", engine.image()).name("server"), "health", "--quick"]


def test_stop_gives_it_its_time(tmp_path: Path, engine: FakeEngine) -> None:
    asyncio.run(container(tmp_path, engine.image()).stop(1.5))
    ((argv, _),) = engine.calls("stop")
    assert values(argv, "-t") == ["2"]


def test_the_limits_in_words() -> None:
    deployed, bare = task(**DEPLOYED), task()
    assert list(limits(deployed, deployed.container("server"))) == [
        "0.5 vCPU",
        "2048 MiB of memory",
        "user 10001:10001",
        "read-only root file system",
        "no capabilities",
    ]
    assert list(limits(bare, bare.container("server"))) == ["0.5 vCPU", "2048 MiB of memory", "no capabilities"]


def test_an_engine_that_is_gone_is_no_end_of_the_agent(tmp_path: Path, engine: FakeEngine) -> None:
    orphan = container(tmp_path, engine.image())
    engine.program.unlink()
    assert asyncio.run(orphan.execute(["health"], 1)) is False
    asyncio.run(orphan.stop(1))
    lost = asyncio.run(orphan.wait())
    assert lost.code == 125
    assert lost.reason is not None
    assert lost.reason.startswith("Container server is lost: ")
