"""Everything that tells people of a team's server that something is wrong with it."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.alarms import of_backup, of_certificate, of_database, of_nights, of_requests, of_tasks
from stacks.alarms.budget import add_budget
from stacks.alarms.dashboard import add_dashboard
from stacks.alarms.of_database import database_metric
from stacks.alarms.of_requests import RequestMetrics
from stacks.alarms.of_tasks import TaskMetrics
from stacks.alarms.topic import AlarmTopic
from stacks.data.backup import has_snapshots
from stacks.data.database_server import DatabaseServer
from stacks.team.config import TeamConfig


class Alarms(Construct):
    """Owns the topic, the alarms, the dashboard and the budget. docs/operate/alarms.md says what to do on each.

    Attributes:
        topic: what they publish to.
        dashboard: shows what they watch.
        stopping: those that a bad rollout raises.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        team: TeamConfig,
        service: ecs.FargateService,
        log: logs.ILogGroup,
        requests: RequestMetrics,
        database: DatabaseServer,
        backup_vault: str,
        certificate_arn: str | None,
    ) -> None:
        """
        Args:
            backup_vault: the name of the vault with the team's snapshots.
            certificate_arn: of the server's own name, where it has one.
        """
        super().__init__(scope, id)
        self.topic = AlarmTopic(self, "Topic", emails=team.alarms.email, given_key_arn=team.encryption.kms_key_arn)
        tasks = TaskMetrics(self, service, log)
        metric = database_metric(database)
        watches = [
            *of_requests.watches(team, requests),
            *of_tasks.watches(team, tasks),
            *of_nights.watches(self, team, log),
            *of_database.watches(team, metric),
        ]
        if has_snapshots(team):
            watches.append(of_backup.watch(backup_vault))
        if certificate_arn:
            watches.append(of_certificate.watch(certificate_arn))
        alarms: list[cloudwatch.Alarm] = []
        for watch in watches:
            alarm = watch.alarm(self)
            told = actions.SnsAction(self.topic.topic)
            alarm.add_alarm_action(told)
            alarm.add_ok_action(told)
            alarms.append(alarm)
        add_dashboard(self, alarms=alarms, requests=requests, tasks=tasks, database=of_database.graphs(team, metric))
        if team.alarms.monthly_budget_usd:
            add_budget(self, team, self.topic, team.alarms.monthly_budget_usd)
        self.stopping = [alarm for alarm, watch in zip(alarms, watches, strict=True) if watch.stops_deployments]
