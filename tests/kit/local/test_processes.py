import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from kit.local import processes
from tests.kit.local.waiting import wait_for


@pytest.fixture
def pid_file(tmp_path):
    path = tmp_path / "run" / "program.pid"
    yield path
    processes.stop(path, timeout_s=5)


def start(pid_file: Path, program: str) -> int:
    return processes.start([sys.executable, "-c", program], {}, pid_file.with_suffix(".log"), pid_file)


def test_a_started_process_is_alive_until_it_is_stopped(pid_file):
    pid = start(pid_file, "import time; time.sleep(60)")
    assert processes.alive(pid_file)
    processes.stop(pid_file, timeout_s=10)
    assert not processes.alive(pid_file)
    assert not psutil.pid_exists(pid)
    assert not pid_file.exists()


def test_it_gets_the_given_environment_and_no_other(pid_file):
    argv = [sys.executable, "-c", "import os; print(sorted(os.environ))"]
    pid = processes.start(argv, {"ONLY": "this", "LC_CTYPE": "C"}, pid_file.with_suffix(".log"), pid_file)
    psutil.Process(pid).wait(10)
    assert pid_file.with_suffix(".log").read_text() == "['LC_CTYPE', 'ONLY']\n"


def test_it_is_the_leader_of_its_own_session(pid_file):
    pid = start(pid_file, "import time; time.sleep(60)")
    assert os.getsid(pid) == pid


def test_files_are_closed_to_other_users(pid_file):
    start(pid_file, "import time; time.sleep(60)")
    assert pid_file.stat().st_mode & 0o777 == 0o600
    assert pid_file.with_suffix(".log").stat().st_mode & 0o777 == 0o600
    assert pid_file.parent.stat().st_mode & 0o777 == 0o700


def test_a_process_that_ended_by_itself_is_not_alive(pid_file):
    pid = start(pid_file, "pass")
    psutil.Process(pid).wait(10)
    assert not processes.alive(pid_file)


def test_one_that_ignores_the_request_is_killed_after_the_timeout(pid_file):
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"
    program = f"import signal, time; {ignore}; time.sleep(60)"
    pid = start(pid_file, program)
    wait_for(lambda: "1" in pid_file.with_suffix(".log").read_text(), "it ignores SIGTERM")
    processes.stop(pid_file, timeout_s=0.2)
    assert not psutil.pid_exists(pid)


def test_children_of_a_killed_process_are_ended_too(pid_file):
    child = "import time; time.sleep(60)"
    popen = f"subprocess.Popen([sys.executable, '-c', {child!r}])"
    program = f"import subprocess, sys, time; print({popen}.pid, flush=True); time.sleep(60)"
    pid = start(pid_file, program)
    wait_for(lambda: "\n" in pid_file.with_suffix(".log").read_text(), "the child runs")
    orphan = psutil.Process(int(pid_file.with_suffix(".log").read_text()))
    os.kill(pid, signal.SIGKILL)
    psutil.Process(pid).wait(10)
    processes.stop(pid_file, timeout_s=5)
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_a_stranger_with_the_same_pid_is_left_alone(pid_file):
    pid = start(pid_file, "import time; time.sleep(60)")
    ours = pid_file.read_text()
    pid_file.write_text(ours.replace('"started": ', '"started": 1'))
    assert not processes.alive(pid_file)
    processes.stop(pid_file, timeout_s=1)
    assert psutil.pid_exists(pid)
    pid_file.write_text(ours)


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[]"])
def test_a_half_written_pid_file_means_that_nothing_runs(pid_file, content):
    pid_file.parent.mkdir()
    pid_file.write_text(content)
    assert not processes.alive(pid_file)
    processes.stop(pid_file)


def test_stopping_what_never_started_does_nothing(pid_file):
    processes.stop(pid_file)
