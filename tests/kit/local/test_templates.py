"""Which templates count as deployed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from kit.local.templates import deployed_templates, synthesized_templates

TEMPLATE = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}


@pytest.fixture
def cloudformation() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_templates_are_those_of_the_stacks_that_are_there(cloudformation: Any) -> None:
    cloudformation.create_stack(StackName="there", TemplateBody=json.dumps(TEMPLATE))
    assert deployed_templates(cloudformation, ["there", "missing"]) == {"there": TEMPLATE}


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("DELETE_FAILED", True),
        ("REVIEW_IN_PROGRESS", False),
        ("ROLLBACK_COMPLETE", False),
    ],
)
def test_a_stack_that_was_never_whole_does_not_count(status: str, counts: bool, cloudformation: Any) -> None:
    with Stubber(cloudformation) as stub:
        described = {"StackName": "s", "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": status}
        stub.add_response("describe_stacks", {"Stacks": [described]})
        if counts:
            stub.add_response("get_template", {"TemplateBody": json.dumps(TEMPLATE)})
        assert [*deployed_templates(cloudformation, ["s"])] == (["s"] if counts else [])


def test_an_emulator_that_fails_is_not_taken_for_one_without_stacks(cloudformation: Any) -> None:
    with Stubber(cloudformation) as stub:
        stub.add_client_error("describe_stacks", "InternalFailure", "it fell over", 500)
        with pytest.raises(ClientError, match="it fell over"):
            deployed_templates(cloudformation, ["s"])


def test_an_assembly_has_the_templates_of_all_its_stacks(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(TEMPLATE))
    (tmp_path / "manifest.json").write_text("{}")
    assert synthesized_templates(tmp_path) == {"a": TEMPLATE, "b": TEMPLATE}
