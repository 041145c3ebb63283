"""Every shape of team passes every rule, and a finding that nobody acknowledged stops synthesis."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from stacks.rule_packs import CONFIG_PACKS, acknowledge, add_rule_packs
from tests.stacks.shapes import CONTEXT, SHAPES, assembly, templates


def app_with_a_careless_bucket() -> tuple[cdk.App, s3.Bucket]:
    app = cdk.App(context=CONTEXT)
    add_rule_packs(app)
    stack = cdk.Stack(app, "Careless")
    bucket = s3.Bucket(stack, "Bucket", enforce_ssl=True, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
    return app, bucket


def reports(shape: str) -> dict[str, dict[str, Any]]:
    """What each rule pack says of the shape: findings, and findings that are acknowledged."""
    report = json.loads((Path(assembly(shape).directory) / "validation-report.json").read_text())
    return {pack["pluginName"]: pack for pack in report["pluginReports"]}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_pack_finds_an_error_or_a_warning_in_any_shape_of_team(shape: str) -> None:
    packs = reports(shape)
    assert {"AwsSolutions", *CONFIG_PACKS} <= set(packs)
    # What the kit warns of itself is no finding of a pack: it is printed to the user, whose choice it is about.
    packs.pop("Construct Annotations", None)
    assert [finding for pack in packs.values() for finding in pack["violations"]] == []


def acknowledged(shape: str) -> set[tuple[str, str]]:
    """Construct path and rule of every acknowledgement of the kit's own; the packs' prefixes are left out."""
    return {
        (path.lstrip("/").replace(f"mlflow-{shape}-", ""), bare(rule))
        for file in Path(assembly(shape).directory).glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule in entry["data"]
        # The CDK acknowledges rules of CloudFormation Validate where its own constructs need it.
        if not rule.startswith(("CloudFormation-Validate::", "Annotation::"))
    }


def met(shape: str) -> set[tuple[str, str]]:
    """The same of every acknowledgement that a finding met."""
    return {
        (finding["acknowledgedAt"].replace(f"mlflow-{shape}-", ""), bare(finding["acknowledgedId"]))
        for pack in reports(shape).values()
        for finding in pack.get("suppressedViolations", [])
    }


def bare(rule: str) -> str:
    return rule.split("::", 1)[1].split("-", 1)[1]


def test_every_acknowledgement_meets_a_finding() -> None:
    """Where it meets none, it would hide a later finding that nobody has thought about."""
    for shape in SHAPES:
        assert acknowledged(shape) - met(shape) == set(), shape


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


def test_what_any_pack_finds_and_nobody_acknowledged_stops_synthesis() -> None:
    app, _ = app_with_a_careless_bucket()
    with pytest.raises(RuntimeError, match="Validation") as raised:
        app.synth()
    assert [pack for pack in ("AwsSolutions", *CONFIG_PACKS) if f"{pack}::" not in str(raised.value)] == []


def test_acknowledged_findings_do_not() -> None:
    app, bucket = app_with_a_careless_bucket()
    config_rules = ["LoggingEnabled", "ReplicationEnabled", "VersioningEnabled"]
    acknowledge(bucket, ["AwsSolutions-S1", *(f"S3Bucket{rule}" for rule in config_rules)], "a test's own")
    acknowledge(bucket, "S3DefaultEncryptionKMS", "a test's own")
    assert app.synth().stacks
