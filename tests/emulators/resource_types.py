"""What becomes of each resource type of this kit's templates on an emulator."""

from collections import defaultdict
from typing import Any, get_args

from botocore.exceptions import ClientError

from kit.emulators.existence import NO_API, QUESTIONS, ask_all
from kit.emulators.existence.question import Answer
from kit.emulators.template import DeployedStack
from stacks.team.config import StackKind
from tests.bootstrapped import say_bootstrapped
from tests.emulators.aws import Aws, resources, unique
from tests.stacks.shapes import SHAPES, team, templates

# Public IPs for egress, and no task on a schedule: the one shape that every emulator takes.
SHAPE = "cheap"
REFUSED, NOT_REACHED = "refused", "not reached"


def all_types() -> list[str]:
    """Of all shapes of team, but custom resources, which no API knows."""
    found = {
        resource["Type"]
        for shape in SHAPES
        for template in templates(shape).values()
        for resource in template["Resources"].values()
    }
    return sorted(name for name in found if name in QUESTIONS)


def measure(aws: Aws) -> dict[str, str]:
    """By type: real, recorded only or refused. Deploys the kit's own stacks, and a probe for each type beside them."""
    words: dict[str, set[str]] = defaultdict(set)
    say_bootstrapped(aws.client("ssm"))
    for kind in get_args(StackKind):
        name = team(SHAPE).stack_name(kind)
        for resource_type, word in _deployed(aws, name, templates(SHAPE)[name]):
            words[resource_type].add(word)
    for resource_type in all_types():
        if resource_type not in words:
            template = _PROBES[resource_type](aws)
            found = _deployed(aws, unique("probe"), template)
            words[resource_type] = {word for name, word in found if name == resource_type}
    return {name: " or ".join(sorted(words[name])) for name in all_types()}


