import json

import pytest

from tests.server_image.deployment import run


@pytest.mark.parametrize("command", ["migrate", "serve", "collect-garbage --older-than-days 30"])
def test_missing_settings_end_with_2_and_one_sentence(command: str) -> None:
    done = run(*command.split(), environment={})
    assert done.returncode == 2
    assert "DATABASE_HOST is missing; " in done.stderr
    (line,) = map(json.loads, done.stderr.splitlines())
    # What the alarm counts: stacks/alarms/of_tasks.py.
    assert (line["logger"], line["level"]) == ("tracking_server", "ERROR")


def test_help_shows_examples_and_exit_codes() -> None:
    done = run("--help", environment={})
    assert done.returncode == 0
    assert "migrate --upgrade" in done.stdout
    assert "exit codes:" in done.stdout
