"""Types that MiniStack 1.5.33 lacks or answers other than CloudFormation, made to do what AWS does.

A handler is MiniStack's: functions `create`, `update` and `delete` of one resource type, which answer the
physical id (what `Ref` gives) and the attributes (`Fn::GetAtt`).
"""

import json
import types
from typing import Any

from kit.emulators.secret_string import secret_string

Properties = dict[str, Any]
Resource = tuple[str, dict[str, str]]


def check_root_signature() -> None:
    """Check the signature of the root user's requests too.

    MiniStack checks those of IAM users and role sessions only: whoever reaches its port would be root by
    naming any 12 digits, and could read every secret.
    """
    from ministack import app
    from ministack.core import iam_evaluator

    pin = iam_evaluator.pin_signed_request
    # The same function, in which no key is exempt; elsewhere root keeps being root.
    checking_all = {**pin.__globals__, "_is_root_key": lambda access_key_id: False}
    app.pin_signed_request = types.FunctionType(
        pin.__code__, checking_all, pin.__name__, pin.__defaults__, pin.__closure__
    )


def security_group_rule(direction: str) -> dict[str, Any]:
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


def auto_delete_objects() -> dict[str, Any]:
    """The CDK's `auto_delete_objects`: the bucket is emptied before CloudFormation deletes it."""
    from ministack.services import s3

    def delete(physical_id: str, properties: Properties) -> None:
        bucket = properties["BucketName"]
        if bucket in s3._buckets:
            s3._buckets[bucket]["objects"].clear()
            for key in [key for key in s3._object_versions if key[0] == bucket]:
                del s3._object_versions[key]
            s3._delete_persisted_bucket(bucket)

    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        return f"{stack_name}-{logical_id}", {}

    return {"create": create, "delete": delete}


def record_alarms_on_expressions(handler: dict[str, Any], recorded: dict[str, Any]) -> None:
    """An alarm on an expression is taken by `recorded`, where MiniStack refuses the whole stack."""
    real = dict(handler)

    def of(properties: Properties) -> dict[str, Any]:
        return recorded if properties.get("Metrics") else real

    def create(logical_id: str, properties: Properties, stack_name: str) -> Resource:
        created: Resource = of(properties)["create"](logical_id, properties, stack_name)
        return created

    def update(ref: str, old: Properties, new: Properties, stack_name: str, logical_id: str) -> Resource:
        if of(old) is of(new) is real:
            more = (logical_id,) if real.get("update_with_logical_id") else ()
            updated: Resource = real["update"](ref, old, new, stack_name, *more)
            return updated
        of(old)["delete"](ref, old)
        return create(logical_id, new, stack_name)

    def delete(ref: str, properties: Properties) -> None:
        of(properties)["delete"](ref, properties)

    handler.update(create=create, update=update, update_with_logical_id=True, delete=delete)


def mend_secret(handler: dict[str, Any]) -> None:
    """`Ref` is the ARN, as on AWS, and creating a secret that is there never replaces its value.

    A secret's name follows from stack and logical id here, where AWS appends random characters. A secret that
    outlived its stack's record would get another password than the database already has.
    """
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import provisioners

    create, update, delete = handler["create"], handler["update"], handler["delete"]
    provisioners._sm_secret_string = lambda properties: secret_string(properties, _random_password)

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

    handler.update(create=create_by_arn, update=update_by_arn, update_with_logical_id=True, delete=delete_by_arn)


def _random_password(rules: Properties) -> str:
    """By all the rules of GenerateSecretString. Raises ValueError when they contradict each other."""
    from ministack.services import secretsmanager

    status, _, body = secretsmanager._get_random_password(rules)
    answer = json.loads(body)
    if status != 200:
        raise ValueError(answer["message"])
    return str(answer["RandomPassword"])
