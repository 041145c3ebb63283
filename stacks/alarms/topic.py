"""Where alarms go."""

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.policies import key_policies


class AlarmTopic(Construct):
    """Owns an encrypted topic and its key. Nothing is kept in it: with the stack it goes.

    SNS drops what a service publishes that may not use the topic's key, and says so to nobody. AWS's own key for SNS
    admits no service, and the team's key is for its data alone. An organisation that prescribes a key prescribes it for
    this as well, and admits the services itself.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services

    Attributes:
        topic: what alarms and the budget publish to, and what people subscribe to.
        policy: lets them.
    """

    def __init__(self, scope: Construct, id: str, *, emails: Iterable[str], given_key_arn: str | None) -> None:
        """
        Args:
            given_key_arn: the organisation's key, where it prescribes one: its policy is not the kit's to change.
        """
        super().__init__(scope, id)
        self._key = kms.Key.from_key_arn(self, "GivenKey", given_key_arn) if given_key_arn else self._new_key()
        self.topic = sns.Topic(self, "Topic", master_key=self._key, enforce_ssl=True)
        for address in emails:
            sns.Subscription(self, address, topic=self.topic, protocol=sns.SubscriptionProtocol.EMAIL, endpoint=address)
        self.policy = self.topic.node.find_child("Policy")
        stack = cdk.Stack.of(self)
        self.admit("CloudWatch", "cloudwatch", stack.format_arn(service="cloudwatch", resource="alarm:*"))

    def _new_key(self) -> kms.IKey:
        key = kms.Key(
            self,
            "Key",
            description="Alarms on their way",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        key.add_to_resource_policy(key_policies.refuse_grants())
        return key

    def admit(self, sid: str, service: str, source_arn: str) -> None:
        """Lets a service publish for sources of this account. `source_arn` may hold wildcards."""
        principal = iam.ServicePrincipal(f"{service}.amazonaws.com")
        conditions = {
            "StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account},
            "ArnLike": {"aws:SourceArn": source_arn},
        }
        self._key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"{sid}EncryptsAlarms",
                principals=[principal],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=conditions,
            )
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"{sid}Publishes",
                principals=[principal],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=conditions,
            )
        )
