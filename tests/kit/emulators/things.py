"""Real things made through the services' own APIs, and what a template and CloudFormation would say of each."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
Recorded = tuple[str, dict[str, Any]]
"""Physical id and properties."""

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}],
}
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:*", "Principal": "*", "Resource": "arn:aws:s3:::team-artifacts/*"}],
}


def vpc(client: Client) -> Recorded:
    made = client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]
    return made["VpcId"], {"CidrBlock": "10.9.0.0/16"}


def subnet(client: Client, block: str = "10.9.0.0/24", zone: str = "a") -> Recorded:
    vpcs = client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.9.0.0/16"]}])["Vpcs"]
    vpc_id = vpcs[0]["VpcId"] if vpcs else vpc(client)[0]
    properties = {"VpcId": vpc_id, "CidrBlock": block, "AvailabilityZone": f"eu-west-1{zone}"}
    return client("ec2").create_subnet(**properties)["Subnet"]["SubnetId"], properties


def internet_gateway(client: Client) -> Recorded:
    return client("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"], {}


def gateway_attachment(client: Client) -> Recorded:
    properties = {"InternetGatewayId": internet_gateway(client)[0], "VpcId": vpc(client)[0]}
    client("ec2").attach_internet_gateway(**properties)
    return f"IGW|{properties['VpcId']}", properties


def route_table(client: Client) -> Recorded:
    properties = {"VpcId": vpc(client)[0]}
    return client("ec2").create_route_table(**properties)["RouteTable"]["RouteTableId"], properties


def association(client: Client) -> Recorded:
    subnet_id, placed = subnet(client)
    table = client("ec2").create_route_table(VpcId=placed["VpcId"])["RouteTable"]["RouteTableId"]
    properties = {"SubnetId": subnet_id, "RouteTableId": table}
    return client("ec2").associate_route_table(**properties)["AssociationId"], properties


def route(client: Client) -> Recorded:
    _, attached = gateway_attachment(client)
    table = client("ec2").create_route_table(VpcId=attached["VpcId"])["RouteTable"]["RouteTableId"]
    target = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": attached["InternetGatewayId"]}
    client("ec2").create_route(RouteTableId=table, **target)
    return f"{table}|0.0.0.0/0", {"RouteTableId": table, **target}


def address(client: Client) -> Recorded:
    return client("ec2").allocate_address(Domain="vpc")["PublicIp"], {"Domain": "vpc"}


def nat_gateway(client: Client) -> Recorded:
    properties = {
        "SubnetId": subnet(client)[0],
        "AllocationId": client("ec2").allocate_address(Domain="vpc")["AllocationId"],
    }
    return client("ec2").create_nat_gateway(**properties)["NatGateway"]["NatGatewayId"], properties


def endpoint(client: Client) -> Recorded:
    properties = {"VpcId": vpc(client)[0], "ServiceName": "com.amazonaws.eu-west-1.s3"}
    return client("ec2").create_vpc_endpoint(**properties)["VpcEndpoint"]["VpcEndpointId"], properties


def flow_log(client: Client) -> Recorded:
    vpc_id, role = vpc(client)[0], client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    made = client("ec2").create_flow_logs(
        ResourceType="VPC",
        ResourceIds=[vpc_id],
        TrafficType="REJECT",
        LogGroupName="flows",
        DeliverLogsPermissionArn=role["Role"]["Arn"],
    )
    return made["FlowLogIds"][0], {"ResourceId": vpc_id}


def security_group(client: Client) -> Recorded:
    made = client("ec2").create_security_group(GroupName="tasks", Description="Tasks", VpcId=vpc(client)[0])
    return made["GroupId"], {"GroupDescription": "Tasks"}


def _rule(client: Client, authorize: str, other: str) -> Recorded:
    group = security_group(client)[0]
    ports = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    getattr(client("ec2"), authorize)(
        GroupId=group, IpPermissions=[{**ports, "UserIdGroupPairs": [{"GroupId": group}]}]
    )
    return "sgr-0", {"GroupId": group, **ports, other: group}


def ingress(client: Client) -> Recorded:
    return _rule(client, "authorize_security_group_ingress", "SourceSecurityGroupId")


def egress(client: Client) -> Recorded:
    return _rule(client, "authorize_security_group_egress", "DestinationSecurityGroupId")


def role(client: Client) -> Recorded:
    client("iam").create_role(RoleName="task", AssumeRolePolicyDocument=json.dumps(TRUST))
    return "task", {"AssumeRolePolicyDocument": TRUST}


def policy(client: Client) -> Recorded:
    role(client)
    client("iam").put_role_policy(RoleName="task", PolicyName="own", PolicyDocument=json.dumps(POLICY))
    return "mlfl-own-0", {"PolicyName": "own", "PolicyDocument": POLICY, "Roles": ["task"]}


def managed_policy(client: Client) -> Recorded:
    made = client("iam").create_policy(PolicyName="client", PolicyDocument=json.dumps(POLICY))
    return made["Policy"]["Arn"], {"PolicyDocument": POLICY}


def function(client: Client) -> Recorded:
    role_arn = client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.js", "exports.handler = async () => {}")
    properties = {"Role": role_arn, "Handler": "index.handler", "Runtime": "nodejs22.x"}
    client("lambda").create_function(FunctionName="empty", Code={"ZipFile": archive.getvalue()}, **properties)
    return "empty", properties


def bucket(client: Client) -> Recorded:
    location = {"LocationConstraint": "eu-west-1"}
    client("s3").create_bucket(Bucket="team-artifacts", CreateBucketConfiguration=location)
    return "team-artifacts", {}


def bucket_policy(client: Client) -> Recorded:
    name, _ = bucket(client)
    client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(DENIAL))
    return "0123456789abcdef", {"Bucket": name, "PolicyDocument": DENIAL}


def log_group(client: Client) -> Recorded:
    client("logs").create_log_group(logGroupName="tasks")
    return "tasks", {}


def key(client: Client) -> Recorded:
    return client("kms").create_key()["KeyMetadata"]["KeyId"], {}


def secret(client: Client) -> Recorded:
    return client("secretsmanager").create_secret(Name="admin", SecretString="value")["ARN"], {}


def secret_attachment(client: Client) -> Recorded:
    value = {"username": "u", "password": "p", "engine": "postgres", "host": "db", "port": 5432}
    arn = client("secretsmanager").create_secret(Name="master", SecretString=json.dumps(value))["ARN"]
    return arn, {"SecretId": arn, "TargetType": "AWS::RDS::DBInstance"}


def instance(client: Client) -> Recorded:
    client("rds").create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="u",
        MasterUserPassword="long-enough",
    )
    return "db", {"Engine": "postgres"}


def database_cluster(client: Client) -> Recorded:
    client("rds").create_db_cluster(
        DBClusterIdentifier="aurora",
        Engine="aurora-postgresql",
        MasterUsername="u",
        MasterUserPassword="long-enough",
    )
    return "aurora", {"Engine": "aurora-postgresql"}


def cluster_parameter_group(client: Client) -> Recorded:
    client("rds").create_db_cluster_parameter_group(
        DBClusterParameterGroupName="parameters",
        DBParameterGroupFamily="aurora-postgresql18",
        Description="Parameters",
    )
    return "parameters", {"Family": "aurora-postgresql18"}


def subnet_group(client: Client) -> Recorded:
    ids = [subnet(client)[0], subnet(client, "10.9.1.0/24", "b")[0]]
    client("rds").create_db_subnet_group(DBSubnetGroupName="group", DBSubnetGroupDescription="Database", SubnetIds=ids)
    return "group", {"SubnetIds": ids}


def parameter_group(client: Client) -> Recorded:
    client("rds").create_db_parameter_group(
        DBParameterGroupName="parameters", DBParameterGroupFamily="postgres18", Description="Parameters"
    )
    return "parameters", {"Family": "postgres18"}


def load_balancer(client: Client) -> Recorded:
    ids = [subnet(client)[0], subnet(client, "10.9.1.0/24", "b")[0]]
    made = client("elbv2").create_load_balancer(Name="public", Subnets=ids, Scheme="internal")
    return made["LoadBalancers"][0]["LoadBalancerArn"], {"Subnets": ids}


def listener(client: Client) -> Recorded:
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}
    properties = {"LoadBalancerArn": load_balancer(client)[0], "Port": 80, "Protocol": "HTTP"}
    made = client("elbv2").create_listener(**properties, DefaultActions=[answer])
    return made["Listeners"][0]["ListenerArn"], properties


def target_group(client: Client) -> Recorded:
    properties = {"VpcId": vpc(client)[0], "Port": 5000, "Protocol": "HTTP", "TargetType": "ip"}
    made = client("elbv2").create_target_group(Name="tasks", **properties)
    return made["TargetGroups"][0]["TargetGroupArn"], properties


def rule(client: Client) -> Recorded:
    listener_arn, target = listener(client)[0], target_group(client)[0]
    made = client("elbv2").create_rule(
        ListenerArn=listener_arn,
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": target}],
    )
    return made["Rules"][0]["RuleArn"], {"ListenerArn": listener_arn}


def cluster(client: Client) -> Recorded:
    client("ecs").create_cluster(clusterName="team")
    return "team", {}


def task_definition(client: Client) -> Recorded:
    container = {"name": "server", "image": "server", "memory": 512}
    made = client("ecs").register_task_definition(family="task", containerDefinitions=[container])
    return made["taskDefinition"]["taskDefinitionArn"], {"Family": "task"}


def service(client: Client) -> Recorded:
    properties = {"Cluster": cluster(client)[0], "TaskDefinition": task_definition(client)[0]}
    made = client("ecs").create_service(
        serviceName="server", desiredCount=1, cluster=properties["Cluster"], taskDefinition=properties["TaskDefinition"]
    )
    return made["service"]["serviceArn"], properties


def certificate(client: Client) -> Recorded:
    properties = {"DomainName": "mlflow.example.com"}
    return client("acm").request_certificate(**properties)["CertificateArn"], properties


def parameter(client: Client) -> Recorded:
    properties = {"Name": "/mlflow-team-edge/certificate/mlflow.example.com", "Type": "String", "Value": "arn"}
    client("ssm").put_parameter(**properties)
    return properties["Name"], properties


def record(client: Client) -> Recorded:
    zone = client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    values = {"Name": "mlflow.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": values}]}
    )
    return "mlflow.example.com", {"HostedZoneId": zone, "Name": "mlflow.example.com.", "Type": "A"}


def distribution(client: Client) -> Recorded:
    origin = {"Id": "o", "DomainName": "lb.example.com", "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}  # fmt: skip
    behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https"}
    config = {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior,
    }
    made = client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
    return made["Id"], {}


def schedule_group(client: Client) -> Recorded:
    client("scheduler").create_schedule_group(Name="nightly")
    return "nightly", {}


def schedule(client: Client) -> Recorded:
    group, _ = schedule_group(client)
    properties = {"GroupName": group, "ScheduleExpression": "cron(0 3 * * ? *)"}
    client("scheduler").create_schedule(
        Name="gc",
        **properties,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/c", "RoleArn": "arn:aws:iam::123456789012:role/r"},
    )
    return "gc", properties


def vault(client: Client) -> Recorded:
    client("backup").create_backup_vault(BackupVaultName="daily")
    return "daily", {}


def backup_plan(client: Client) -> Recorded:
    rule = {"RuleName": "daily", "TargetBackupVaultName": vault(client)[0]}
    plan = client("backup").create_backup_plan(BackupPlan={"BackupPlanName": "team", "Rules": [rule]})
    return plan["BackupPlanId"], {"BackupPlan": {"BackupPlanName": "team"}}


def topic(client: Client) -> Recorded:
    return client("sns").create_topic(Name="alarms")["TopicArn"], {}


def topic_policy(client: Client) -> Recorded:
    arn, _ = topic(client)
    statement = {"Sid": "Publish", "Effect": "Deny", "Action": "sns:Publish", "Principal": "*", "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(document))
    return "policy", {"Topics": [arn], "PolicyDocument": document}


def subscription(client: Client) -> Recorded:
    properties = {"TopicArn": topic(client)[0], "Protocol": "email", "Endpoint": "mlflow@example.com"}
    return client("sns").subscribe(**properties)["SubscriptionArn"], properties


def alarm(client: Client) -> Recorded:
    client("cloudwatch").put_metric_alarm(
        AlarmName="cpu",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        Threshold=90,
        ComparisonOperator="GreaterThanThreshold",
    )
    return "cpu", {"Threshold": 90}


def dashboard(client: Client) -> Recorded:
    client("cloudwatch").put_dashboard(DashboardName="team", DashboardBody='{"widgets": []}')
    return "team", {}


def metric_filter(client: Client) -> Recorded:
    group, _ = log_group(client)
    client("logs").put_metric_filter(
        logGroupName=group,
        filterName="deadlocks",
        filterPattern="deadlock",
        metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    )
    return "deadlocks", {"LogGroupName": group, "FilterPattern": "deadlock"}


def budget(client: Client) -> Recorded:
    limit = {"Amount": "10", "Unit": "USD"}
    values = {"BudgetName": "team", "BudgetLimit": limit, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
    client("budgets").create_budget(AccountId="123456789012", Budget=values)
    return "team", {"Budget": {"BudgetType": "COST"}}


def capacity_providers(client: Client) -> Recorded:
    name, _ = cluster(client)
    properties = {"Cluster": name, "CapacityProviders": ["FARGATE", "FARGATE_SPOT"]}
    client("ecs").put_cluster_capacity_providers(
        cluster=name, capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    return name, properties


def scalable_target(client: Client) -> Recorded:
    arn, placed = service(client)
    resource_id = f"service/{placed['Cluster']}/{arn.rpartition('/')[2]}"
    properties = {"ServiceNamespace": "ecs", "ResourceId": resource_id, "MaxCapacity": 4}
    dimension = "ecs:service:DesiredCount"
    client("application-autoscaling").register_scalable_target(**properties, ScalableDimension=dimension, MinCapacity=1)
    return f"{resource_id}|{dimension}|ecs", properties


def scaling_policy(client: Client) -> Recorded:
    _, properties = scalable_target(client)
    made = client("application-autoscaling").put_scaling_policy(
        PolicyName="cpu",
        ServiceNamespace="ecs",
        ResourceId=properties["ResourceId"],
        ScalableDimension="ecs:service:DesiredCount",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )
    return made["PolicyARN"], {}


def viewer_function(client: Client) -> Recorded:
    client("cloudfront").create_function(
        Name="viewer",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(e){}",
    )
    return "arn:aws:cloudfront::123456789012:function/viewer", {}


def api(client: Client) -> Recorded:
    return client("apigatewayv2").create_api(Name="MLflow", ProtocolType="HTTP")["ApiId"], {}


def api_integration(client: Client) -> Recorded:
    of = {"ApiId": api(client)[0]}
    made = client("apigatewayv2").create_integration(**of, IntegrationType="HTTP_PROXY", IntegrationMethod="ANY")
    return made["IntegrationId"], of


def api_route(client: Client) -> Recorded:
    properties = {"ApiId": api(client)[0], "RouteKey": "$default", "AuthorizationType": "AWS_IAM"}
    return client("apigatewayv2").create_route(**properties)["RouteId"], properties


def api_stage(client: Client) -> Recorded:
    properties = {"ApiId": api(client)[0], "StageName": "$default"}
    client("apigatewayv2").create_stage(**properties)
    return "$default", properties


def vpc_link(client: Client) -> Recorded:
    made = client("apigatewayv2").create_vpc_link(Name="link", SubnetIds=[subnet(client)[0]])
    return made["VpcLinkId"], {}


METRICS = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "All"}


def web_acl(client: Client) -> Recorded:
    acl = {"Name": "acl", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": METRICS}
    made = client("wafv2").create_web_acl(**acl, Rules=[])["Summary"]
    return f"acl|{made['Id']}|REGIONAL", {"Arn": made["ARN"]}


def ip_set(client: Client) -> Recorded:
    addresses = {"IPAddressVersion": "IPV4", "Addresses": ["198.51.100.0/24"]}
    made = client("wafv2").create_ip_set(Name="office", Scope="REGIONAL", **addresses)["Summary"]
    return f"office|{made['Id']}|REGIONAL", {}


def web_acl_association(client: Client) -> Recorded:
    properties = {"ResourceArn": load_balancer(client)[0], "WebACLArn": web_acl(client)[1]["Arn"]}
    client("wafv2").associate_web_acl(**properties)
    return "association", properties


def web_acl_logging(client: Client) -> Recorded:
    arn = web_acl(client)[1]["Arn"]
    destination = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-edge"
    client("wafv2").put_logging_configuration(
        LoggingConfiguration={"ResourceArn": arn, "LogDestinationConfigs": [destination]}
    )
    return arn, {}


def endpoint_service(client: Client) -> Recorded:
    ids = [subnet(client)[0], subnet(client, "10.9.1.0/24", "b")[0]]
    made = client("elbv2").create_load_balancer(Name="entrance", Subnets=ids, Scheme="internal", Type="network")
    arns = [made["LoadBalancers"][0]["LoadBalancerArn"]]
    service = client("ec2").create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=arns)
    return service["ServiceConfiguration"]["ServiceId"], {}


def endpoint_service_permissions(client: Client) -> Recorded:
    service, principals = endpoint_service(client)[0], ["arn:aws:iam::111122223333:root"]
    client("ec2").modify_vpc_endpoint_service_permissions(ServiceId=service, AddAllowedPrincipals=principals)
    return "permissions", {"ServiceId": service, "AllowedPrincipals": principals}


THINGS: dict[str, Callable[[Client], Recorded]] = {
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Integration": api_integration,
    "AWS::ApiGatewayV2::Route": api_route,
    "AWS::ApiGatewayV2::Stage": api_stage,
    "AWS::ApiGatewayV2::VpcLink": vpc_link,
    "AWS::ApplicationAutoScaling::ScalableTarget": scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": scaling_policy,
    "AWS::Backup::BackupPlan": backup_plan,
    "AWS::Backup::BackupVault": vault,
    "AWS::Budgets::Budget": budget,
    "AWS::CertificateManager::Certificate": certificate,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::CloudFront::Function": viewer_function,
    "AWS::EC2::EIP": address,
    "AWS::EC2::FlowLog": flow_log,
    "AWS::EC2::InternetGateway": internet_gateway,
    "AWS::EC2::NatGateway": nat_gateway,
    "AWS::EC2::Route": route,
    "AWS::EC2::RouteTable": route_table,
    "AWS::EC2::SecurityGroup": security_group,
    "AWS::EC2::SecurityGroupEgress": egress,
    "AWS::EC2::SecurityGroupIngress": ingress,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::SubnetRouteTableAssociation": association,
    "AWS::EC2::VPC": vpc,
    "AWS::EC2::VPCEndpoint": endpoint,
    "AWS::EC2::VPCEndpointService": endpoint_service,
    "AWS::EC2::VPCEndpointServicePermissions": endpoint_service_permissions,
    "AWS::EC2::VPCGatewayAttachment": gateway_attachment,
    "AWS::ECS::Cluster": cluster,
    "AWS::ECS::ClusterCapacityProviderAssociations": capacity_providers,
    "AWS::ECS::Service": service,
    "AWS::ECS::TaskDefinition": task_definition,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
    "AWS::ElasticLoadBalancingV2::ListenerRule": rule,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": load_balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::Policy": policy,
    "AWS::IAM::Role": role,
    "AWS::KMS::Key": key,
    "AWS::Lambda::Function": function,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::RDS::DBCluster": database_cluster,
    "AWS::RDS::DBClusterParameterGroup": cluster_parameter_group,
    "AWS::RDS::DBInstance": instance,
    "AWS::RDS::DBParameterGroup": parameter_group,
    "AWS::RDS::DBSubnetGroup": subnet_group,
    "AWS::Route53::RecordSet": record,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SSM::Parameter": parameter,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Scheduler::ScheduleGroup": schedule_group,
    "AWS::SecretsManager::Secret": secret,
    "AWS::SecretsManager::SecretTargetAttachment": secret_attachment,
    "AWS::WAFv2::IPSet": ip_set,
    "AWS::WAFv2::LoggingConfiguration": web_acl_logging,
    "AWS::WAFv2::WebACL": web_acl,
    "AWS::WAFv2::WebACLAssociation": web_acl_association,
}
