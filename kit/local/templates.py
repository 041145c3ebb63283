"""The templates of stacks: those to be deployed, and those that CloudFormation says were deployed."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kit.guard.kept import Template

# Stacks of these have never been whole: there is nothing in them to keep.
_NEVER_WHOLE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
_GONE = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")


def synthesized_templates(assembly: Path) -> dict[str, Template]:
    """The templates of a cloud assembly by stack."""
    return {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob("*.template.json"))
    }


def deployed_templates(cloudformation: Any, stacks: Iterable[str], *, never_whole: bool = False) -> dict[str, Template]:
    """The templates by stack, of those `stacks` that are there; `cloudformation` is a boto3 client.

    With `never_whole` those too whose creation failed, which an emulator may leave half made.

    Raises ClientError when CloudFormation says anything but that a stack does not exist.
    """
    templates: dict[str, Template] = {}
    for stack in stacks:
        try:
            (description,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" not in str(error):
                raise
            continue
        if description["StackStatus"] not in (_GONE if never_whole else (*_GONE, *_NEVER_WHOLE)):
            templates[stack] = cloudformation.get_template(StackName=stack)["TemplateBody"]
    return templates
