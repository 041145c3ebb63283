"""The bill of materials: one set of stacks for every team file. The only reader of CDK context."""

from pathlib import Path

import aws_cdk as cdk

from stacks import checks
from stacks.data_stack import DataStack
from stacks.edge_stack import EdgeStack
from stacks.network_stack import NetworkStack
from stacks.service_stack import ServiceStack
from stacks.synthesizer import synthesizer
from stacks.team_files import load_teams


def build(app: cdk.App, teams_folder: Path) -> cdk.App:
    """Makes the stacks of all teams in `teams_folder`, or of the one that context `team` names."""
    for team in load_teams(teams_folder, only=app.node.try_get_context("team")):
        env = cdk.Environment(region=team.region)
        network = NetworkStack(app, team, env=env)
        data = DataStack(app, team, vpc=network.vpc, database_subnets=network.database_subnets, env=env)
        edge = EdgeStack(app, team, vpc=network.vpc, subnets=network.load_balancer_subnets, env=env)
        service = ServiceStack(app, team, network=network, data=data, edge=edge, env=env)
        for stack in (network, data, edge, service):
            cdk.Tags.of(stack).add("team", team.name)
            for key, value in team.tags.items():
                cdk.Tags.of(stack).add(key, value)
    checks.add_to(app)
    return app
