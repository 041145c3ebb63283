"""Containers of this machine's engine, one for each promise."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.local.container import Exit
from kit.local.engine import Kind, LocalImage
from kit.local.engine_container import EngineContainer
from kit.local.errors import LocalError
from kit.local.task_containers import TRUST, TaskContainers
from kit.local.task_definition import TaskDefinition
from tests.kit.local.waiting import wait_for

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-AbCdEf"
SCRATCH = {"SourceVolume": "tmp", "ContainerPath": "/tmp", "ReadOnly": False}  # noqa: S108
MEMORY_MIB = 64


class Trial:
    """Containers of one task, that each run a line of shell."""

    def __init__(self, folder: Path, image: LocalImage) -> None:
        (folder / "state").mkdir()
        self.containers = TaskContainers(folder / "state", image)
        self._folder = folder

    def container(self, script: str, name: str = "c", ca_bundle: str | None = None, **more: Any) -> EngineContainer:
        described = {
            "Name": name,
            "Command": ["sh", "-c", script],
            "User": "10001:10001",
            "ReadonlyRootFilesystem": True,
            "MountPoints": [SCRATCH],
            "Secrets": [{"Name": "KEY", "ValueFrom": SECRET}],
            **more,
        }
        task = TaskDefinition.from_properties(
            {"Family": "f", "Cpu": "256", "Memory": str(MEMORY_MIB), "ContainerDefinitions": [described]}
        )
        log = self._folder / "logs" / f"{name}.log"
        return EngineContainer(task.container(name), task, self.containers, log, ca_bundle)

    def run(self, script: str, environment: dict[str, str] | None = None, **more: Any) -> tuple[Exit, list[str]]:
        """From start to end."""

        async def to_end() -> tuple[Exit, list[str]]:
            container = self.container(script, **more)
            await container.start(environment or {})
            return await container.wait(), container.last_lines(100)

        return asyncio.run(to_end())

    async def started(self, script: str, awaited: str) -> EngineContainer:
        """The container, once it has written a line."""
        container = self.container(script)
        await container.start({})
        await asyncio.to_thread(wait_for, lambda: awaited in container.last_lines(10), f"{awaited} is in the log")
        return container


@pytest.fixture
def trial(tmp_path: Path, image: LocalImage) -> Iterator[Trial]:
    trial = Trial(tmp_path, image)
    yield trial
    trial.containers.remove()
    assert trial.containers.told() == []


def test_it_runs_as_the_image_s_user_without_any_capability(trial: Trial) -> None:
    exit_, lines = trial.run("id -u; id -g; grep -E '^(Cap|NoNewPrivs)' /proc/self/status")
    assert exit_ == Exit(0)
    assert lines[:2] == ["10001", "10001"]
    told = dict(line.split(":\t") for line in lines[2:])
    assert told.pop("NoNewPrivs") == "1"
    assert {int(mask, 16) for mask in told.values()} == {0}


def test_it_writes_nowhere_but_to_its_volume(trial: Trial) -> None:
    exit_, lines = trial.run("touch /app/file; touch /tmp/file && cat /tmp/file && grep ' /tmp ' /proc/mounts")
    assert exit_ == Exit(0)
    assert any("/app/file" in line and "Read-only file system" in line for line in lines)
    mount = lines[-1].split()
    assert (mount[1], mount[2] == "tmpfs") == ("/tmp", False)  # noqa: S108


def test_what_a_container_may_write_to_is_known(trial: Trial) -> None:
    _, lines = trial.run("cat /proc/mounts")
    writable = {line.split()[1] for line in lines if "rw" in line.split()[3].split(",")}
    places = {place for place in writable if not place.startswith(("/proc", "/dev", "/sys"))}
    # What the engine itself brings along for every container: names and addresses, which the user may only read.
    brought = {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/run/secrets"}
    assert places - brought == {"/tmp"}  # noqa: S108


def test_the_volume_has_the_owner_and_mode_of_the_image_s(trial: Trial) -> None:
    assert trial.run("stat -c '%u %a' /tmp")[1] == ["10001 1777"]


def test_a_volume_is_shared_by_the_task_and_new_for_the_next(trial: Trial) -> None:
    assert trial.run("echo kept > /tmp/file", name="a")[0] == Exit(0)
    assert trial.run("cat /tmp/file", name="b")[1] == ["kept"]
    trial.containers.remove()
    assert trial.run("ls /tmp", name="c") == (Exit(0), [])


def test_memory_and_cpu_have_the_limits_of_the_task(trial: Trial) -> None:
    files = {
        "/sys/fs/cgroup/memory.max": "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/cpu.max": "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    }
    _, lines = trial.run("; ".join(f"cat {new} 2>/dev/null || cat {old}" for new, old in files.items()))
    assert [line.split()[0] for line in lines] == [str(MEMORY_MIB * 1024**2), "25000"]


def test_one_that_needs_more_memory_is_ended_and_says_why(trial: Trial) -> None:
    exit_, _ = trial.run(f"exec python -c \"x = b'1' * ({MEMORY_MIB} << 21)\"")
    assert exit_.code == 137
    assert exit_.reason is not None
    assert f"it needed more memory than the {MEMORY_MIB} MiB of its task" in exit_.reason
    assert not Path("oom").exists()


def test_one_that_is_killed_says_what_that_may_have_been(trial: Trial) -> None:
    async def killed() -> Exit:
        container = await trial.started("echo ready; exec sleep 300", "ready")
        trial.containers.engine.call("kill", trial.containers.name("c"))
        return await container.wait()

    ended = asyncio.run(killed())
    assert ended.code == 128 + signal.SIGKILL
    assert ended.reason is not None
    assert ended.reason.startswith("Container c ended with code 137: somebody killed it, or the kernel did")


def test_a_value_reaches_it_as_it_is(trial: Trial) -> None:
    secret = " 'one' \"two\"\n$HOME #=\\ é"
    _, lines = trial.run('printf %s "$KEY"; echo; echo $HOME', {"KEY": secret, "HOME": "/tmp/home"})  # noqa: S108
    assert "\n".join(lines[:-1]) == secret
    assert lines[-1] == "/tmp/home"  # noqa: S108


def test_nothing_of_this_machine_s_environment_reaches_it(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SHELL", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    _, lines = trial.run("env")
    names = {line.split("=")[0] for line in lines}
    assert "PATH" in names
    assert not {"OF_THE_SHELL", "HTTPS_PROXY", "https_proxy"} & names


def test_the_certificates_to_trust_can_be_read_and_not_changed(trial: Trial, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates\n")
    bundle.chmod(0o600)
    _, lines = trial.run(f"cat {TRUST}; echo more >> {TRUST}", ca_bundle=str(bundle))
    assert lines[0] == "certificates"
    assert bundle.read_text() == "certificates\n"
    assert len(lines) > 1


def test_exit_code_and_last_lines_are_those_of_this_start(trial: Trial) -> None:
    assert trial.run("echo first; echo of it >&2; exit 3", name="a") == (Exit(3), ["first", "of it"])
    assert trial.run("echo second", name="a-again") == (Exit(0), ["second"])


def test_stop_lets_it_end_by_itself(trial: Trial) -> None:
    async def stopped() -> tuple[Exit, list[str]]:
        container = await trial.started(
            "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done", "ready"
        )
        await container.stop(30)
        return await container.wait(), container.last_lines(1)

    assert asyncio.run(stopped()) == (Exit(0), ["bye"])


def test_stop_kills_what_does_not_end_in_time(trial: Trial) -> None:
    async def stopped() -> Exit:
        container = await trial.started("trap '' TERM; echo ready; while :; do sleep 0.1; done", "ready")
        await container.stop(1)
        return await container.wait()

    assert asyncio.run(stopped()) == Exit(128 + signal.SIGKILL)


def test_a_command_inside_has_its_environment_and_a_time_limit(trial: Trial) -> None:
    async def results() -> list[bool]:
        container = trial.container("echo ready; exec sleep 300")
        await container.start({"KEY": "a secret"})
        # An engine may take seconds to begin one.
        limits = {'test "$KEY" = "a secret"': 60, "exit 1": 60, "sleep 300": 1}
        answers = [await container.execute(["sh", "-c", command], limit) for command, limit in limits.items()]
        answers.append(await container.execute(["no-such-program"], 60))
        await container.stop(0)
        return answers

    assert asyncio.run(results()) == [True, False, False, False]


def test_a_command_that_does_not_exist_is_told(trial: Trial) -> None:
    container = trial.container("", EntryPoint=["no-such-program"])
    with pytest.raises(LocalError, match=r"^Container c cannot start: .*no-such-program"):
        asyncio.run(container.start({}))


def test_whatever_is_left_is_found_and_removed(trial: Trial) -> None:
    async def leave() -> None:
        await trial.started("echo ready; exec sleep 300", "ready")

    asyncio.run(leave())
    name = trial.containers.name("c")
    assert [line.split()[0] for line in trial.containers.told()] == [name]
    trial.containers.remove()
    assert trial.containers.told() == []
    with pytest.raises(LocalError, match="volume"):
        trial.containers.volume_folder("tmp")


def test_the_files_of_a_volume_can_be_looked_at_where_the_engine_shows_them(trial: Trial, image: LocalImage) -> None:
    trial.run("echo seen > /tmp/file")
    folder = trial.containers.volume_folder("tmp")
    if folder is None:
        assert image.engine.kind is Kind.DOCKER
    else:
        assert (folder / "file").read_text() == "seen\n"
