"""Writes what a security review asks into docs/reference/security.md, from the templates; with `--check` compares."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

import app
from kit.markdown import markdown_table
from kit.security_ways import refusals, ways
from kit.template_words import Named, Words
from stacks.team.config import TeamConfig

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "security.md"
_FROM, _TO = "<!-- From here `python -m kit.security_page` writes. -->", "<!-- To here. -->"
_TEAM: dict[str, Any] = {"name": "research", "region": "eu-west-1"}
_DOMAIN = {"name": "mlflow.example.com", "hosted_zone_id": "Z0123456789ABC", "hosted_zone_name": "example.com"}
# Each way to a server, as its team file says it; the first is the one that all other tables are about.
_WAYS: dict[str, dict[str, Any]] = {
    "`access: internal`": {},
    "`network.clients_from`": {"network": {"clients_from": ["10.20.0.0/16"]}},
    "`server.metrics_from`": {"server": {"metrics_from": ["10.30.0.0/16"]}},
    "`domain`, `network.private_link`": {
        "domain": _DOMAIN,
        "network": {"private_link": {"allowed_principals": ["arn:aws:iam::111122223333:root"]}},
    },
    "`access: public`": {"access": "public", "firewall": {"allowed_addresses": ["198.51.100.0/24"]}},
    "`access: public`, `domain`": {"access": "public", "domain": _DOMAIN},
    "`access: public`, `auth: iam`": {"access": "public", "auth": "iam", "artifacts": {"mode": "direct"}},
}
_KEYS = ("KmsKeyId", "EncryptionKeyArn", "KmsMasterKeyId")
# What a type is encrypted with when its template names no key.
_WITHOUT_KEY = {"AWS::Logs::LogGroup": "CloudWatch's own", "AWS::S3::Bucket": "S3's own"}
_ENCRYPTED = (
    "AWS::Backup::BackupVault",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
)


def tables(assemblies: Mapping[str, Path]) -> str:
    """All that is generated: the ways in, by what a team file says of them, and of the first of the teams the rest.

    The rest is who reaches whom, what is encrypted with which key, and who may do what.
    """
    each = {said: Words(assembly) for said, assembly in assemblies.items()}
    words = next(iter(each.values()))
    return "\n".join(
        [
            "### The ways in\n",
            *_table(("Team file", "From", "To", "Port", "TLS"), _of_each(each, ways)),
            "\n### What the firewall refuses\n",
            *_table(("Team file", "Rule", "Of what", "Does"), _of_each(each, refusals)),
            "\n### Who reaches whom\n",
            *_table(("Security group", "Way", "Peer", "Port", "For"), _network(words)),
            "\n### What is encrypted with which key\n",
            *_table(("Resource", "Type", "Key"), _encryption(words)),
            "\n### Who may do what\n",
            *_table(("Role", "Assumed by", "May", "On", "When"), _roles(words)),
            "\n### What resources let others do\n",
            *_table(("Resource", "Who", "May", "When"), _resource_policies(words)),
        ]
    )


def _of_each(
    each: Mapping[str, Words], rows: Callable[[Words], Iterable[tuple[str, ...]]]
) -> Iterator[tuple[str, ...]]:
    for said, words in each.items():
        for row in rows(words):
            yield said, *row


def _network(words: Words) -> Iterator[tuple[str, ...]]:
    for group in words.resources("AWS::EC2::SecurityGroup"):
        for way, key in (("in", "SecurityGroupIngress"), ("out", "SecurityGroupEgress")):
            for rule in group.properties.get(key, []):
                yield group.name, way, *_rule(words, group, rule)
    for way, key in (("in", "AWS::EC2::SecurityGroupIngress"), ("out", "AWS::EC2::SecurityGroupEgress")):
        for apart in words.resources(key):
            group_name = words.say(apart.properties["GroupId"], apart.stack)
            yield group_name, way, *_rule(words, apart, apart.properties)


def _rule(words: Words, named: Named, rule: dict[str, Any]) -> tuple[str, str, str]:
    peers = ("CidrIp", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourcePrefixListId")
    peer = next((rule[key] for key in peers if key in rule), "")
    port = "none" if rule.get("Description") == "Disallow all traffic" else str(rule.get("ToPort", "all"))
    return words.say(peer, named.stack), port, str(rule.get("Description", ""))


def _encryption(words: Words) -> Iterator[tuple[str, ...]]:
    for it in words.resources(*_ENCRYPTED):
        rules = it.properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        own = [rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID") for rule in rules]
        key = next((key for key in [*(it.properties.get(name) for name in _KEYS), *own] if key), None)
        yield it.name, it.type, words.say(key, it.stack) if key else _WITHOUT_KEY[it.type]


def _roles(words: Words) -> Iterator[tuple[str, ...]]:
    attached = list(words.resources("AWS::IAM::Policy"))
    managed = {policy.logical_id: policy for policy in words.resources("AWS::IAM::ManagedPolicy")}
    for role in words.resources("AWS::IAM::Role"):
        (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        who = _principal(words, role, trust["Principal"])
        policies = [policy for policy in attached if {"Ref": role.logical_id} in policy.properties["Roles"]]
        for arn in role.properties.get("ManagedPolicyArns", []):
            if isinstance(arn, dict) and arn.get("Ref") in managed:
                policies.append(managed[arn["Ref"]])
            else:
                yield role.name, who, "what AWS's policy says", words.say(arn, role.stack), ""
        for policy in policies:
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                on = words.say(statement["Resource"], policy.stack)
                yield role.name, who, _actions(statement), on, _condition(words, policy, statement)


def _resource_policies(words: Words) -> Iterator[tuple[str, ...]]:
    for it in words.resources("AWS::KMS::Key", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"):
        document = it.properties.get("KeyPolicy") or it.properties["PolicyDocument"]
        for statement in document["Statement"]:
            may = ("never " if statement["Effect"] == "Deny" else "") + _actions(statement)
            yield it.name, _principal(words, it, statement["Principal"]), may, _condition(words, it, statement)


def _actions(statement: dict[str, Any]) -> str:
    actions = statement["Action"]
    return "<br>".join([actions] if isinstance(actions, str) else actions)


def _principal(words: Words, named: Named, principal: Any) -> str:
    if isinstance(principal, str):
        return "anybody" if principal == "*" else principal
    return "<br>".join("anybody" if who == "*" else words.say(who, named.stack) for who in principal.values())


def _condition(words: Words, named: Named, statement: dict[str, Any]) -> str:
    return "<br>".join(
        _test(operator, key, words.say(value, named.stack))
        for operator, tests in statement.get("Condition", {}).items()
        for key, value in tests.items()
    )


def _test(operator: str, key: str, value: str) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    if operator == "Null":
        return f"{key} is {'not given' if value == 'true' else 'given'}"
    verb = "is not" if "Not" in operator else "is"
    like = " like" if "Like" in operator else ""
    or_missing = " or not given" if operator.endswith("IfExists") else ""
    return f"{key} {verb}{like} {value}{or_missing}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for line in markdown_table(head, rows):
        # A lone asterisk would begin an emphasis.
        yield line.replace("*", r"\*")


def page(written: str, assemblies: Mapping[str, Path]) -> str:
    """The page with the tables between its two marks made anew."""
    before, _, rest = written.partition(_FROM)
    _, _, after = rest.partition(_TO)
    return f"{before}{_FROM}\n\n{tables(assemblies)}\n\n{_TO}{after}"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is up to date."""
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    with tempfile.TemporaryDirectory() as folder:
        assemblies = {said: Path(folder, str(number)) for number, said in enumerate(_WAYS)}
        for said, assembly in assemblies.items():
            team = TeamConfig.model_validate(_TEAM | _WAYS[said])
            app.build(cdk.App(context=context, outdir=str(assembly)), [team]).synth()
        written = PAGE.read_text(encoding="utf-8")
        made = page(written, assemblies)
    if arguments == ["--check"]:
        if made != written:
            print(f"{PAGE} is out of date: run python -m kit.security_page", file=sys.stderr)
        return int(made != written)
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
