"""The rows of docs/reference/security.md, read from a team's templates."""

from collections.abc import Iterator
from typing import Any

from kit.template_words import Named, Words

Row = tuple[str, ...]

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


def network(words: Words) -> Iterator[Row]:
    """Who reaches whom: a row for each rule of a security group."""
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


def encryption(words: Words) -> Iterator[Row]:
    """What is encrypted with which key."""
    for it in words.resources(*_ENCRYPTED):
        # An instance of a cluster has its cluster's storage.
        if "DBClusterIdentifier" in it.properties:
            continue
        rules = it.properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        own = [rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID") for rule in rules]
        key = next((key for key in [*(it.properties.get(name) for name in _KEYS), *own] if key), None)
        yield it.name, it.type, words.say(key, it.stack) if key else _WITHOUT_KEY[it.type]


def roles(words: Words) -> Iterator[Row]:
    """Who may do what: a row for each statement of a role's policies."""
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


def resource_policies(words: Words) -> Iterator[Row]:
    """What the policies of keys, buckets and topics let others do."""
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
