"""The bill of materials: four stacks for every team file. The only reader of CDK context and of the environment."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import aws_cdk as cdk

from stacks.data.data_stack import DataStack
from stacks.edge.edge_stack import EdgeStack
from stacks.images import synth
from stacks.network.network_stack import NetworkStack
from stacks.rule_packs import add_rule_packs
from stacks.service.service_stack import ServiceStack
from stacks.team.config import TeamConfig
from stacks.team.files import TeamFileError, load_teams


def build(app: cdk.App, teams: Iterable[TeamConfig]) -> cdk.App:
    """Adds the four stacks of each team, and the rules that they must pass."""
    for team in teams:
        network = NetworkStack(app, team)
        data = DataStack(app, team, network=network)
        edge = EdgeStack(app, team, network=network)
        ServiceStack(app, team, network=network, data=data, edge=edge)
    add_rule_packs(app)
    return app


if __name__ == "__main__":
    # For accounts whose people may not assume the bootstrap roles, and for emulators that enforce IAM.
    own = cdk.CliCredentialsStackSynthesizer() if os.environ.get("KIT_CLI_CREDENTIALS") == "true" else None
    app = cdk.App(default_stack_synthesizer=own)
    folder = app.node.try_get_context("teams") or Path(__file__).parent / "teams"
    try:
        teams = load_teams(Path(folder), only=app.node.try_get_context("team"))
    except TeamFileError as error:
        sys.exit(str(error))
    synth(build(app, teams), with_images=os.environ.get("KIT_WITHOUT_IMAGES") != "true")
