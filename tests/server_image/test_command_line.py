import pytest

from tests.server_image.deployment import run


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_missing_settings_end_with_2_and_one_sentence(command: str) -> None:
    done = run(command, environment={})
    assert done.returncode == 2
    assert "DATABASE_HOST is missing; " in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_shows_examples_and_exit_codes() -> None:
    done = run("--help", environment={})
    assert done.returncode == 0
    assert "migrate --upgrade" in done.stdout
    assert "exit codes:" in done.stdout
