"""A key that an organisation prescribes stands wherever the team's own would, and docs say what its policy needs."""

import functools
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from stacks.team.config import TeamConfig
from tests.stacks.shapes import KEY, REPLICA, ROOT, synthesize

PAGE = ROOT / "docs" / "set-up" / "key.md"
# Everything that has to do with the key, on an instance and on Aurora.
FEATURES: dict[str, Any] = {
    "server": {"exec": True},
    "artifacts": {"mode": "direct", "replica": REPLICA},
    "alarms": {"monthly_budget_usd": 500},
}
ENGINES = ("postgres", "aurora-postgresql")
Templates = dict[str, Any]


@functools.cache
def made(engine: str, *, given: bool) -> Templates:
    values = {"database": {"engine": engine}, **FEATURES, **({"encryption": {"kms_key_arn": KEY}} if given else {})}
    team = TeamConfig.model_validate({"name": "research", "region": "eu-west-1", **values})
    return {stack.stack_name: stack.template for stack in synthesize(team).stacks}


def resources(templates: Templates) -> Iterator[tuple[str, str, Any]]:
    for stack, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            yield stack, logical_id, resource


def own_keys(templates: Templates) -> dict[str, str]:
    """The stacks of the keys that the team makes, by the keys' logical ids."""
    return {name: stack for stack, name, resource in resources(templates) if resource["Type"] == "AWS::KMS::Key"}


def with_key_given(templates: Templates) -> Templates:
    """The templates with the given key's ARN wherever they refer to one of the team's own, and without those."""
    text = json.dumps(templates)
    for name, stack in own_keys(templates).items():
        export = f"ExportsOutputFnGetAtt{name}Arn"
        text = text.replace(json.dumps({"Fn::GetAtt": [name, "Arn"]}), json.dumps(KEY))
        text = re.sub(rf'{{"Fn::ImportValue": "{stack}:{export}[0-9A-F]{{8}}"}}', json.dumps(KEY), text)
    replaced: Templates = json.loads(text)
    for name, stack in own_keys(templates).items():
        del replaced[stack]["Resources"][name]
        outputs = replaced[stack].get("Outputs", {})
        for output in [output for output in outputs if output.startswith(f"ExportsOutputFnGetAtt{name}Arn")]:
            del outputs[output]
    return replaced


@pytest.mark.parametrize("engine", ENGINES)
def test_a_given_key_stands_in_every_place_of_the_teams_own_and_nothing_else_changes(engine: str) -> None:
    own, given = made(engine, given=False), made(engine, given=True)
    assert len(own_keys(own)) == 2
    assert own_keys(given) == {}
    assert given == with_key_given(own)


@pytest.mark.parametrize("engine", ENGINES)
def test_all_that_holds_data_is_encrypted_with_the_given_key(engine: str) -> None:
    holding = {
        resource["Type"]
        for _, _, resource in resources(made(engine, given=True))
        if KEY in json.dumps(resource) and not resource["Type"].startswith("AWS::IAM::")
    }
    assert holding == {
        "AWS::RDS::DBInstance" if engine == "postgres" else "AWS::RDS::DBCluster",
        "AWS::Backup::BackupVault",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::Secret",
        "AWS::Logs::LogGroup",
        "AWS::ECS::Cluster",
        "AWS::SNS::Topic",
    }


def described() -> list[Any]:
    """The statements that the page tells an organisation to put into its key's policy."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return list(json.loads(f"[{block}]"))


def said(value: Any) -> Any:
    """A value of a template, with the page's words for what differs between teams."""
    match value:
        case {"Fn::Join": ["", list(parts)]}:
            return "".join(map(said, parts))
        case {"Ref": "AWS::AccountId"}:
            return "<account>"
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case str():
            return value.replace("eu-west-1", "<region>").replace("mlflow-research-", "mlflow-<team>-")
        case list():
            return [said(entry) for entry in value]
        case dict():
            return {name: said(entry) for name, entry in value.items()}
        case _:
            return value


def of_own_keys() -> list[Any]:
    """What the policies of the keys that a team makes say, each statement once."""
    statements: list[Any] = []
    for _, _, resource in resources(made("postgres", given=False)):
        if resource["Type"] == "AWS::KMS::Key":
            statements += [it for it in said(resource["Properties"]["KeyPolicy"]["Statement"]) if it not in statements]
    return statements


def is_the_account(statement: Any) -> bool:
    return bool(statement["Principal"] == {"AWS": "arn:aws:iam::<account>:root"})


def test_the_page_has_what_the_policies_of_the_teams_own_keys_say_of_everybody_but_the_account() -> None:
    others = [it for it in of_own_keys() if not is_the_account(it)]
    assert {it["Sid"] for it in others} > {"EncryptLogs", "CloudWatchEncryptsAlarms"}
    assert [it for it in described() if not is_the_account(it)] == others


def listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions


def of_roles() -> Iterator[Any]:
    """The statements about the key in the policies of the team's roles."""
    for engine in ENGINES:
        for _, _, resource in resources(made(engine, given=True)):
            if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                statements = resource["Properties"]["PolicyDocument"]["Statement"]
                yield from (statement for statement in statements if statement["Resource"] == KEY)


def test_the_page_lets_the_account_do_what_roles_and_services_do_with_the_key_in_its_name_and_no_more() -> None:
    (account,) = filter(is_the_account, described())
    through_services = [it for it in of_own_keys() if is_the_account(it) and "Condition" in it]
    used = {action for statement in [*of_roles(), *through_services] for action in listed(statement["Action"])}
    assert "kms:Decrypt" in used
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html, of which RDS needs the first two.
    used |= {"kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant", "kms:Decrypt", "kms:GenerateDataKey"}
    for action in used:
        assert any(fnmatchcase(action, allowed) for allowed in account["Action"]), action
    for allowed in account["Action"]:
        assert any(fnmatchcase(action, allowed) for action in used), allowed
