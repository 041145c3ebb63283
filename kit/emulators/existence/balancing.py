"""Elastic Load Balancing."""

from kit.emulators.existence.question import Question, Resource, has


def _load_balancer(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("elbv2").describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    return has(found, LoadBalancerArn=arn)


def _listener(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("elbv2").describe_listeners(ListenerArns=[arn])["Listeners"]
    return has(found, ListenerArn=arn, Port=resource.property("Port"))


def _rule(resource: Resource) -> bool:
    """Of the listener: a rule that none has routes nothing."""
    found = resource.client("elbv2").describe_rules(ListenerArn=resource.property("ListenerArn"))["Rules"]
    return has(found, RuleArn=resource.physical_id)


def _target_group(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("elbv2").describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    return has(found, TargetGroupArn=arn, VpcId=resource.property("VpcId"))


QUESTIONS: dict[str, Question] = {
    "AWS::ElasticLoadBalancingV2::Listener": _listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": _rule,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
}
