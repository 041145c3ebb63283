"""When `cdk deploy` has nothing to do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from kit.local.cdk import is_deployed


def template(value: str) -> str:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": value}}
    return json.dumps({"Resources": {"Bucket": bucket}})


@pytest.fixture
def cloudformation() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("cloudformation", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    (tmp_path / "s.template.json").write_text(template("one"))
    return tmp_path


def test_a_stack_that_is_not_there_is_to_be_deployed(assembly: Path, cloudformation: Any) -> None:
    assert not is_deployed(assembly, cloudformation)


def test_a_stack_with_the_same_template_is_left_alone(assembly: Path, cloudformation: Any) -> None:
    cloudformation.create_stack(StackName="s", TemplateBody=template("one"))
    assert is_deployed(assembly, cloudformation)


def test_a_stack_with_another_template_is_to_be_deployed(assembly: Path, cloudformation: Any) -> None:
    cloudformation.create_stack(StackName="s", TemplateBody=template("two"))
    assert not is_deployed(assembly, cloudformation)
