"""Types of moto 5.2.5's CloudFormation that answer other than AWS, made to answer as AWS does."""

import json
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.ec2.models.security_groups import SecurityGroup
from moto.ecs.models import Cluster, TaskDefinition
from moto.elbv2.models import FakeListenerRule, FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.kms.models import Key
from moto.rds.models import DBParameterGroup, DBSubnetGroup
from moto.s3.models import FakeBucket


def mend() -> None:
    """Mend the moto of this process."""
    _take_keys_as_written()
    _take_network_load_balancers()
    _update_by_generated_name(FakeBucket, "BucketName")
    _update_by_generated_name(Cluster, "ClusterName")
    _delete_listener_rules()
    _tell_full_names_of_target_groups()
    _keep_security_groups()
    _spell_updated_tasks_as_ecs_does()
    _keep_what_cannot_be_updated()
    # Else `Ref` is the object, which is of no use to another stack.
    groups: list[Any] = [DBParameterGroup, DBSubnetGroup]
    for group in groups:
        group.physical_resource_id = property(lambda group: group.name)


def _take_keys_as_written() -> None:
    """With their tags and a policy that can be read again."""
    model: Any = Key
    create = model.create_from_cloudformation_json

    def create_as_written(name: str, resource: dict[str, Any], *where: Any, **more: Any) -> Any:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in resource["Properties"].get("Tags", [])]
        policy = resource["Properties"].get("KeyPolicy")
        properties = {**resource["Properties"], "KeyPolicy": policy and json.dumps(policy), "Tags": tags}
        return create(name, {**resource, "Properties": properties}, *where, **more)

    model.create_from_cloudformation_json = create_as_written


def _take_network_load_balancers() -> None:
    """moto makes an Application Load Balancer of each, which refuses a listener of TCP."""
    model: Any = FakeLoadBalancer
    create = model.create_from_cloudformation_json

    def create_by_type(name: str, resource: dict[str, Any], *where: Any, **more: Any) -> Any:
        balancer = create(name, resource, *where, **more)
        balancer.type = resource["Properties"].get("Type", balancer.type)
        return balancer

    model.create_from_cloudformation_json = create_by_type


def _update_by_generated_name(model: Any, name_property: str) -> None:
    """moto looks the name up in the template, where a generated one is not, and replaces what has another."""
    update = model.update_from_cloudformation_json

    def update_by_name(*, original_resource: Any, cloudformation_json: dict[str, Any], **more: Any) -> Any:
        properties = {name_property: original_resource.name, **cloudformation_json["Properties"]}
        resource = {**cloudformation_json, "Properties": properties}
        more["new_resource_name"] = properties[name_property]
        return update(original_resource=original_resource, cloudformation_json=resource, **more)

    model.update_from_cloudformation_json = update_by_name


def _delete_listener_rules() -> None:
    """Else one is left of a deleted stack, and its priority in use."""
    model: Any = FakeListenerRule
    model.delete = lambda rule, account_id, region: elbv2_backends[account_id][region].delete_rule(rule.arn)


def _tell_full_names_of_target_groups() -> None:
    """`Fn::GetAtt` of what metrics call them; moto tells no attribute of theirs."""

    def attribute(group: Any, name: str) -> str:
        if name != "TargetGroupFullName":
            raise UnformattedGetAttTemplateException()
        return str(group.arn).rpartition(":")[2]

    model: Any = FakeTargetGroup
    model.has_cfn_attr = classmethod(lambda cls, name: name == "TargetGroupFullName")
    model.get_cfn_attribute = attribute


def _keep_security_groups() -> None:
    """A security group stays, where moto replaces it and leaves others with the old id; its rules stay, too."""

    def update_tags(*, original_resource: Any, cloudformation_json: dict[str, Any], **_: Any) -> Any:
        tags = cloudformation_json["Properties"].get("Tags", [])
        original_resource.add_tags({tag["Key"]: tag["Value"] for tag in tags})
        return original_resource

    model: Any = SecurityGroup
    model.update_from_cloudformation_json = update_tags


def _spell_updated_tasks_as_ecs_does() -> None:
    """An update would keep CloudFormation's capitals in the containers, which boto3 does not read."""
    model: Any = TaskDefinition
    update = model.update_from_cloudformation_json

    def update_as_ecs(*, cloudformation_json: dict[str, Any], **more: Any) -> Any:
        spelled = {
            name: remap_nested_keys(cloudformation_json["Properties"].get(name, []), pascal_to_camelcase)
            for name in ("ContainerDefinitions", "Volumes")
        }
        properties = {**cloudformation_json["Properties"], **spelled}
        return update(cloudformation_json={**cloudformation_json, "Properties": properties}, **more)

    model.update_from_cloudformation_json = update_as_ecs


def _keep_what_cannot_be_updated() -> None:
    """A resource of a type that moto cannot update stays as it is, where moto's own stack would lose it."""
    engine: Any = parsing
    update = engine.parse_and_update_resource

    def update_or_keep(logical_id: str, resource: Any, stack: Any, account_id: str, region_name: str) -> Any:
        original = stack[logical_id]
        return update(logical_id, resource, stack, account_id, region_name) or original

    engine.parse_and_update_resource = update_or_keep
