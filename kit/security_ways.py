"""The ways into a team's server, and what its firewall refuses, as the templates have them."""

from collections.abc import Iterator
from typing import Any

from kit.template_words import Named, Words

_BALANCER, _LISTENER = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener"
_NO_TLS, _REDIRECTS, _PASSED_ON = "none: http between private addresses", "none: redirects to https", "passed on"

Way = tuple[str, str, str, str]
"""From, to, port, TLS."""


def ways(words: Words) -> Iterator[Way]:
    """Each hop between a client and a task, in the order of what is reached."""
    for distribution in words.resources("AWS::CloudFront::Distribution"):
        yield from _to_cloudfront(distribution)
    for route in words.resources("AWS::ApiGatewayV2::Route"):
        yield _to_gateway(words, route)
    for service in words.resources("AWS::EC2::VPCEndpointService"):
        yield from _to_private_link(words, service)
    for listener in words.resources(_LISTENER):
        yield from _to_listener(words, listener)
    for group in words.resources("AWS::ElasticLoadBalancingV2::TargetGroup"):
        yield _to_targets(words, group)
    for service in words.resources("AWS::ECS::Service"):
        yield from _to_tasks(words, service)


def refusals(words: Words) -> Iterator[tuple[str, str, str]]:
    """The rules of each web ACL in their order: what each looks at, and what it does with what matches."""
    for acl in words.resources("AWS::WAFv2::WebACL"):
        for rule in sorted(acl.properties["Rules"], key=lambda rule: int(rule["Priority"])):
            what, counted = _statement(rule["Statement"])
            does = "refuses" if "Block" in rule.get("Action", {}) else "refuses as AWS's group does"
            yield rule["Name"], what, f"{does}, but counts {', '.join(counted)}" if counted else does


def _to_cloudfront(distribution: Named) -> Iterator[Way]:
    config = distribution.properties["DistributionConfig"]
    tls = "its certificate's" if "ViewerCertificate" in config else "CloudFront's own, for its host name"
    yield "anybody", distribution.name, "443", tls
    if config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https":
        yield "anybody", distribution.name, "80", _REDIRECTS


def _to_gateway(words: Words, route: Named) -> Way:
    who = "whom IAM lets" if route.properties.get("AuthorizationType") == "AWS_IAM" else "anybody"
    return who, words.say(route.properties["ApiId"], route.stack), "443", "API Gateway's own, for its host name"


def _to_private_link(words: Words, service: Named) -> Iterator[Way]:
    (permissions,) = words.resources("AWS::EC2::VPCEndpointServicePermissions")
    who = words.say(permissions.properties["AllowedPrincipals"], permissions.stack)
    accepted = ", each accepted by hand" if service.properties["AcceptanceRequired"] else ""
    yield f"endpoints of {who}{accepted}", service.name, "443", _PASSED_ON


def _to_listener(words: Words, listener: Named) -> Iterator[Way]:
    balancer = _balancer_of(words, listener)
    port = listener.properties["Port"]
    to = f"{balancer.name}{_firewall(words, balancer)}"
    for peer in sorted(set(_admitted(words, balancer, port))):
        yield peer, to, str(port), _tls(listener)
    for service in words.resources("AWS::EC2::VPCEndpointService"):
        if {"Ref": balancer.logical_id} in service.properties["NetworkLoadBalancerArns"]:
            yield service.name, to, str(port), _tls(listener)


def _to_targets(words: Words, group: Named) -> Way:
    properties = group.properties
    targets = [words.say(target["Id"], group.stack) for target in properties.get("Targets", [])]
    tls = _PASSED_ON if properties["Protocol"] == "TCP" else _NO_TLS
    # ECS registers a service's tasks itself.
    return ", ".join(_before(words, group)), ", ".join(targets) or "the tasks", str(properties["Port"]), tls


def _to_tasks(words: Words, service: Named) -> Iterator[Way]:
    """Past the load balancer."""
    network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
    groups = [words.say(group, service.stack) for group in network["SecurityGroups"]]
    for group in words.resources("AWS::EC2::SecurityGroup"):
        if group.name in groups:
            for rule in group.properties.get("SecurityGroupIngress", []):
                yield _peer(words, group, rule), "the tasks", str(rule["ToPort"]), _NO_TLS


