"""What another command or another program has taken."""

import socket

from tests.running import TEAM, LocalTeam, remains


def test_a_second_up_at_the_same_time_is_refused_and_the_first_goes_on(running: LocalTeam) -> None:
    first = running.start_up()
    first.wait_for_step("AWS emulator")
    second = running.start_up().finish()
    assert second.code == 1
    assert second.stderr.count("\n") == 1
    assert f"is at work on team {TEAM}: wait for it" in second.error
    assert first.finish().code == 0
    running.assert_run_is_there()


def test_a_port_in_use_is_named_before_anything_starts(stopped: LocalTeam) -> None:
    with socket.create_server(("127.0.0.1", stopped.port)):
        refused = stopped.start_up().finish()
    assert refused.code == 1
    assert f"Port {stopped.port} on 127.0.0.1 cannot be used" in refused.error
    assert "AWS emulator" not in refused.stderr
    assert remains(stopped) == []
