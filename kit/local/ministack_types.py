"""What MiniStack 1.5.33 lacks of CloudFormation for this kit's stacks, added in the emulator's own process.

MiniStack looks a resource type up in one table, `provisioners._RESOURCE_HANDLERS`: type -> functions `create`,
`update` and `delete`. That table is private, so the version is pinned and `register` refuses any other.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

MINISTACK_VERSION = "1.5.33"

Properties = dict[str, Any]
Resource = tuple[str, dict[str, str]]


class _Recorded(NamedTuple):
    """What `Ref` answers, and what `Fn::GetAtt` answers by attribute name.

    The patterns may name a property of the resource, and `hex` (17 digits), `byte`, `name`, `region`, `account`
    and, in attributes, `ref`.
    """

    ref: str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed


_RECORDED_ONLY = {
    "AWS::ApiGatewayV2::VpcLink": _Recorded("{hex:.10}"),
    "AWS::ApplicationAutoScaling::ScalableTarget": _Recorded(
        "{ResourceId}|{ScalableDimension}|{ServiceNamespace}", {"Id": "{ref}"}
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": _Recorded(
        "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{hex}:policyName/{name}", {"Arn": "{ref}"}
    ),
    "AWS::Backup::BackupSelection": _Recorded("{hex}", {"Id": "{ref}", "SelectionId": "{ref}"}),
    "AWS::Budgets::Budget": _Recorded("{name}"),
    "AWS::CloudFront::VpcOrigin": _Recorded(
        "vo_{hex}", {"Id": "{ref}", "Arn": "arn:aws:cloudfront::{account}:vpcorigin/{ref}"}
    ),
    "AWS::CloudWatch::AnomalyDetector": _Recorded("{hex}", {"Id": "{ref}"}),
    "AWS::CloudWatch::CompositeAlarm": _Recorded(
        "{name}", {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{ref}"}
    ),
    "AWS::EC2::EIP": _Recorded("203.0.113.{byte}", {"AllocationId": "eipalloc-{hex}", "PublicIp": "{ref}"}),
    "AWS::EC2::EgressOnlyInternetGateway": _Recorded("eigw-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::FlowLog": _Recorded("fl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NatGateway": _Recorded("nat-{hex}", {"NatGatewayId": "{ref}"}),
    "AWS::EC2::NetworkAcl": _Recorded("acl-{hex}", {"Id": "{ref}"}),
    "AWS::EC2::NetworkAclEntry": _Recorded("{name}", {"Id": "{ref}"}),
    "AWS::EC2::SubnetNetworkAclAssociation": _Recorded("aclassoc-{hex}", {"AssociationId": "{ref}"}),
    "AWS::ECS::ClusterCapacityProviderAssociations": _Recorded("{Cluster}"),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": _Recorded("{name}"),
    "AWS::IAM::ServiceLinkedRole": _Recorded("{name}", {"RoleName": "{ref}"}),
    "AWS::Logs::QueryDefinition": _Recorded("{hex}", {"QueryDefinitionId": "{ref}"}),
    "AWS::RDS::EventSubscription": _Recorded("{name}"),
    "AWS::SecretsManager::ResourcePolicy": _Recorded("{SecretId}", {"Id": "{ref}"}),
    "AWS::SecretsManager::RotationSchedule": _Recorded("{SecretId}", {"Id": "{ref}"}),
    "AWS::WAFv2::IPSet": _Recorded(
        "{name}|{hex}|{Scope}",
        {"Id": "{hex}", "Arn": "arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{hex}"},
    ),
    "AWS::WAFv2::LoggingConfiguration": _Recorded("{ResourceArn}"),
    "AWS::WAFv2::WebACLAssociation": _Recorded("{WebACLArn}|{ResourceArn}"),
    "Custom::VpcRestrictDefaultSG": _Recorded("{name}"),
}

# Keys of a container or volume whose value maps the user's own names: those keep their case.
_MAPS_OF_NAMES = {"DockerLabels", "DriverOpts", "Labels", "Options"}


def recorded_only(types: Iterable[str]) -> list[str]:
    """Those of the CloudFormation `types` that the emulator remembers without doing anything, sorted."""
    return sorted(_RECORDED_ONLY.keys() & set(types))


def register() -> None:
    """Add the missing types to the MiniStack of this process and mend those that answer other than AWS.

    Raises RuntimeError under any other version of MiniStack, whose private names may differ.
    """
    from importlib.metadata import version

    from ministack.services.cloudformation import provisioners

    if version("ministack") != MINISTACK_VERSION:
        raise RuntimeError(
            f"These additions fit MiniStack {MINISTACK_VERSION}, not {version('ministack')}: "
            "install the pinned requirements."
        )
    handlers: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS
    for resource_type, recorded in _RECORDED_ONLY.items():
        handlers[resource_type] = _recorded_handler(recorded)
    for direction in ("Ingress", "Egress"):
        handlers[f"AWS::EC2::SecurityGroup{direction}"] = _security_group_rule_handler(direction)
    # The CDK's own functions need an AWS SDK for Node, which MiniStack has none of: it would wait for an hour.
    handlers["Custom::S3AutoDeleteObjects"] = _auto_delete_objects_handler()
    _mend_secret(handlers["AWS::SecretsManager::Secret"])
    _mend_task_definition(handlers["AWS::ECS::TaskDefinition"])


def camel_case(value: Any) -> Any:
    """A CloudFormation value of ECS with the keys that the ECS API has: `ValueFrom` becomes `valueFrom`."""
    if isinstance(value, list):
        return [camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _camel_case_key(key): item if key in _MAPS_OF_NAMES else camel_case(item) for key, item in value.items()
    }


def _camel_case_key(key: str) -> str:
    # The one acronym that Fargate's task definitions start a key with.
    return key.replace("EFS", "efs") if key.startswith("EFS") else key[:1].lower() + key[1:]


def _recorded_handler(recorded: _Recorded) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        from ministack.core.responses import get_account_id, get_region

        seed = f"{get_account_id()}/{stack_name}/{logical_id}"
        digest = hashlib.sha256(seed.encode()).hexdigest()
        known = {
            **properties,
            "hex": digest[:17],
            "byte": int(digest[:2], 16),
            "name": f"{stack_name}-{logical_id}",
            "region": get_region(),
            "account": get_account_id(),
        }
        ref = recorded.ref.format_map(known)
        return ref, {name: text.format_map({**known, "ref": ref}) for name, text in recorded.attributes.items()}

    def update(ref: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        return create(logical_id, new, stack_name)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": _forget}


def _forget(physical_id: str, properties: Properties) -> None:
    """Nothing was made."""


def _security_group_rule_handler(direction: str) -> dict[str, Any]:
    """A rule of its own, as the CDK writes one between two groups: really added to the group."""
    from ministack.services import ec2
    from ministack.services.cloudformation import provisioners

    egress = direction == "Egress"
    permissions = "IpPermissionsEgress" if egress else "IpPermissions"

    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        group_id = properties["GroupId"]
        group = ec2._security_groups.get(group_id)
        if group is None:
            raise ValueError(f"The security group '{group_id}' does not exist")
        (rule,) = provisioners._ec2_sg_permissions([properties])
        rule_id = ec2._sg_rule_id(group_id, egress, rule)
        others = [r for r in group[permissions] if ec2._sg_rule_id(group_id, egress, r) != rule_id]
        group[permissions] = [*others, {**rule, "SecurityGroupRuleId": rule_id}]
        return rule_id, {"Id": rule_id}

    def delete(rule_id: str, properties: Properties) -> None:
        group_id = properties.get("GroupId")
        group = ec2._security_groups.get(group_id)
        if group is not None:
            group[permissions] = [r for r in group[permissions] if ec2._sg_rule_id(group_id, egress, r) != rule_id]

    def update(rule_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        delete(rule_id, old)
        return create(logical_id, new, stack_name)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def _auto_delete_objects_handler() -> dict[str, Any]:
    """The CDK's `auto_delete_objects`: the bucket is emptied before CloudFormation deletes it."""
    from ministack.services import s3

    def delete(physical_id: str, properties: Properties) -> None:
        bucket = properties["BucketName"]
        if bucket in s3._buckets:
            s3._buckets[bucket]["objects"].clear()
            for key in [key for key in s3._object_versions if key[0] == bucket]:
                del s3._object_versions[key]
            s3._delete_persisted_bucket(bucket)

    return {**_recorded_handler(_Recorded("{name}")), "delete": delete}


