"""`app.py` without cdk-nag, for `benchmarks.synth`: the same four stacks of the example team."""

import aws_cdk as cdk

from kit.environment import ROOT
from stacks.data.data_stack import DataStack
from stacks.edge.edge_stack import EdgeStack
from stacks.network.network_stack import NetworkStack
from stacks.service.service_stack import ServiceStack
from stacks.team.files import load_teams

if __name__ == "__main__":
    app = cdk.App()
    (team,) = load_teams(ROOT / "teams", only="example")
    network = NetworkStack(app, team)
    data = DataStack(app, team, network=network)
    edge = EdgeStack(app, team, network=network)
    ServiceStack(app, team, network=network, data=data, edge=edge)
    app.synth()
