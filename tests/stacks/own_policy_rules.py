"""The kit's own rules for what a policy allows: each action by name, on a resource by name, to somebody by name."""

from collections.abc import Iterator
from typing import Any

# Actions that know no resource, so that AWS wants `*`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
WITHOUT_RESOURCE = {
    "ecr:GetAuthorizationToken",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
# Written by the CDK: the account itself over its key, as AWS's default key policy has it, for IAM to narrow; and the
# account's callers of Secrets Manager, which alone may use these.
BY_THE_ACCOUNT = {"kms:*", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
# Written by the CDK: its function empties the buckets of a temporary team.
BY_EMPTYING = {"s3:DeleteObject*", "s3:GetBucket*", "s3:List*"}


def broken_statements(properties: dict[str, Any], *, temporary: bool) -> Iterator[str]:
    """What each statement of a resource's policies allows too widely."""
    for name in ("PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "ResourcePolicy"):
        for statement in properties.get(name, {}).get("Statement", []):
            yield from _of_statement(statement, of_a_key=name == "KeyPolicy", temporary=temporary)
    for policy in properties.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield from _of_statement(statement, of_a_key=False, temporary=temporary)


def _of_statement(statement: dict[str, Any], *, of_a_key: bool, temporary: bool) -> Iterator[str]:
    if statement["Effect"] == "Deny":
        return
    if missing := {"NotAction", "NotPrincipal", "NotResource"} & statement.keys():
        yield f"allows by exception: {', '.join(sorted(missing))}"
        return
    actions = set(_listed(statement["Action"]))
    written_by_the_cdk = (BY_THE_ACCOUNT if of_a_key else set()) | (BY_EMPTYING if temporary else set())
    for action in sorted(actions - written_by_the_cdk):
        if "*" in action:
            yield f"allows {action}"
    # In a key's own policy `*` is the key. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    if "*" in _listed(statement.get("Resource", [])) and not of_a_key and not actions <= WITHOUT_RESOURCE:
        yield f"allows {', '.join(sorted(actions))} on everything"
    if _is_everybody(statement.get("Principal")) and "Condition" not in statement:
        yield f"allows everybody {', '.join(sorted(actions))}"


def _is_everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