def _mend_secret(handler: dict[str, Any]) -> None:
    """`Ref` is the ARN, as on AWS, and creating a secret that is there never replaces its value.

    A secret's name follows from stack and logical id here, where AWS appends random characters. A secret that
    outlived its stack's record would get another password than the database already has.
    """
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    create, update, delete = handler["create"], handler["update"], handler["delete"]
    provisioners._sm_secret_string = _secret_string

    def name_of(physical_id: str) -> str:
        name, _ = secretsmanager._resolve(physical_id)
        return name or physical_id

    def create_by_arn(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        name = properties.get("Name") or provisioners._physical_name(stack_name, logical_id)
        existing = secretsmanager._secrets.get(name)
        if existing and not existing.get("DeletedDate"):
            return existing["ARN"], {"Id": existing["ARN"], "Arn": existing["ARN"]}
        _, attributes = create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def update_by_arn(arn: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        _, attributes = update(name_of(arn), old, new, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete_by_arn(arn: str, properties: Properties) -> None:
        delete(name_of(arn), properties)

    handler.update(
        create=create_by_arn, update=update_by_arn, update_with_logical_id=True, delete=delete_by_arn
    )


def _secret_string(properties: Properties) -> str:
    """The value of a secret: given, or generated by all the rules of GenerateSecretString."""
    from ministack.services import secretsmanager

    rules = properties.get("GenerateSecretString")
    if rules is None or properties.get("SecretString"):
        return str(properties.get("SecretString", ""))
    status, _, body = secretsmanager._get_random_password(rules)
    answer = json.loads(body)
    if status != 200:
        raise ValueError(answer["message"])
    if "SecretStringTemplate" not in rules:
        return str(answer["RandomPassword"])
    return json.dumps(json.loads(rules["SecretStringTemplate"]) | {rules["GenerateStringKey"]: answer["RandomPassword"]})


def _mend_task_definition(handler: dict[str, Any]) -> None:
    """DescribeTaskDefinition shows every key of a container and of a volume as the ECS API names it."""
    from ministack.services import ecs

    create, update = handler["create"], handler["update"]

    def in_camel_case(resource: Resource, properties: Properties) -> Resource:
        stored = ecs._task_defs[resource[0].rpartition("/")[2]]
        containers = camel_case(properties.get("ContainerDefinitions", []))
        # Defaults of RegisterTaskDefinition, which AWS answers for a template too.
        stored["containerDefinitions"] = [{"cpu": 0, "essential": True, **container} for container in containers]
        for name in ("Volumes", "RuntimePlatform", "EphemeralStorage"):
            if name in properties:
                stored[_camel_case_key(name)] = camel_case(properties[name])
        return resource

    def create_in_camel_case(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        return in_camel_case(create(logical_id, properties, stack_name), properties)

    def update_in_camel_case(
        arn: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Resource:
        return in_camel_case(update(arn, old, new, stack_name, logical_id), new)

    handler.update(create=create_in_camel_case, update=update_in_camel_case, update_with_logical_id=True)
