"""What a reviewer reads of the findings that a team's stacks accept."""

from pathlib import Path
from typing import cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from kit.acknowledgements import Acknowledgement, acknowledgements, table
from stacks.rule_packs import acknowledge, acknowledge_lint, add_rule_packs
from tests.stacks.shapes import CONTEXT


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a bucket with every finding acknowledged, and one that no pack has."""
    app = cdk.App(context=CONTEXT, outdir=str(tmp_path_factory.mktemp("cdk.out")))
    add_rule_packs(app)
    bucket = s3.Bucket(
        cdk.Stack(app, "Careless"),
        "Bucket",
        versioned=True,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    )
    acknowledge(bucket, ["AwsSolutions-S1", "S3BucketLoggingEnabled"], "nobody reads it")
    acknowledge(bucket, "S3BucketReplicationEnabled", "nothing is in it")
    acknowledge(bucket, "S3DefaultEncryptionKMS", "nothing is in it")
    acknowledge(bucket, "S3BucketLevelPublicAccessProhibited", "no finding")
    acknowledge_lint(cast(cdk.CfnResource, bucket.node.default_child), "W3045", "a linter's own")
    return Path(app.synth().directory)


def test_a_row_is_a_resource_and_a_reason_with_every_rule_that_it_answers(assembly: Path) -> None:
    packs = "(HIPAA.Security, NIST.800.53.R5, PCI.DSS.321)"
    assert acknowledgements(assembly) == [
        Acknowledgement(
            "Careless", "Bucket", ("S1 (AwsSolutions)", f"S3BucketLoggingEnabled {packs}"), "nobody reads it"
        ),
        Acknowledgement(
            "Careless",
            "Bucket",
            (f"S3BucketReplicationEnabled {packs}", f"S3DefaultEncryptionKMS {packs}"),
            "nothing is in it",
        ),
        Acknowledgement("Careless", "Bucket", ("W3045 (cfn-lint)",), "a linter's own"),
    ]


def test_the_table_is_markdown() -> None:
    row = Acknowledgement(
        "mlflow-a-data", "Database/Instance", ("W3691 (cfn-lint)", "RDS3 (AwsSolutions)"), "It is safe."
    )
    assert table([row]).splitlines()[2:] == [
        "| mlflow-a-data | Database/Instance | W3691 (cfn-lint)<br>RDS3 (AwsSolutions) | It is safe. |"
    ]
