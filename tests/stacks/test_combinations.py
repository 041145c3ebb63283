"""Every two values of a team file that go together make templates that pass all rules; any other two are refused."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import app
from stacks.team.config import TeamConfig
from tests.stacks.combinations import combinations
from tests.stacks.options import document, options
from tests.stacks.own_rules import broken_rules
from tests.stacks.shapes import CONTEXT

_LINTED = 6


def findings(assembly: Path) -> Iterator[str]:
    for pack in json.loads((assembly / "validation-report.json").read_text())["pluginReports"]:
        if pack["pluginName"] != "Construct Annotations":
            yield from (finding["ruleName"] for finding in pack["violations"])


def test_every_two_values_that_go_together_pass_all_rules(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    choices, alone = combinations()
    record_property("summary", f"{len(choices)} team files have every two options together, but {len(alone)} refused")
    failed = {}
    for number, choice in enumerate(choices):
        team = TeamConfig.model_validate(document(choice))
        folder = tmp_path / str(number)
        try:
            assembly = app.build(cdk.App(context=CONTEXT, outdir=str(folder)), [team]).synth()
            templates = {stack.stack_name: stack.template for stack in assembly.stacks}
            said = [*findings(folder), *broken_rules(team, templates)]
        except RuntimeError as error:
            said = [str(error)]
        if said:
            failed[json.dumps(document(choice))] = said
    assert failed == {}
    # The first ones have the most pairs that no other has; a linter of all would take a minute.
    linted = [file for number in range(_LINTED) for file in tmp_path.glob(f"{number}/*.template.json")]
    assert cfn_lint(linted) == []


def cfn_lint(templates: list[Path]) -> list[str]:
    """What the linter finds; the longest name of a team among them has to fit wherever it is put."""
    program = Path(sys.executable).with_name("cfn-lint")
    command = [program, "--regions", "eu-west-1", "--format", "json", "--template", *templates]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stderr == ""
    return [f"{found['Filename']}: {found['Rule']['Id']} {found['Message']}" for found in json.loads(answer.stdout)]


def test_two_values_that_do_not_go_together_are_refused_with_a_sentence_about_one_of_them() -> None:
    tried = options()
    for pair in combinations()[1]:
        made = {"name": "a", "region": "eu-west-1"} | {key: tried[key][place] for key, place in pair}
        with pytest.raises(ValidationError) as raised:
            TeamConfig.model_validate(document(made))
        keys = {key.split(".")[0] for key, _ in pair}
        assert keys & {str(error["loc"][0]) for error in raised.value.errors()}, document(made)
        assert all(" " in error["msg"] for error in raised.value.errors())


@given(st.fixed_dictionaries({key: st.sampled_from(values) for key, values in options().items()}))
def test_any_values_at_all_are_accepted_or_refused_with_a_sentence(choice: dict[str, Any]) -> None:
    try:
        TeamConfig.model_validate(document(choice))
    except ValidationError as refusal:
        assert all(error["loc"] and "; " in error["msg"] for error in refusal.errors())  # noqa: PT017
