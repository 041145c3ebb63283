"""The running server of a team: rebuilt at will, for nothing in it holds data or the public name."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from stacks.alarms.alarms import Alarms
from stacks.alarms.of_requests import RequestMetrics
from stacks.data import database
from stacks.data.backing import Backing
from stacks.data.data_stack import DataStack
from stacks.edge.edge_stack import CONTAINER_PORT, EdgeStack
from stacks.network.network_stack import NetworkStack
from stacks.service.client_roles import ClientRoles
from stacks.service.garbage_collection import GarbageCollection
from stacks.service.prometheus import admit_prometheus
from stacks.service.rotation import Rotation
from stacks.service.scaling import add_scaling, scales
from stacks.service.scheduled_task import TaskPlace
from stacks.service.sessions import Sessions
from stacks.service.tracking_server import TrackingServer
from stacks.team.config import Egress, TeamConfig
from stacks.team_stack import TeamStack

DEREGISTRATION_SECONDS = 120
"""How long a task that is told to go may finish what it has begun, before it is asked to stop."""
_SPOT = [ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=1)]


class ServiceStack(TeamStack):
    """Owns the task definition, the ECS service and the rules that let it reach data and be reached."""

    def __init__(
        self,
        scope: Construct,
        team: TeamConfig,
        *,
        network: NetworkStack,
        data: DataStack,
        edge: EdgeStack,
    ) -> None:
        super().__init__(scope, team, "service")
        backing = Backing(
            bucket_name=data.artifacts.bucket.bucket_name,
            bucket_arn=data.artifact_bucket_arn,
            kms_key_arn=data.key.key_arn,
            database_host=data.database.server.host,
            database_port=data.database.server.port,
            database_resource_id=data.database_resource_id,
            master_secret_arn=data.database.master_secret.secret_arn,
            user_secret_arn=data.database.user_secret.secret_arn,
            admin_secret_arn=data.admin_secret.secret_arn,
            encryption_key_arn=data.encryption_key.secret_arn,
        )
        sessions = Sessions(self, "Sessions", team=team, backing=backing) if team.server.exec else None
        server = TrackingServer(
            self,
            "TrackingServer",
            team=team,
            backing=backing,
            sessions=sessions,
            answers_to=edge.answers_to,
            scheme=edge.scheme,
        )
        security_group = self._security_group(network.vpc, data)
        admit_prometheus(team, security_group)
        cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
            enable_fargate_capacity_providers=team.server.spot,
            execute_command_configuration=sessions.configuration if sessions else None,
        )
        service = self._service(team, server, cluster, network, security_group)
        ClientRoles(self, "ClientRoles", team=team, backing=backing, api_stage_arn=edge.api_stage_arn)
        place = TaskPlace(
            cluster=cluster,
            subnet_ids=network.vpc.select_subnets(subnet_group_name=network.task_subnets.subnet_group_name).subnet_ids,
            security_group_id=security_group.security_group_id,
            public_ip=team.network.egress == Egress.PUBLIC_IP,
        )
        self._add_scheduled_tasks(team, backing, server, place)
        target_group = self._stand_behind(service, network.vpc, edge)
        if scales(team):
            add_scaling(team, service, target_group)
        alarms = Alarms(
            self,
            "Alarms",
            team=team,
            service=service,
            log=server.log,
            requests=RequestMetrics(
                load_balancer_full_name=edge.load_balancer_full_name,
                target_group_full_name=target_group.target_group_full_name,
            ),
            database=data.database.server,
            backup_vault=data.backup.vault_name,
            certificate_arn=edge.certificate_arn,
        )
        service.enable_deployment_alarms(
            [alarm.alarm_name for alarm in alarms.stopping], behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM
        )
        cdk.CfnOutput(self, "ClusterName", value=cluster.cluster_name)
        cdk.CfnOutput(self, "ServiceName", value=service.service_name)
        cdk.CfnOutput(self, "AlarmTopicArn", value=alarms.topic.topic.topic_arn)
        cdk.CfnOutput(self, "TaskDefinitionArn", value=server.task_definition.task_definition_arn)

    def _service(
        self,
        team: TeamConfig,
        server: TrackingServer,
        cluster: ecs.Cluster,
        network: NetworkStack,
        security_group: ec2.SecurityGroup,
    ) -> ecs.FargateService:
        service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            task_definition=server.task_definition,
            desired_count=None if scales(team) else team.sizing.tasks,
            capacity_provider_strategies=_SPOT if team.server.spot else None,
            vpc_subnets=network.task_subnets,
            assign_public_ip=team.network.egress == Egress.PUBLIC_IP,
            security_groups=[security_group],
            # A task has none of its service's tags unless it is told to, and tasks are what Fargate bills.
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
            enable_execute_command=True if team.server.exec else None,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            # A rollout runs old and new tasks side by side: the database's connections are counted for that.
            min_healthy_percent=100,
            max_healthy_percent=200,
            health_check_grace_period=cdk.Duration.seconds(180),
        )
        # The first task would start before it may read its image and secrets.
        service.node.add_dependency(server.execution_role)
        return service

    def _add_scheduled_tasks(
        self, team: TeamConfig, backing: Backing, server: TrackingServer, place: TaskPlace
    ) -> None:
        if team.database.rotates_password:
            Rotation(self, "Rotation", team=team, backing=backing, server=server, place=place)
        if days := team.artifacts.garbage_collection_days:
            GarbageCollection(
                self, "GarbageCollection", team=team, older_than_days=days, backing=backing, server=server, place=place
            )

    def _security_group(self, vpc: ec2.IVpc, data: DataStack) -> ec2.SecurityGroup:
        """The tasks' own group: out to the database and to AWS by https. The listener's rule lets its balancer in."""
        group = ec2.SecurityGroup(self, "SecurityGroup", vpc=vpc, description="Tasks", allow_all_outbound=False)
        # Imported, so that the rule it is given is made in this stack and not in the one that keeps data.
        databases = ec2.SecurityGroup.from_security_group_id(
            self, "DatabaseSecurityGroup", data.database.security_group.security_group_id
        )
        postgres = ec2.Port.tcp(database.PORT)
        group.add_egress_rule(databases, postgres, "The database")
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS")
        databases.add_ingress_rule(group, postgres, "The team's tasks")
        return group

    def _stand_behind(
        self, service: ecs.FargateService, vpc: ec2.IVpc, edge: EdgeStack
    ) -> elbv2.ApplicationTargetGroup:
        target_group = elbv2.ApplicationTargetGroup(
            self,
            "TargetGroup",
            vpc=vpc,
            port=CONTAINER_PORT,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            targets=[service.load_balancer_target(container_name="server", container_port=CONTAINER_PORT)],
            deregistration_delay=cdk.Duration.seconds(DEREGISTRATION_SECONDS),
            health_check=elbv2.HealthCheck(
                path="/health",
                interval=cdk.Duration.seconds(15),
                timeout=cdk.Duration.seconds(10),
                healthy_threshold_count=2,
                unhealthy_threshold_count=5,
            ),
        )
        listener = elbv2.ApplicationListener.from_application_listener_attributes(
            self,
            "Listener",
            listener_arn=edge.listener.listener_arn,
            security_group=ec2.SecurityGroup.from_security_group_id(
                self, "ListenerSecurityGroup", edge.security_group.security_group_id, mutable=False
            ),
        )
        rule = elbv2.ApplicationListenerRule(
            self,
            "Rule",
            listener=listener,
            priority=1,
            conditions=[elbv2.ListenerCondition.path_patterns(["/*"])],
            action=elbv2.ListenerAction.forward([target_group]),
        )
        # ECS refuses a target group that no load balancer uses yet.
        service.node.add_dependency(rule)
        return target_group
