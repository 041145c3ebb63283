from aws_cdk.assertions import Match

from tests.stacks.shapes import CERTIFICATE, template


def test_an_internal_load_balancer_admits_its_own_network_only() -> None:
    usual = template("usual", "edge")
    usual.has_resource_properties("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"})
    usual.has_resource_properties(
        "AWS::EC2::SecurityGroup",
        {"SecurityGroupIngress": [Match.object_like({"CidrIp": "10.0.0.0/20", "FromPort": 80})]},
    )


def test_a_public_load_balancer_speaks_tls_and_redirects_plain_http() -> None:
    public = template("public", "edge")
    public.has_resource_properties("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internet-facing"})
    public.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener",
        {"Port": 443, "Protocol": "HTTPS", "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
    )
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    public.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener",
        {"Port": 80, "DefaultActions": [{"Type": "redirect", "RedirectConfig": redirect}]},
    )


def test_a_domain_gets_a_certificate_that_its_own_zone_validates_and_an_alias() -> None:
    public = template("public", "edge")
    public.has_resource_properties(
        "AWS::CertificateManager::Certificate",
        {"DomainName": "mlflow.example.com", "ValidationMethod": "DNS"},
    )
    public.has_resource_properties(
        "AWS::Route53::RecordSet", {"Name": "mlflow.example.com.", "HostedZoneId": "Z0123456789ABC"}
    )


def test_a_certificate_that_exists_is_used_as_it_is() -> None:
    guest = template("guest", "edge")
    guest.resource_count_is("AWS::CertificateManager::Certificate", 0)
    guest.has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener", {"Certificates": [{"CertificateArn": CERTIFICATE}]}
    )


def test_without_a_service_behind_it_the_name_answers_503() -> None:
    template("usual", "edge").has_resource_properties(
        "AWS::ElasticLoadBalancingV2::Listener",
        {"DefaultActions": [Match.object_like({"FixedResponseConfig": Match.object_like({"StatusCode": "503"})})]},
    )


def test_the_load_balancer_is_protected_unless_the_team_is_temporary() -> None:
    for shape, protected in (("usual", "true"), ("temporary", "false")):
        template(shape, "edge").has_resource_properties(
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"LoadBalancerAttributes": Match.array_with([{"Key": "deletion_protection.enabled", "Value": protected}])},
        )


def test_a_team_may_get_a_domain_later() -> None:
    """CloudFormation takes no export away that the service still imports, and the name's listener stays itself."""
    without, with_domain = template("usual", "edge").to_json(), template("public", "edge").to_json()
    exports = [
        {name.replace(f"mlflow-{team}-", ""): output["Value"] for name, output in edge["Outputs"].items()}
        for team, edge in (("usual", without), ("public", with_domain))
    ]
    assert {name for name in exports[0] if name.startswith("Exports")} <= set(exports[1])
    listeners = [
        {
            name: resource["Properties"]["Port"]
            for name, resource in edge["Resources"].items()
            if resource["Type"] == "AWS::ElasticLoadBalancingV2::Listener"
        }
        for edge in (without, with_domain)
    ]
    assert listeners[0].items() <= listeners[1].items()