def _deployed(aws: Aws, name: str, template: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and word of each resource."""
    try:
        status = aws.deploy(name, template)
    except ClientError as error:
        # Refused as a whole: by the name of the type, where the message has one.
        message = str(error)
        types = [resource["Type"] for resource in template["Resources"].values()]
        return [(kind, REFUSED if kind in message or len(set(types)) == 1 else NOT_REACHED) for kind in types]
    if status != "CREATE_COMPLETE":
        events = aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = {event["LogicalResourceId"] for event in events if event.get("ResourceStatus") == "CREATE_FAILED"}
        return [
            (resource["Type"], REFUSED if logical_id in failed else NOT_REACHED)
            for logical_id, resource in template["Resources"].items()
        ]
    stack = DeployedStack(aws.client("cloudformation"), aws.client("iam"), name)
    return [(resource.type, _word(answer)) for resource, answer in ask_all(stack, aws.client)]


def _word(answer: Answer) -> str:
    return f"{answer.existence}, no API" if answer.reason == NO_API else str(answer.existence)


def _nat_gateway(aws: Aws) -> dict[str, Any]:
    # Of EC2's own making: whether CloudFormation has EIPs is another row.
    address = aws.client("ec2").allocate_address(Domain="vpc")
    return resources(
        Vpc=("AWS::EC2::VPC", {"CidrBlock": "10.7.0.0/16"}),
        Subnet=("AWS::EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.7.0.0/20"}),
        Gateway=("AWS::EC2::NatGateway", {"SubnetId": {"Ref": "Subnet"}, "AllocationId": address["AllocationId"]}),
    )


def _function(aws: Aws) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    code = {
        "Code": {"ZipFile": "exports.handler = async () => {}"},
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "nodejs22.x",
    }
    return resources(
        Role=("AWS::IAM::Role", {"AssumeRolePolicyDocument": document}), Function=("AWS::Lambda::Function", code)
    )


def _cluster(aws: Aws) -> dict[str, Any]:
    properties = {
        "Engine": "aurora-postgresql",
        "EngineVersion": "18",
        "MasterUsername": "u",
        "MasterUserPassword": "long-enough",
        "ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 1},
    }
    return resources(Cluster=("AWS::RDS::DBCluster", properties))


def _cluster_parameters(aws: Aws) -> dict[str, Any]:
    properties = {"Description": "d", "Family": "aurora-postgresql18", "Parameters": {"rds.force_ssl": "1"}}
    return resources(Parameters=("AWS::RDS::DBClusterParameterGroup", properties))


def _certificate(aws: Aws) -> dict[str, Any]:
    name = "mlflow.example.com"
    properties = {
        "DomainName": name,
        "DomainValidationOptions": [{"DomainName": name, "HostedZoneId": _zone(aws)}],
        "ValidationMethod": "DNS",
    }
    return resources(Certificate=("AWS::CertificateManager::Certificate", properties))


def _parameter(aws: Aws) -> dict[str, Any]:
    properties = {"Name": f"/{unique('probe')}/certificate", "Type": "String", "Value": "arn"}
    return resources(Parameter=("AWS::SSM::Parameter", properties))


def _distribution(aws: Aws) -> dict[str, Any]:
    config = {
        "Enabled": True,
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        },
        "Origins": [
            {
                "Id": "o",
                "DomainName": "mlflow.example.com",
                "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"},
            }
        ],
    }
    return resources(Distribution=("AWS::CloudFront::Distribution", {"DistributionConfig": config}))


def _viewer_function(aws: Aws) -> dict[str, Any]:
    properties = {
        "Name": unique("viewer"),
        "AutoPublish": True,
        "FunctionCode": "function handler(event) { return event.request; }",
        "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
    }
    return resources(Function=("AWS::CloudFront::Function", properties))


_WEB_ACL = {
    "Scope": "REGIONAL",
    "DefaultAction": {"Allow": {}},
    "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "All", "SampledRequestsEnabled": False},
}


def _ip_set(aws: Aws) -> dict[str, Any]:
    properties = {"Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["198.51.100.0/24"]}
    return resources(Addresses=("AWS::WAFv2::IPSet", properties))


def _web_acl(aws: Aws) -> dict[str, Any]:
    return resources(Acl=("AWS::WAFv2::WebACL", _WEB_ACL))


def _web_acl_association(aws: Aws) -> dict[str, Any]:
    balancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/edge/0123456789abcdef"
    properties = {"ResourceArn": balancer, "WebACLArn": {"Fn::GetAtt": ["Acl", "Arn"]}}
    return resources(Acl=("AWS::WAFv2::WebACL", _WEB_ACL), Association=("AWS::WAFv2::WebACLAssociation", properties))


def _web_acl_logging(aws: Aws) -> dict[str, Any]:
    destination = "arn:aws:logs:eu-west-1:111122223333:log-group:aws-waf-logs-edge"
    properties = {"ResourceArn": {"Fn::GetAtt": ["Acl", "Arn"]}, "LogDestinationConfigs": [destination]}
    return resources(Acl=("AWS::WAFv2::WebACL", _WEB_ACL), Logging=("AWS::WAFv2::LoggingConfiguration", properties))


def _endpoint_service(aws: Aws) -> dict[str, Any]:
    balancer = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/net/edge/0123456789abcdef"
    return resources(Link=("AWS::EC2::VPCEndpointService", {"NetworkLoadBalancerArns": [balancer]}))


def _endpoint_service_permissions(aws: Aws) -> dict[str, Any]:
    properties = {"ServiceId": {"Ref": "Link"}, "AllowedPrincipals": ["arn:aws:iam::111122223333:root"]}
    return _endpoint_service(aws) | {
        "Resources": _endpoint_service(aws)["Resources"]
        | {"Permissions": {"Type": "AWS::EC2::VPCEndpointServicePermissions", "Properties": properties}}
    }


def _vpc_origin(aws: Aws) -> dict[str, Any]:
    config = {
        "Arn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/edge/0123456789abcdef",
        "Name": "edge",
        "OriginProtocolPolicy": "http-only",
        "OriginSSLProtocols": ["TLSv1.2"],
    }
    return resources(Origin=("AWS::CloudFront::VpcOrigin", {"VpcOriginEndpointConfig": config}))


def _record(aws: Aws) -> dict[str, Any]:
    properties = {
        "HostedZoneId": _zone(aws),
        "Name": "mlflow.example.com.",
        "Type": "A",
        "TTL": "60",
        "ResourceRecords": ["10.0.0.1"],
    }
    return resources(Record=("AWS::Route53::RecordSet", properties))


def _budget(aws: Aws) -> dict[str, Any]:
    limit = {"Amount": 10, "Unit": "USD"}
    properties = {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}}
    return resources(Budget=("AWS::Budgets::Budget", properties))


def _subscription(aws: Aws) -> dict[str, Any]:
    topic = aws.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    properties = {"TopicArn": topic, "Protocol": "email", "Endpoint": "mlflow@example.com"}
    return resources(Subscription=("AWS::SNS::Subscription", properties))


def _capacity_providers(aws: Aws) -> dict[str, Any]:
    properties = {
        "Cluster": {"Ref": "Cluster"},
        "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "DefaultCapacityProviderStrategy": [],
    }
    return resources(
        Cluster=("AWS::ECS::Cluster", {}), Providers=("AWS::ECS::ClusterCapacityProviderAssociations", properties)
    )


def _scalable_target(aws: Aws) -> dict[str, Any]:
    properties = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/probe/probe",
        "ScalableDimension": "ecs:service:DesiredCount",
        "MinCapacity": 1,
        "MaxCapacity": 2,
    }
    return resources(Target=("AWS::ApplicationAutoScaling::ScalableTarget", properties))


def _scaling_policy(aws: Aws) -> dict[str, Any]:
    target = _scalable_target(aws)["Resources"]["Target"]["Properties"]
    properties = {
        "PolicyName": "cpu",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    }
    return resources(
        Target=("AWS::ApplicationAutoScaling::ScalableTarget", target),
        Policy=("AWS::ApplicationAutoScaling::ScalingPolicy", properties),
    )


def _zone(aws: Aws) -> str:
    zone = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference=unique("zone"))
    return str(zone["HostedZone"]["Id"]).rpartition("/")[2]


def _schedule(aws: Aws) -> dict[str, Any]:
    topic = aws.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    properties = {
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": topic, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
    }
    statement = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return resources(Role=("AWS::IAM::Role", role), Schedule=("AWS::Scheduler::Schedule", properties))


_API = ("AWS::ApiGatewayV2::Api", {"Name": "MLflow", "ProtocolType": "HTTP"})
_OF_API = {"ApiId": {"Ref": "Api"}}


def _api_integration(aws: Aws) -> dict[str, Any]:
    asked = {
        "IntegrationType": "HTTP_PROXY",
        "IntegrationMethod": "ANY",
        "IntegrationUri": "https://mlflow.example.com",
        "PayloadFormatVersion": "1.0",
    }
    return resources(Api=_API, Integration=("AWS::ApiGatewayV2::Integration", _OF_API | asked))


def _api_route(aws: Aws) -> dict[str, Any]:
    return resources(
        Api=_API,
        Route=("AWS::ApiGatewayV2::Route", {**_OF_API, "RouteKey": "$default", "AuthorizationType": "AWS_IAM"}),
    )


def _api_stage(aws: Aws) -> dict[str, Any]:
    return resources(
        Api=_API, Stage=("AWS::ApiGatewayV2::Stage", {**_OF_API, "StageName": "$default", "AutoDeploy": True})
    )


def _vpc_link(aws: Aws) -> dict[str, Any]:
    return resources(
        Vpc=("AWS::EC2::VPC", {"CidrBlock": "10.7.0.0/16"}),
        Subnet=("AWS::EC2::Subnet", {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.7.0.0/20"}),
        Link=("AWS::ApiGatewayV2::VpcLink", {"Name": "link", "SubnetIds": [{"Ref": "Subnet"}]}),
    )


_PROBES = {
    "AWS::ApiGatewayV2::Api": lambda aws: resources(Api=_API),
    "AWS::ApiGatewayV2::Integration": _api_integration,
    "AWS::ApiGatewayV2::Route": _api_route,
    "AWS::ApiGatewayV2::Stage": _api_stage,
    "AWS::ApiGatewayV2::VpcLink": _vpc_link,
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::Budgets::Budget": _budget,
    "AWS::CertificateManager::Certificate": _certificate,
    "AWS::CloudFront::Distribution": _distribution,
    "AWS::CloudFront::Function": _viewer_function,
    "AWS::CloudFront::VpcOrigin": _vpc_origin,
    "AWS::EC2::EIP": lambda aws: resources(Address=("AWS::EC2::EIP", {"Domain": "vpc"})),
    "AWS::EC2::NatGateway": _nat_gateway,
    "AWS::EC2::VPCEndpointService": _endpoint_service,
    "AWS::EC2::VPCEndpointServicePermissions": _endpoint_service_permissions,
    "AWS::ECS::ClusterCapacityProviderAssociations": _capacity_providers,
    "AWS::Lambda::Function": _function,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBClusterParameterGroup": _cluster_parameters,
    "AWS::Route53::RecordSet": _record,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SSM::Parameter": _parameter,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Scheduler::ScheduleGroup": lambda aws: resources(Group=("AWS::Scheduler::ScheduleGroup", {})),
    "AWS::WAFv2::IPSet": _ip_set,
    "AWS::WAFv2::LoggingConfiguration": _web_acl_logging,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": _web_acl_association,
}
