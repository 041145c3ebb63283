"""What the web ACL refuses, and what has to pass."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match

from stacks.edge import firewall_rules
from stacks.team.config import FirewallConfig
from tests.stacks.shapes import ROOT, SHAPES, team, template
from tests.stacks.team_folder import Refused, accepted

AT_CLOUDFRONT, AT_DOMAIN = "public-closed", "public"
PUBLIC = [AT_CLOUDFRONT, AT_DOMAIN]
NODE = ROOT / ".venv" / "bin" / "node"


def rules(shape: str) -> dict[str, dict[str, Any]]:
    (acl,) = template(shape, "edge").find_resources("AWS::WAFv2::WebACL").values()
    return {rule["Name"]: rule for rule in acl["Properties"]["Rules"]}


def counted(shape: str, group: str) -> set[str]:
    """The rules of a managed group that do not block."""
    overrides = rules(shape)[group]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert all(override["ActionToUse"] == {"Count": {}} for override in overrides)
    return {override["Name"] for override in overrides}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_public_load_balancer_has_a_web_acl_and_an_internal_one_has_none(shape: str) -> None:
    edge = template(shape, "edge")
    edge.resource_count_is("AWS::WAFv2::WebACL", int(shape in PUBLIC))
    if shape in PUBLIC:
        (balancer,) = edge.find_resources("AWS::ElasticLoadBalancingV2::LoadBalancer")
        edge.has_resource_properties("AWS::WAFv2::WebACLAssociation", {"ResourceArn": {"Ref": balancer}})


@pytest.mark.parametrize("shape", PUBLIC)
def test_what_clients_send_in_a_body_is_refused_by_no_managed_rule(shape: str) -> None:
    # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
    bodies = {f"{name}_BODY" for name in ("CrossSiteScripting", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI")}
    assert counted(shape, "AWSManagedRulesCommonRuleSet") >= bodies | {"SizeRestrictions_BODY"}
    assert counted(shape, "AWSManagedRulesKnownBadInputsRuleSet") == {"JavaDeserializationRCE_BODY", "Log4JRCE_BODY"}


@pytest.mark.parametrize("shape", PUBLIC)
def test_artifacts_named_as_system_files_and_long_queries_pass(shape: str) -> None:
    assert counted(shape, "AWSManagedRulesCommonRuleSet") >= {
        "RestrictedExtensions_URIPATH",
        "RestrictedExtensions_QUERYARGUMENTS",
        "SizeRestrictions_URIPATH",
        "SizeRestrictions_QUERYSTRING",
    }


@pytest.mark.parametrize("shape", PUBLIC)
def test_what_names_no_artifact_and_carries_no_data_is_still_looked_at(shape: str) -> None:
    passing = counted(shape, "AWSManagedRulesCommonRuleSet")
    assert not passing & {"GenericLFI_URIPATH", "GenericLFI_QUERYARGUMENTS", "CrossSiteScripting_QUERYARGUMENTS"}
    assert all(rule.get("OverrideAction") in (None, {"None": {}}) for rule in rules(shape).values())


@pytest.mark.parametrize("shape", PUBLIC)
def test_no_rule_takes_a_filter_of_runs_for_an_attack(shape: str) -> None:
    assert not [name for name in rules(shape) if "SQL" in name]


def rate(shape: str) -> dict[str, Any]:
    found: dict[str, Any] = rules(shape)["RateLimit"]["Statement"]["RateBasedStatement"]
    return found


@pytest.mark.parametrize("shape", PUBLIC)
def test_one_address_may_use_half_of_what_the_tasks_can_take(shape: str) -> None:
    sizing = team(shape).sizing
    assert rate(shape)["Limit"] == 450 * 300 * sizing.vcpu * sizing.most_tasks
    assert rate(shape)["EvaluationWindowSec"] == 300
    assert rules(shape)["RateLimit"]["Action"] == {"Block": {}}


def test_a_team_s_own_limit_replaces_it() -> None:
    own = team(AT_DOMAIN).model_copy(update={"firewall": FirewallConfig(requests_per_second=7)})
    assert firewall_rules.rate_limit(own).statement.rate_based_statement.limit == 7 * 300


def test_behind_cloudfront_addresses_are_those_that_cloudfront_tells() -> None:
    header = firewall_rules.VIEWER_ADDRESS
    assert rate(AT_CLOUDFRONT)["AggregateKeyType"] == "FORWARDED_IP"
    assert rate(AT_CLOUDFRONT)["ForwardedIPConfig"] == {"HeaderName": header, "FallbackBehavior": "MATCH"}
    statement = rules(AT_CLOUDFRONT)["FromElsewhere"]["Statement"]["NotStatement"]["Statement"]
    assert statement["IPSetReferenceStatement"]["IPSetForwardedIPConfig"]["HeaderName"] == header
    assert rate(AT_DOMAIN)["AggregateKeyType"] == "IP"


def test_a_group_that_knows_the_connection_s_address_alone_is_not_asked_behind_cloudfront() -> None:
    assert {name: "AWSManagedRulesAmazonIpReputationList" in rules(name) for name in PUBLIC} == {
        AT_CLOUDFRONT: False,
        AT_DOMAIN: True,
    }


@pytest.mark.parametrize("sent", [None, "203.0.113.9", "203.0.113.9, 198.51.100.7"])
def test_cloudfront_replaces_what_a_client_says_of_its_address(sent: str | None) -> None:
    headers = {firewall_rules.VIEWER_ADDRESS: {"value": sent, "multiValue": [{"value": sent}]}} if sent else {}
    event = {"viewer": {"ip": "198.51.100.1"}, "request": {"method": "GET", "uri": "/", "headers": headers}}
    (function,) = template(AT_CLOUDFRONT, "edge").find_resources("AWS::CloudFront::Function").values()
    code = f"{function['Properties']['FunctionCode']}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    answer = subprocess.run([NODE, "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["headers"] == {firewall_rules.VIEWER_ADDRESS: {"value": "198.51.100.1"}}


def test_every_request_passes_that_function() -> None:
    edge = template(AT_CLOUDFRONT, "edge")
    (name,) = edge.find_resources("AWS::CloudFront::Function")
    (distribution,) = edge.find_resources("AWS::CloudFront::Distribution").values()
    assert distribution["Properties"]["DistributionConfig"]["DefaultCacheBehavior"]["FunctionAssociations"] == [
        {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": [name, "FunctionARN"]}}
    ]


def test_requests_below_tls_1_2_are_refused_where_cloudfront_takes_them() -> None:
    statements = rules(AT_CLOUDFRONT)["OldTls"]["Statement"]["OrStatement"]["Statements"]
    refused = [statement["ByteMatchStatement"]["SearchString"] for statement in statements]
    # What CloudFront-Viewer-TLS begins with: version, cipher, kind of handshake.
    for version, is_old in (("TLSv1", True), ("TLSv1.1", True), ("TLSv1.2", False), ("TLSv1.3", False)):
        assert any(f"{version}:ECDHE-RSA-AES128-SHA:fullHandshake".startswith(start) for start in refused) == is_old


@pytest.mark.parametrize("shape", PUBLIC)
def test_what_was_refused_is_logged_without_what_proves_who_asked(shape: str) -> None:
    edge = template(shape, "edge")
    (group,) = edge.find_resources("AWS::Logs::LogGroup").values()
    assert group["Properties"]["LogGroupName"].startswith("aws-waf-logs-")
    redacted = [{"SingleHeader": {"Name": name}} for name in ("authorization", "cookie")]
    edge.has_resource_properties(
        "AWS::WAFv2::LoggingConfiguration",
        {"RedactedFields": redacted, "LoggingFilter": Match.object_like({"DefaultBehavior": "DROP"})},
    )
    assert not any(rule["VisibilityConfig"]["SampledRequestsEnabled"] for rule in rules(shape).values())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("firewall: {allowed_addresses: [198.51.100.0/24]}", "firewall.allowed_addresses: ('198.51.100.0/24',) has no"),
        ("firewall: {requests_per_second: 9}", "has no use; allowed with access: public; remove it"),
        ("access: public\nfirewall: {enabled: false, requests_per_second: 9}", "allowed with firewall.enabled: true"),
        ("access: public\nfirewall: {allowed_addresses: [198.51.100.7/24]}", "; try 198.51.100.0/24"),
        ("access: public\nfirewall: {allowed_addresses: [198.51.100.7]}", "; try 198.51.100.7/32"),
        ("access: public\nfirewall: {allowed_addresses: [0.0.0.0/0]}", "which is everybody"),
        ("access: public\nfirewall: {allowed_addresses: ['2001:db8::/32']}", "which is not an IPv4 block"),
        ("access: public\nfirewall: {requests_per_second: 0}", "firewall.requests_per_second"),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Refused, text: str, sentence: str) -> None:
    assert sentence in refused(f"region: eu-west-1\n{text}")


def test_an_organisation_may_bring_its_own(tmp_path: Path) -> None:
    assert not accepted(tmp_path, "region: eu-west-1\naccess: public\nfirewall: {enabled: false}").firewall.enabled
