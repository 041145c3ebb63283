"""The command line: what each verb takes and what its user reads. The work is in `kit.commands`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from kit.commands.acknowledgements import acknowledgements_table
from kit.commands.client import FOR, client
from kit.commands.destroy import destroy
from kit.commands.down import down
from kit.commands.image import image
from kit.commands.password import password
from kit.commands.policy import ROLES, policy
from kit.commands.protect import protect
from kit.commands.smoke import smoke_test
from kit.commands.status import status
from kit.commands.test import TIERS, run_tiers
from kit.commands.up import up
from kit.emulators.choice import Choice
from kit.local.aws_endpoint import ignore_user_configuration
from kit.local.errors import LocalError
from kit.progress import Steps
from stacks.team.files import TeamFileError

DEFAULT_TEAM = "example"
DEFAULT_PORT = 5050

# They work with the user's own AWS account.
_OF_THE_USER = ("client", "policy", "protect", "smoke")

_team = click.argument("team", default=DEFAULT_TEAM)


def _on_emulator(command: Callable[..., None]) -> Callable[..., None]:
    """The options that name an emulator; without one, `choice` is None."""
    names = {Choice.MOTO: "moto's server", Choice.LOCALSTACK: "LocalStack", Choice.MINISTACK: "MiniStack"}
    for choice, name in names.items():
        option = click.option(f"--{choice}", "choice", flag_value=choice, type=click.UNPROCESSED, help=f"On {name}.")
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def kit(context: click.Context) -> None:
    """A team's own MLflow tracking server, on AWS and on a laptop.

    \b
    scripts/up                     the example team's server, on this machine
    scripts/up research            another team's: teams/research.yaml
    scripts/kit smoke https://…    try a server that runs anywhere
    scripts/down                   stop it and keep its data
    """
    if context.invoked_subcommand not in _OF_THE_USER:
        ignore_user_configuration(os.environ)


@kit.command("up")
@_team
@_on_emulator
@click.option("--port", default=DEFAULT_PORT, show_default=True, help="Where the server answers on this machine.")
@click.option("--containers", is_flag=True, help="The task in containers of Docker or Podman, with its size's limits.")
@click.option(
    "--without-smoke-test", is_flag=True, help="Leave out the trial at the end; `scripts/kit smoke` makes it up."
)
def up_command(team: str, choice: Choice | None, port: int, containers: bool, without_smoke_test: bool) -> None:
    """Deploy TEAM to an AWS emulator, run its task and try it. Leaves the server running.

    \b
    Examples:
      scripts/up
      scripts/up research --port 5051
      scripts/up --localstack
      scripts/up --containers
    """
    smoke_test = not without_smoke_test
    click.echo(up(team, choice or Choice.MINISTACK, port, Steps(), containers=containers, smoke_test=smoke_test))


@kit.command("environment")
def environment_command() -> None:
    """Install what the kit needs into this checkout, and nothing more.

    \b
    Example:
      scripts/kit environment && source .venv/bin/activate
    """


@kit.command("down")
@_team
@_on_emulator
@click.option("--delete-data", is_flag=True, help="Delete the team's data on this machine, too.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before data is deleted.")
def down_command(team: str, choice: Choice | None, delete_data: bool, yes: bool) -> None:
    """Stop TEAM's server on this machine. `kit up` brings the same runs and artifacts back.

    moto's server, and a LocalStack that the kit has started, forget at their end: there it asks, and deletes.

    \b
    Examples:
      scripts/down
      scripts/down research --delete-data
    """
    down(team, choice, Steps(), _confirmation(yes), delete_data=delete_data)


@kit.command("destroy")
@click.argument("team")
@_on_emulator
@click.option("--all", "everything", is_flag=True, help="All stacks of a temporary team, with all its data.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before anything is deleted.")
def destroy_command(team: str, choice: Choice | None, everything: bool, yes: bool) -> None:
    """Delete TEAM's server from the emulator, as `cdk destroy` would on AWS. Its data stays, for `kit up` to adopt.

    \b
    Examples:
      scripts/kit destroy research
      scripts/kit destroy trial --all
    """
    click.echo(destroy(team, choice, Steps(), _confirmation(yes), everything=everything))


@kit.command("password")
@_team
@_on_emulator
@click.option("--aws", is_flag=True, help="The emulator's secret access key, for artifacts that go to it directly.")
def password_command(team: str, choice: Choice | None, aws: bool) -> None:
    """Print the admin password of TEAM's server on this machine.

    \b
    Example:
      export MLFLOW_TRACKING_PASSWORD="$(scripts/kit password)"
    """
    click.echo(password(team, choice, aws=aws))


@kit.command("status")
@_team
@_on_emulator
def status_command(team: str, choice: Choice | None) -> None:
    """Show what of TEAM exists for real in its emulator, asked of each service, and what runs on this machine.

    Exit code 0: all stacks are deployed, all processes run, and the task is healthy. What the emulator has only
    recorded is shown, and is no failure.

    \b
    Example:
      scripts/kit status example
    """
    sys.exit(0 if status(team, choice, click.echo) else 1)


@kit.command("client")
@click.argument("team")
@_on_emulator
@click.option("--for", "kind", type=click.Choice(FOR), default=FOR[0], show_default=True, help="Where the lines go.")
def client_command(team: str, choice: Choice | None, kind: str) -> None:
    """Print ready lines with which a client finds TEAM's server. No password is in them, but what fetches it.

    Of a team on AWS, found with your AWS credentials; with --ministack, --localstack or --moto on this machine.

    \b
    Examples:
      scripts/kit client research
      scripts/kit client research --for notebook
      scripts/kit client research --for github-actions
      eval "$(scripts/kit client example --ministack)"
    """
    click.echo(client(team, kind, choice))


@kit.command("policy")
@click.argument("team")
@_on_emulator
@click.option("--role", type=click.Choice(ROLES), required=True, help="As what the client comes.")
def policy_command(team: str, choice: Choice | None, role: str) -> None:
    """Print the IAM policy that a client of TEAM needs on AWS, such as a notebook's role or a SageMaker job's.

    \b
    Examples:
      scripts/kit policy research --role writer
      scripts/kit policy research --role reader > policy.json
      aws iam put-role-policy --role-name notebooks --policy-name mlflow-research --policy-document file://policy.json
    """
    click.echo(policy(team, role, choice))


@kit.command("protect")
@click.argument("team")
@_on_emulator
@click.option("--lift", is_flag=True, help="Allow every change again, until the command runs without it.")
def protect_command(team: str, choice: Choice | None, lift: bool) -> None:
    """Let CloudFormation refuse to replace or delete what TEAM keeps, and set how long its database's log is kept.

    Run it after `cdk deploy`, with the same AWS credentials: a template has no word for either.

    \b
    Examples:
      scripts/kit protect research
      scripts/kit protect research --lift
    """
    protect(team, choice, click.echo, lift=lift)


@kit.command("smoke")
@click.argument("url")
@click.option("--user", default="admin", show_default=True, help="Whose password MLFLOW_TRACKING_PASSWORD is.")
@click.option("--no-auth", "auth", flag_value="none", help="The server has no passwords.")
@click.option("--iam", "auth", flag_value="iam", help="It has auth: iam. Your AWS credentials sign every request.")
@click.option("--ca-bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM file to trust.")
def smoke_command(url: str, user: str, auth: str | None, ca_bundle: Path | None) -> None:
    """Use the server at URL as a person would, and say what works. The password is read from MLFLOW_TRACKING_PASSWORD.

    With --iam it comes with the AWS credentials that the AWS CLI would take, which have to be of the team's admin role.
    What such a server does not have, as a web page, is named and left out.

    \b
    Examples:
      MLFLOW_TRACKING_PASSWORD="$(scripts/kit password)" scripts/kit smoke http://localhost:5050
      AWS_PROFILE=research-admin scripts/kit smoke https://a1b2c3d4.execute-api.eu-west-1.amazonaws.com --iam
    """
    sys.exit(0 if smoke_test(url, None if auth else user, ca_bundle, by_iam=auth == "iam") else 1)


@kit.command("acknowledgements")
@_team
def acknowledgements_command(team: str) -> None:
    """List the findings of rule packs and linters that TEAM's stacks accept: where, which, and why it is safe.

    \b
    Example:
      scripts/kit acknowledgements research > review.md
    """
    click.echo(acknowledgements_table(team, Steps()))


@kit.command("image")
def image_command() -> None:
    """Build the server's image with Docker or Podman, and write its bill of materials (CycloneDX) beside it.

    Prints its local name and the bill's path.

    \b
    Example:
      scripts/kit image
    """
    click.echo(image(Steps()))


@kit.command("test")
@click.argument("tiers", nargs=-1, type=click.Choice([tier.name for tier in TIERS]))
def test_command(tiers: tuple[str, ...]) -> None:
    """Run all checks and tests, or only those TIERS; what this machine cannot run is named.

    \b
    Examples:
      scripts/test
      scripts/test lint types templates
    """
    sys.exit(0 if run_tiers(tiers) else 1)


def _confirmation(yes: bool) -> Callable[[str], bool]:
    return lambda question: yes or click.confirm(question, err=True)


def main() -> NoReturn:
    """Runs the command; an expected error is one sentence and exit code 1, an interruption 130."""
    try:
        kit(standalone_mode=False, prog_name="scripts/kit")
    except (LocalError, TeamFileError) as error:
        _fail(str(error), 1)
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        _fail(f"The AWS emulator did not do its part; run the command again. It says: {error}", 1)
    except click.Abort:
        _fail("interrupted", 130)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    sys.exit(0)


def _fail(sentence: str, code: int) -> NoReturn:
    click.echo(f"error: {sentence}", err=True)
    sys.exit(code)
