"""Processes that end without being asked to, below a server that runs."""

import signal
import time

import psutil

from tests.running import DEADLINE_S, LocalTeam


def kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)


def test_a_killed_server_is_started_again(running: LocalTeam) -> None:
    killed = running.server_process()
    kill(killed)
    deadline = time.monotonic() + DEADLINE_S
    while not running.answers():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert running.server_process() != killed
    running.assert_run_is_there()


def test_a_killed_emulator_and_its_data_come_back_with_the_next_up(running: LocalTeam) -> None:
    kill(running.emulator_process())
    running.up()
    running.assert_run_is_there()


def test_a_killed_postgresql_and_its_data_come_back_with_the_next_up(running: LocalTeam) -> None:
    kill(running.postgres_process())
    running.up()
    running.assert_run_is_there()
