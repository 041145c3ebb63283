"""Signals are sent to this very process, which takes them as the kit's commands do."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit import interruption
from tests.kit.local.waiting import wait_for

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    # Whoever started the tests may ignore some, as nohup does.
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    interruption.listen()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_is_a_keyboard_interrupt(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_a_signal_that_the_caller_ignores_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    interruption.listen()
    signal.raise_signal(signal.SIGHUP)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interruption_that_is_held_back_comes_at_the_end(number: signal.Signals) -> None:
    done = []

    def work() -> None:
        with interruption.held_back():
            signal.raise_signal(number)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_an_error_is_not_hidden_by_holding_back() -> None:
    def fail() -> None:
        with interruption.held_back():
            signal.raise_signal(signal.SIGINT)
            raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        fail()


def test_other_threads_hold_nothing_back() -> None:
    done: list[str] = []

    def work() -> None:
        with interruption.held_back():
            done.append("worked")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["worked"]


def test_the_end_of_a_child_is_waited_for(tmp_path: Path) -> None:
    with interruption.child([sys.executable, "-c", "print('said')"], tmp_path, os.environ) as process:
        assert process.communicate()[0] == "said\n"
    assert process.returncode == 0


def test_an_error_ends_a_child_with_its_descendants(tmp_path: Path) -> None:
    program = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True); input()"
    command = ["bash", "-c", f'{sys.executable} -c "{program}"; sleep 600']
    pids: list[int] = []

    def start_and_fail() -> None:
        with interruption.child(command, tmp_path, os.environ) as process:
            assert process.stdout
            pids.extend([process.pid, int(process.stdout.readline())])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        start_and_fail()
    wait_for(lambda: not any(_runs(pid) for pid in pids), "the child and its descendant are gone")


def test_an_interruption_while_a_child_is_started_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def interrupted(*args: object, **options: object) -> subprocess.Popen[str]:
        started.append(popen(*args, **options))  # type: ignore[call-overload]
        signal.raise_signal(signal.SIGTERM)
        return started[0]

    monkeypatch.setattr(interruption.subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt), interruption.child(["sleep", "600"], tmp_path, os.environ):
        pytest.fail("it was interrupted before")
    assert started[0].wait(30) == -signal.SIGKILL


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
