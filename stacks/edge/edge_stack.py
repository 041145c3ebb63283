"""The public name of a team's server: it outlives every rebuild of the service behind it."""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from stacks.edge.access_log import access_log, acknowledge_unlogged
from stacks.edge.distribution import Distribution
from stacks.edge.firewall import Firewall
from stacks.edge.gateway import Gateway, stage_export
from stacks.edge.private_link import PrivateLink
from stacks.network.network_stack import NetworkStack
from stacks.network.prefix_lists import CLOUDFRONT_PREFIX_LISTS
from stacks.rule_packs import acknowledge
from stacks.team.config import Access, DomainConfig, TeamConfig
from stacks.team_stack import TeamStack

CONTAINER_PORT = 5000
IDLE_TIMEOUT_SECONDS = 300
"""A proxied download sends nothing until the server has read the object from S3, so the default 60 is too short."""


class EdgeStack(TeamStack):
    """Owns the load balancer, its certificate and its name. It answers 503 until a service stands behind it.

    Attributes:
        listener: where the service hangs its rule.
        load_balancer_full_name: `app/<name>/<id>`, by which CloudWatch knows its metrics.
        certificate_arn: of the team's own domain.
        security_group: the load balancer's; the service admits nobody else.
        public_host: the host name in every client. A load balancer's generated one may carry capitals.
        answers_to: the host names that requests reach the load balancer with.
        api_stage_arn: of the API that asks IAM who gets in, with `auth: iam`.
        scheme: `https`, or `http` for an internal team without a domain.
    """

    def __init__(
        self,
        scope: Construct,
        team: TeamConfig,
        *,
        network: NetworkStack,
    ) -> None:
        super().__init__(scope, team, "edge", kept=True)
        self.scheme = "https" if team.domain or team.behind_cloudfront or team.behind_gateway else "http"
        self.certificate_arn = team.domain.certificate_arn if team.domain else None
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=network.vpc,
            description="Load balancer",
            allow_all_outbound=False,
        )
        self.security_group.add_egress_rule(ec2.Peer.ipv4(network.cidr), ec2.Port.tcp(CONTAINER_PORT), "The tasks")
        if not team.behind_gateway:
            for peer in _clients(team, network.cidr):
                for port in (443, 80) if team.domain else (80,):
                    self.security_group.add_ingress_rule(peer, ec2.Port.tcp(port), "Clients")
        if team.internet_facing:
            acknowledge(
                self.security_group,
                "AwsSolutions-EC23",
                "The team file asks for a public server: only 80, which redirects, and 443 are open.",
            )
        balancer = elbv2.ApplicationLoadBalancer(
            self,
            "LoadBalancer",
            vpc=network.vpc,
            vpc_subnets=network.load_balancer_subnets,
            internet_facing=team.internet_facing,
            security_group=self.security_group,
            idle_timeout=cdk.Duration.seconds(IDLE_TIMEOUT_SECONDS),
            drop_invalid_header_fields=True,
            deletion_protection=not team.temporary,
        )
        self.load_balancer_full_name = balancer.load_balancer_full_name
        log = access_log(self, team)
        balancer.log_access_logs(log)
        acknowledge_unlogged(log)
        if team.has_firewall:
            Firewall(self, "Firewall", team=team, balancer=balancer)
        else:
            acknowledge(
                balancer,
                "ALBWAFEnabled",
                "Only API Gateway reaches it, for whom IAM has let in."
                if team.behind_gateway
                else "Only private addresses reach it, or the organisation's Firewall Manager brings one.",
            )
        if team.temporary:
            acknowledge(
                balancer, "ELBDeletionProtectionEnabled", "The team is temporary: its name goes with its stacks."
            )
        self.listener = self._listener(balancer, team)
        gateway = self._gateway(team, network)
        self.public_host = gateway.host if gateway else self._public_host(balancer, team)
        self.api_stage_arn = self.export_value(gateway.stage_arn, name=stage_export(team)) if gateway else None
        # API Gateway may ask a private integration by the load balancer's name.
        self.answers_to = [self.public_host, *([balancer.load_balancer_dns_name] if gateway else [])]
        if team.network.private_link:
            link = PrivateLink(
                self,
                "PrivateLink",
                team=team,
                link=team.network.private_link,
                network=network,
                listener=self.listener,
            )
            cdk.CfnOutput(self, "PrivateLinkServiceName", value=link.service_name)
        cdk.CfnOutput(self, "PublicHostName", value=self.public_host)
        cdk.CfnOutput(self, "Url", value=f"{self.scheme}://{self.public_host}")

    def _gateway(self, team: TeamConfig, network: NetworkStack) -> Gateway | None:
        if not team.behind_gateway:
            return None
        return Gateway(self, "Gateway", team=team, network=network, listener=self.listener, behind=self.security_group)

    def _public_host(self, balancer: elbv2.ApplicationLoadBalancer, team: TeamConfig) -> str:
        if team.behind_cloudfront:
            return Distribution(self, "Distribution", team=team, balancer=balancer).host
        return team.domain.name if team.domain else balancer.load_balancer_dns_name

    def _listener(self, balancer: elbv2.ApplicationLoadBalancer, team: TeamConfig) -> elbv2.ApplicationListener:
        domain = team.domain
        unavailable = elbv2.ListenerAction.fixed_response(
            503, content_type="text/plain", message_body="The tracking server is not deployed or is starting."
        )
        redirect = elbv2.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True)
        http = balancer.add_listener(
            "Listener", port=80, open=False, default_action=redirect if domain else unavailable
        )
        acknowledge(
            http,
            "ELBv2ACMCertificateRequired",
            "It only sends clients to https."
            if domain
            else "The team has no domain to certify; only private addresses, CloudFront or API Gateway reach it.",
        )
        if domain is None:
            acknowledge(http, "ALBHttpToHttpsRedirection", "There is no https to go to: the team has no domain.")
        # Exported with a domain or without: CloudFormation takes no export away that the service still imports.
        self.export_value(http.listener_arn)
        self.export_value(balancer.load_balancer_dns_name)
        if domain is None:
            if not (team.behind_cloudfront or team.behind_gateway):
                cdk.Annotations.of(self).add_warning_v2(
                    "mlflow:plain-http",
                    "clients talk plain http to this server inside the network: give the team a domain for https",
                )
            return http
        return balancer.add_listener(
            "Https",
            port=443,
            open=False,
            certificates=[self._certificate(balancer, domain)],
            ssl_policy=elbv2.SslPolicy.RECOMMENDED_TLS,
            default_action=unavailable,
        )

    def _certificate(self, balancer: elbv2.ApplicationLoadBalancer, domain: DomainConfig) -> elbv2.IListenerCertificate:
        if domain.hosted_zone_id and domain.hosted_zone_name:
            zone = route53.PublicHostedZone.from_hosted_zone_attributes(
                self, "Zone", hosted_zone_id=domain.hosted_zone_id, zone_name=domain.hosted_zone_name
            )
            route53.ARecord(
                self,
                "Alias",
                zone=zone,
                record_name=f"{domain.name}.",
                target=route53.RecordTarget.from_alias(targets.LoadBalancerTarget(balancer)),
            )
            if domain.certificate_arn is None:
                certificate = acm.Certificate(
                    self,
                    "Certificate",
                    domain_name=domain.name,
                    validation=acm.CertificateValidation.from_dns(zone),
                )
                self.certificate_arn = self._publish(certificate, domain)
                return elbv2.ListenerCertificate.from_certificate_manager(certificate)
        # The team file's rules leave no domain with neither a zone nor a certificate.
        return elbv2.ListenerCertificate.from_arn(domain.certificate_arn or "")

    def _publish(self, certificate: acm.ICertificate, domain: DomainConfig) -> str:
        """The certificate's ARN for other stacks, without an export: while one is used, nothing may replace it.

        CloudFormation resolves what this returns when the resource with it changes, and another name is another text.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
        """
        name = f"/{self.stack_name}/certificate/{domain.name}"
        ssm.StringParameter(self, "CertificateArn", parameter_name=name, string_value=certificate.certificate_arn)
        return cdk.CfnDynamicReference(cdk.CfnDynamicReferenceService.SSM, name).to_string()


def _clients(team: TeamConfig, cidr: str) -> list[ec2.IPeer]:
    """Who may connect to the load balancer: the VPC and the blocks beside it, CloudFront, or everybody."""
    if team.behind_cloudfront:
        return [ec2.Peer.prefix_list(CLOUDFRONT_PREFIX_LISTS[team.region])]
    if team.access == Access.PUBLIC:
        return [ec2.Peer.any_ipv4()]
    return [ec2.Peer.ipv4(block) for block in (cidr, *team.network.clients_from)]
