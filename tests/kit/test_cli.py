"""What a user of the command line reads; the work below it is replaced."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from botocore.exceptions import EndpointConnectionError
from click.testing import CliRunner

from kit import cli
from kit.environment import ROOT
from kit.local.errors import LocalError
from stacks.team.files import TeamFileError


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["kit", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def fail_with(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize("verb", sorted(cli.kit.commands))
def test_the_help_of_every_verb_has_an_example(verb: str) -> None:
    answer = CliRunner().invoke(cli.kit, [verb, "--help"])
    assert answer.exit_code == 0
    assert "Example" in answer.output
    assert f"scripts/{verb}" in answer.output or f"scripts/kit {verb}" in answer.output


@pytest.mark.parametrize("verb", [[], *([verb] for verb in sorted(cli.kit.commands))])
def test_help_fits_a_terminal(verb: list[str]) -> None:
    answer = CliRunner().invoke(cli.kit, [*verb, "--help"], terminal_width=100)
    assert max(map(len, answer.output.splitlines())) <= 120


@pytest.mark.parametrize(
    "error",
    [LocalError("It is not there."), TeamFileError(["It is not there."])],
    ids=["LocalError", "TeamFileError"],
)
def test_an_expected_error_is_one_sentence_and_exit_code_1(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "password", fail_with(error))
    assert run(["password"], monkeypatch) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: It is not there.\n"


def test_an_emulator_that_is_gone_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = EndpointConnectionError(endpoint_url="https://localhost:1/")
    monkeypatch.setattr(cli, "password", fail_with(error))
    assert run(["password"], monkeypatch) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: The AWS emulator did not do its part; run the command again.")
    assert said.count("\n") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()], ids=["KeyboardInterrupt", "Abort"])
def test_an_interruption_is_exit_code_130(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "password", fail_with(error))
    assert run(["password"], monkeypatch) == 130
    assert capsys.readouterr().err.strip() == "error: interrupted"


def test_an_error_of_the_program_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "password", fail_with(ZeroDivisionError("a bug")))
    monkeypatch.setattr(sys, "argv", ["kit", "password"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize("arguments", [["unheard-of"], ["up", "--port", "many"], ["smoke"]])
def test_a_wrong_use_says_so_and_how_to_get_help(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments, monkeypatch) == 2
    assert "--help" in capsys.readouterr().err


def test_data_goes_to_stdout_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "password", lambda team, _choice, *, aws: f"password of {team}")
    assert run(["password", "research"], monkeypatch) == 0
    assert capsys.readouterr() == ("password of research\n", "")


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_of_smoke_says_whether_all_held(passed: bool, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "smoke_test", lambda *_, **__: passed)
    assert run(["smoke", "http://localhost:1"], monkeypatch) == code


@pytest.mark.parametrize("verb", ["down", "destroy"])
@pytest.mark.parametrize(
    ("options", "typed", "answer"),
    [([], "n\n", False), ([], "\n", False), ([], "y\n", True), (["--yes"], "", True)],
)
def test_a_deletion_is_confirmed_by_a_person_or_an_option(
    verb: str, options: list[str], typed: str, answer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bool] = []

    def ask(team: str, choice: Any, steps: Any, confirm: Any, **deletion: bool) -> str:
        assert deletion == ({"delete_data": True} if verb == "down" else {"everything": True})
        answers.append(confirm("Delete it?"))
        return ""

    monkeypatch.setattr(cli, verb, ask)
    everything = "--delete-data" if verb == "down" else "--all"
    CliRunner().invoke(cli.kit, [verb, "research", everything, *options], input=typed)
    assert answers == [answer]


def test_another_checkout_that_the_caller_works_in_is_not_the_one_that_runs(tmp_path: Path) -> None:
    for name in ("kit", "stacks"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('this is another checkout')")
    command = [ROOT / "scripts" / "kit", "status", "--help"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "scripts/kit status example" in answer.stdout


def test_the_commands_start_without_the_cdk() -> None:
    """Its Node process would take a second, and Ctrl-C would end it before the command has cleaned up."""
    program = "import sys, kit.cli; sys.exit('aws_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
