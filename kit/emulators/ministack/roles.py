"""How the agent gets a task's roles from MiniStack, as ECS gets them from STS.

MiniStack lets the account's root user assume a role that trusts a service, in that service's stead. AWS's own ECS
also says on whose behalf it calls, which trust policies rely on against the confused deputy:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
"""

import dataclasses
from typing import Any


def name_the_source_of_role_requests() -> None:
    """Gives `aws:SourceAccount` and `aws:SourceArn` to trust policies when root asks for a role.

    To be called in the emulator's own process, for MiniStack's evaluator is a private function there.
    """
    from ministack.core import iam_evaluator

    evaluate = iam_evaluator.evaluate_trust_policy

    def evaluate_with_source(trust: Any, caller_arn: str, context: Any = None) -> bool:
        if context is not None and caller_arn.endswith(":root"):
            account = context.principal_account
            source = {
                "aws:sourceaccount": account,
                "aws:sourcearn": f"arn:aws:ecs:{context.region}:{account}:task/laptop",
            }
            known = {**(context.service_context or {}), **source}
            context = dataclasses.replace(context, service_context=known)
        return bool(evaluate(trust, caller_arn, context))

    iam_evaluator.evaluate_trust_policy = evaluate_with_source