def _before(words: Words, group: Named) -> Iterator[str]:
    """The load balancers that send requests to the target group."""
    listeners = {listener.name: listener for listener in words.resources(_LISTENER)}
    for listener in listeners.values():
        if group.name in _targets(words, listener, "DefaultActions"):
            yield _balancer_of(words, listener).name
    for rule in words.resources("AWS::ElasticLoadBalancingV2::ListenerRule"):
        if group.name in _targets(words, rule, "Actions"):
            yield _balancer_of(words, listeners[words.say(rule.properties["ListenerArn"], rule.stack)]).name


def _targets(words: Words, named: Named, key: str) -> list[str]:
    actions = named.properties[key]
    return [words.say(action["TargetGroupArn"], named.stack) for action in actions if "TargetGroupArn" in action]


def _balancer_of(words: Words, listener: Named) -> Named:
    name = words.say(listener.properties["LoadBalancerArn"], listener.stack)
    (balancer,) = (found for found in words.resources(_BALANCER) if found.name == name)
    return balancer


def _admitted(words: Words, balancer: Named, port: int) -> Iterator[str]:
    """Whom the load balancer's security groups let in on the port."""
    groups = [words.say(group, balancer.stack) for group in balancer.properties["SecurityGroups"]]
    for group in words.resources("AWS::EC2::SecurityGroup"):
        if group.name in groups:
            for rule in group.properties.get("SecurityGroupIngress", []):
                if rule["ToPort"] == port:
                    yield _peer(words, group, rule)
    for rule in words.resources("AWS::EC2::SecurityGroupIngress"):
        if words.say(rule.properties["GroupId"], rule.stack) in groups and rule.properties["ToPort"] == port:
            yield _peer(words, rule, rule.properties)


def _peer(words: Words, named: Named, rule: dict[str, Any]) -> str:
    if "SourcePrefixListId" in rule:
        return f"CloudFront ({rule['SourcePrefixListId']})"
    if "SourceSecurityGroupId" in rule:
        return words.say(rule["SourceSecurityGroupId"], named.stack)
    return "anybody" if rule["CidrIp"] == "0.0.0.0/0" else str(rule["CidrIp"])


def _firewall(words: Words, balancer: Named) -> str:
    for association in words.resources("AWS::WAFv2::WebACLAssociation"):
        if words.say(association.properties["ResourceArn"], association.stack) == balancer.name:
            return f", by {words.say(association.properties['WebACLArn'], association.stack)}"
    return ""


def _tls(listener: Named) -> str:
    match listener.properties["Protocol"]:
        case "HTTPS":
            return str(listener.properties["SslPolicy"])
        case "TCP":
            return _PASSED_ON
    redirects = any(action["Type"] == "redirect" for action in listener.properties["DefaultActions"])
    return _REDIRECTS if redirects else _NO_TLS


def _statement(statement: dict[str, Any]) -> tuple[str, list[str]]:
    ((kind, of),) = statement.items()
    match kind:
        case "ManagedRuleGroupStatement":
            return f"{of['VendorName']}'s group of rules", [rule["Name"] for rule in of.get("RuleActionOverrides", [])]
        case "RateBasedStatement":
            by = of.get("ForwardedIPConfig", {}).get("HeaderName", "its connection")
            return f"more than {of['Limit']} requests in {of['EvaluationWindowSec']} s of one address, by {by}", []
        case "NotStatement":
            return f"not {_statement(of['Statement'])[0]}", []
        case "IPSetReferenceStatement":
            return "`firewall.allowed_addresses`", []
        case "OrStatement":
            return " or ".join(_statement(one)[0] for one in of["Statements"]), []
        case "ByteMatchStatement":
            return f"`{of['FieldToMatch']['SingleHeader']['Name']}: {of['SearchString']}…`", []
    raise ValueError(f"a web ACL has a {kind}, which is not written yet")
