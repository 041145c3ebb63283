"""Every shape of team passes every rule, and a finding that nobody acknowledged stops synthesis."""

import json
import subprocess
import sys
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


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_team_passes_cfn_lint(shape: str, tmp_path: Path) -> None:
    files = []
    for name, template in templates(shape).items():
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(template))
    lint = subprocess.run(
        [
            str(Path(sys.executable).with_name("cfn-lint")),
            "--regions",
            "eu-west-1",
            "--template",
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (lint.returncode, lint.stdout, lint.stderr) == (0, "", "")


def test_a_finding_that_nobody_acknowledged_stops_synthesis() -> None:
    app, _ = app_with_a_careless_bucket()
    with pytest.raises(RuntimeError, match="Validation"):
        app.synth()


def test_an_acknowledged_finding_does_not() -> None:
    app, bucket = app_with_a_careless_bucket()
    acknowledge(bucket, "AwsSolutions-S1", "a test's own")
    assert app.synth().stacks
