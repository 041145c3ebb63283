"""A deployed stack read back: its template, the physical ids of its resources, and what its properties came to."""

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from kit.local.errors import LocalError

Clients = Callable[[str], Any]
"""Makes a boto3 client of the named service."""
_ABSENT = {"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"}
_DOMAINS = {"aws-cn": "amazonaws.com.cn"}
_NOTHING = object()
# GetAtt attributes that AWS's reference documents to be the physical id itself.
_SAME_AS_REF = {
    ("AWS::Backup::BackupPlan", "BackupPlanId"),
    ("AWS::Backup::BackupVault", "BackupVaultName"),
    ("AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::VPC", "VpcId"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"),
    ("AWS::SecretsManager::Secret", "Id"),
}


class DeployedStack:
    """A stack as CloudFormation keeps it.

    Nothing here says that a resource exists: an emulator may have recorded it alone (see `existence`).

    Attributes:
        name: the stack's.
        account: whose it is.
        outputs: by key.
        template: as it was deployed.
        physical_ids: by logical id, of the resources that are not deleted.
    """

    def __init__(self, cloudformation: Any, iam: Any, name: str) -> None:
        """Reads the stack through boto3 clients. Raises LocalError when it is not deployed."""
        self.name = name
        self._cloudformation, self._iam = cloudformation, iam
        description = _describe(cloudformation, name)
        self._partition, self._region, self.account = _where(description["StackId"])
        self._parameters = {p["ParameterKey"]: p.get("ParameterValue") for p in description.get("Parameters", [])}
        self.outputs = _outputs(description)
        body = cloudformation.get_template(StackName=name)["TemplateBody"]
        # boto3 has read it already, unless it is YAML, which the CDK does not write.
        self.template: dict[str, Any] = json.loads(body) if isinstance(body, str) else dict(body)
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        self.physical_ids: dict[str, str] = {
            summary["LogicalResourceId"]: summary.get("PhysicalResourceId", "")
            for page in pages
            for summary in page["StackResourceSummaries"]
            if summary["ResourceStatus"] != "DELETE_COMPLETE"
        }

    def type_of(self, logical_id: str) -> str:
        """The CloudFormation type of a resource."""
        return str(self.template["Resources"][logical_id]["Type"])

    def all(self, resource_type: str) -> list[str]:
        """The logical ids of all resources of a type, in the template's order."""
        return [name for name, resource in self.template["Resources"].items() if resource["Type"] == resource_type]

    def only(self, resource_type: str) -> str:
        """The logical id of the one resource of a type. Raises LocalError when there is none, or more."""
        found = self.all(resource_type)
        if len(found) != 1:
            raise LocalError(f"The stack {self.name} has {len(found)} resources of type {resource_type}, not one.")
        return found[0]

    def properties(self, logical_id: str) -> dict[str, Any]:
        """All properties of a resource with their references resolved. Raises LocalError, as `resolve`."""
        resolved: dict[str, Any] = self.resolve(self.template["Resources"][logical_id].get("Properties", {}))
        return resolved

    def property(self, logical_id: str, name: str, default: Any = None) -> Any:
        """One property, resolved, or `default` where the template does not set it. Raises LocalError, as `resolve`."""
        properties = self.template["Resources"][logical_id].get("Properties", {})
        return self.resolve(properties[name]) if name in properties else default

    def resolve(self, value: Any) -> Any:
        """A value of the template as CloudFormation would have it.

        Raises LocalError for what CloudFormation alone knows: an attribute of a resource that neither an output
        nor a service tells, a function that these templates do not use.
        """
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NOTHING]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not _NOTHING}

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._ref(argument)
        if name == "Fn::ImportValue":
            return self._import(self.resolve(argument))
        if name == "Fn::Join":
            return argument[0].join(map(str, self.resolve(argument[1])))
        if name == "Fn::Sub":
            return self._substitute(argument)
        if name == "Fn::GetAtt":
            return self._attribute(*(argument.split(".", 1) if isinstance(argument, str) else argument))
        raise LocalError(f"{name} in the template of the stack {self.name} has a value that only CloudFormation knows.")

    def _ref(self, name: str) -> Any:
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::NoValue": _NOTHING,
            "AWS::Partition": self._partition,
            "AWS::Region": self._region,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": _DOMAINS.get(self._partition, "amazonaws.com"),
        }
        for known in (pseudo, self._parameters, self.physical_ids):
            if name in known:
                return known[name]
        raise LocalError(f"{name} is not deployed in the stack {self.name}: run `scripts/up` again.")

    def _substitute(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in given:
                return str(self.resolve(given[name]))
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", value, text)

    def _attribute(self, logical_id: str, attribute: str) -> Any:
        physical_id, resource_type = self._ref(logical_id), self.type_of(logical_id)
        if (resource_type, attribute) in _SAME_AS_REF:
            return physical_id
        if (resource_type, attribute) == ("AWS::IAM::Role", "Arn"):
            return self._iam.get_role(RoleName=physical_id)["Role"]["Arn"]
        if (resource_type, attribute) == ("AWS::S3::Bucket", "Arn"):
            return f"arn:{self._partition}:s3:::{physical_id}"
        expression = {"Fn::GetAtt": [logical_id, attribute]}
        for key, output in self.template.get("Outputs", {}).items():
            if output["Value"] == expression and key in self.outputs:
                return self.outputs[key]
        raise LocalError(f"{logical_id}.{attribute} of the stack {self.name} is known to CloudFormation alone.")

    def _import(self, name: str) -> str:
        try:
            return self._exports[name]
        except KeyError:
            raise LocalError(f"No stack exports {name}, which {self.name} imports: run `scripts/up` again.") from None

    @functools.cached_property
    def _exports(self) -> dict[str, str]:
        pages = self._cloudformation.get_paginator("list_exports").paginate()
        return {export["Name"]: export["Value"] for page in pages for export in page["Exports"]}


def stack_outputs(cloudformation: Any, name: str) -> dict[str, str]:
    """The outputs of a stack by key, for which DescribeStacks is enough. Raises LocalError when it is not deployed."""
    return _outputs(_describe(cloudformation, name))


def _outputs(description: Mapping[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def _describe(cloudformation: Any, name: str) -> dict[str, Any]:
    try:
        stacks: list[dict[str, Any]] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        stacks = []
    for stack in stacks:
        if stack["StackStatus"] not in _ABSENT:
            return stack
    raise LocalError(f"The stack {name} is not deployed: run `scripts/up` first.")


def _where(stack_id: str) -> tuple[str, str, str]:
    """Partition, region and account out of a stack's ARN."""
    _, partition, _, region, account, _ = stack_id.split(":", 5)
    return partition, region, account
