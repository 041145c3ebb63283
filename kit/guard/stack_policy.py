"""The stack policy that denies CloudFormation what would lose a team's data.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

from typing import Any

from kit.guard.replacements import Templates, guarded

_ALLOWING: dict[str, Any] = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
_DENIED = ["Update:Replace", "Update:Delete"]


def stack_policies(deployed: Templates) -> dict[str, dict[str, Any]]:
    """A policy for each stack: all changes, but no replacement and no deletion of what `guarded` names.

    A stack of a temporary team, which keeps nothing, gets a policy that allows all: CloudFormation has no way to take
    one away.
    """
    denied = sorted(guarded(deployed))
    return {
        stack: _policy([f"LogicalResourceId/{key.logical_id}" for key in denied if key.stack == stack])
        for stack in deployed
    }


def _policy(resources: list[str]) -> dict[str, Any]:
    denying = {"Effect": "Deny", "Action": _DENIED, "Principal": "*", "Resource": resources}
    return {"Statement": [_ALLOWING, *([denying] if resources else [])]}
