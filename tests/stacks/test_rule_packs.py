"""Every shape of team passes every rule, and a finding that nobody acknowledged stops synthesis."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from stacks.rule_packs import acknowledge, add_rule_packs
from tests.stacks.shapes import CONTEXT, SHAPES, templates


def app_with_a_careless_bucket() -> tuple[cdk.App, s3.Bucket]:
    app = cdk.App(context=CONTEXT)
    add_rule_packs(app)
    bucket = s3.Bucket(cdk.Stack(app, "Careless"), "Bucket", enforce_ssl=True)
    return app, bucket


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_team_synthesizes_without_a_finding(shape: str) -> None:
    assert len(templates(shape)) == 4


@pytest.fixture(scope="module")
def cfn_lint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """What cfn-lint finds in a shape's templates. One process reads its rules once for all shapes."""
    folder = tmp_path_factory.mktemp("templates")
    for shape in SHAPES:
        for name, template in templates(shape).items():
            (folder / f"{name}.json").write_text(json.dumps(template))
    program = Path(sys.executable).with_name("cfn-lint")
    command = [program, "--regions", "eu-west-1", "--format", "json", "--template", *sorted(folder.iterdir())]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    findings = json.loads(answer.stdout)
    assert (answer.returncode == 0, answer.stderr) == (not findings, "")

    def found(shape: str) -> list[str]:
        files = {str(folder / f"{name}.json") for name in templates(shape)}
        return [f"{f['Filename']}: {f['Rule']['Id']} {f['Message']}" for f in findings if f["Filename"] in files]

    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_team_passes_cfn_lint(shape: str, cfn_lint: Callable[[str], list[str]]) -> None:
    assert cfn_lint(shape) == []


def test_a_finding_that_nobody_acknowledged_stops_synthesis() -> None:
    app, _ = app_with_a_careless_bucket()
    with pytest.raises(RuntimeError, match="Validation"):
        app.synth()


def test_an_acknowledged_finding_does_not() -> None:
    app, bucket = app_with_a_careless_bucket()
    acknowledge(bucket, "AwsSolutions-S1", "a test's own")
    assert app.synth().stacks
