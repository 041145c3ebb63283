"""Ctrl-C and SIGTERM at every step of `scripts/up`."""

import signal

import pytest

from tests.running import Command, Finished, LocalTeam, remains

STEPS = ["AWS emulator", "cdk synth", "cdk deploy", "PostgreSQL", "Task", "Load balancer", "Smoke test"]


def assert_interrupted(team: LocalTeam, ended: Finished) -> None:
    assert ended.code == 130, ended.stderr
    assert ended.error == "error: interrupted"
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert remains(team) == []


@pytest.mark.parametrize("step", STEPS)
def test_ctrl_c_leaves_nothing_running(stopped: LocalTeam, step: str) -> None:
    up = stopped.start_up()
    up.wait_for_step(step)
    up.press_ctrl_c()
    assert_interrupted(stopped, up.finish())


@pytest.mark.parametrize("step", ["cdk deploy", "Task"])
def test_sigterm_leaves_nothing_running(stopped: LocalTeam, step: str) -> None:
    up = stopped.start_up()
    up.wait_for_step(step)
    up.terminate()
    assert_interrupted(stopped, up.finish())


def test_impatient_ctrl_c_does_not_interrupt_the_clean_up(stopped: LocalTeam) -> None:
    up = stopped.start_up()
    up.wait_for_step("Task")
    up.press_ctrl_c()
    up.wait_for_step("Stop everything")
    up.press_ctrl_c()
    assert_interrupted(stopped, up.finish())


def test_the_next_up_brings_the_data_back(stopped: LocalTeam) -> None:
    up = stopped.start_up()
    up.wait_for_step("PostgreSQL")
    up.press_ctrl_c()
    up.finish()
    stopped.up()
    stopped.assert_run_is_there()


def test_a_first_deployment_goes_on_from_wherever_it_was_cut(tmp_path_factory: pytest.TempPathFactory) -> None:
    team = LocalTeam(tmp_path_factory.mktemp("cut"))

    def up_until(step: str) -> Command:
        up = team.start_up()
        up.wait_for_step(step)
        return up

    up = up_until("cdk synth")
    up.terminate()
    assert_interrupted(team, up.finish())

    up = up_until("cdk bootstrap")
    up.press_ctrl_c()
    assert_interrupted(team, up.finish())

    up = up_until("cdk deploy")
    team.emulator_process().send_signal(signal.SIGKILL)
    killed = up.finish()
    assert killed.code == 1, killed.stderr
    assert killed.error.startswith("error: ")
    assert "Traceback" not in killed.stderr
    assert remains(team) == []

    up = up_until("Task")
    up.terminate()
    assert_interrupted(team, up.finish())
    assert team.kit("down", "--delete-data", "--yes").code == 0
