"""`kit up`: the team's stacks deployed to an emulator, the deployed task running, and the smoke test passed."""

import contextlib
import functools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

from botocore.exceptions import BotoCoreError, ClientError

from kit import smoke
from kit.emulators.adaptation import adapt, write_team_file
from kit.emulators.choice import Choice
from kit.emulators.existence import recorded_only
from kit.emulators.template import DeployedStack
from kit.environment import CLIENT
from kit.guard.replacements import refuse_replacements
from kit.interruption import held_back
from kit.local.agent_files import AgentConfiguration
from kit.local.assembly import TEAMS, synthesize
from kit.local.cdk import is_bootstrapped, is_deployed
from kit.local.deployment import Deployment
from kit.local.engine import Engine, LocalImage
from kit.local.engine_container import limits
from kit.local.errors import LocalError
from kit.local.evidence import laptop_evidence
from kit.local.image import build_image
from kit.local.laptop import Laptop
from kit.local.task_definition import TaskDefinition
from kit.local.templates import deployed_templates, synthesized_templates
from kit.local.warm_up import mlflow_compiled_meanwhile
from kit.progress import Report, Steps
from stacks.team.config import ArtifactsMode, Auth, DatabaseAuth, StackKind


def up(
    team_name: str, choice: Choice, port: int, steps: Steps, *, containers: bool = False, smoke_test: bool = True
) -> str:
    """Brings the team's server up, or up to date, on an emulator and returns what its user needs to know.

    With `containers` its task runs as containers of this machine's engine, otherwise as processes, whatever it was.

    Whatever goes wrong, no data is lost and nothing is left running, but what ran before: a server whose change was
    refused, and an emulator that would forget. Raises LocalError, TeamFileError.
    """
    laptop = Laptop.find(team_name, choice)
    engine = Engine.find() if containers else None
    with laptop.for_one_command():
        ran = laptop.running()
        planned = False
        try:
            with mlflow_compiled_meanwhile():
                unchanged = _plan(laptop, port, steps)
                image = _image(engine, steps) if engine else None
                planned = True
                _deploy(laptop, unchanged, steps)
            return _how_to_use(laptop, _run(laptop, port, steps, image, smoke_test=smoke_test))
        except BaseException:
            with held_back():
                if not ran or (planned and not laptop.forgets):
                    with steps.step("Stop everything"):
                        laptop.stop()
                elif planned:
                    with steps.step("Stop the server"):
                        laptop.stop_server()
            raise


def _plan(laptop: Laptop, port: int, steps: Steps) -> bool:
    """All that comes before a change, and may refuse it; whether there is nothing to change."""
    if laptop.team.auth == Auth.OIDC:
        raise LocalError(
            "There is no OpenID provider on a laptop, nor the secret of a client of it: try the team's file with "
            "`auth: basic` here, and `auth: oidc` on AWS."
        )
    laptop.refuse_taken_port(port)
    emulator = laptop.emulator
    with steps.step("AWS emulator") as report:
        emulator.start(report)
        report(emulator.description)
    if laptop.team.temporary and not emulator.runs_functions:
        raise LocalError(
            f"{emulator.name} runs no functions here, with which the buckets of a temporary team are emptied: "
            f"leave `temporary: true` out, or use `scripts/up {laptop.team.name}`."
        )
    with steps.step("cdk synth") as report:
        synthesize(laptop.cdk(), laptop.team, laptop.assembly, report, _team_files(laptop))
        cloudformation = emulator.client("cloudformation")
        if is_deployed(laptop.assembly, cloudformation):
            return True
        planned = synthesized_templates(laptop.assembly)
        refuse_replacements(deployed_templates(cloudformation, planned), planned)
        return False


def _image(engine: Engine, steps: Steps) -> LocalImage:
    with steps.step("Image") as report:
        image = LocalImage(engine=engine, reference=build_image(engine.program, report))
        report(f"{engine}: {image.reference.rpartition('/')[2]}")
        return image


def _deploy(laptop: Laptop, unchanged: bool, steps: Steps) -> None:
    emulator, region = laptop.emulator, laptop.team.region
    if not is_bootstrapped(emulator.client("ssm")):
        with steps.step("cdk bootstrap") as report:
            laptop.cdk().bootstrap(emulator.account_id, region, report)
            report("CDKToolkit")
    with steps.step("cdk deploy") as report:
        resources = f"{_resources(laptop.assembly)} resources in {region}"
        if unchanged:
            report(f"{resources}, unchanged")
        else:
            laptop.cdk().deploy(laptop.assembly, report, emulator.deployment_method)
            report(resources)


def _run(laptop: Laptop, port: int, steps: Steps, image: LocalImage | None, *, smoke_test: bool) -> str:
    deployment = Deployment.read(laptop.team, laptop.emulator.client)
    with steps.step("PostgreSQL") as report:
        database_port = laptop.start_database(deployment)
        report(f"{laptop.postgres.version} on 127.0.0.1:{database_port}")
    # While the server starts, a hundred questions are asked, and the client of the smoke test imports MLflow.
    with ThreadPoolExecutor(1) as aside, contextlib.ExitStack() as stack:
        recorded = aside.submit(_recorded_only, laptop)
        client = stack.enter_context(smoke.client_process(CLIENT / "bin" / "python")) if smoke_test else None
        with steps.step("Task") as report:
            target_port = laptop.start_task(deployment, database_port, report, image)
        with steps.step("Load balancer") as report:
            url = laptop.start_load_balancer(deployment, port, target_port)
            report(f"127.0.0.1:{port} for the public name")
        if client:
            with steps.step("Smoke test") as report:
                _smoke(laptop, deployment, url, database_port, client, report)
        _tell_differences(laptop, deployment, recorded.result(), image, steps)
        return url


def _team_files(laptop: Laptop) -> Path:
    """The folder of the team's file, as the emulator can take it."""
    adapted = adapt(laptop.team, type(laptop.emulator))
    if adapted is laptop.team:
        return TEAMS
    folder = laptop.state / "teams"
    write_team_file(adapted, folder)
    return folder


def _how_to_use(laptop: Laptop, url: str) -> str:
    team = laptop.team
    lines = ["", f"The MLflow server of team {team.name} is at {url}"]
    export = f"export MLFLOW_TRACKING_URI={url}"
    if team.auth == Auth.BASIC:
        show_password = laptop.command("password")
        lines += ["  user      admin", f"  password  {show_password}   (from the stack's AdminSecret)"]
        export += f' MLFLOW_TRACKING_USERNAME=admin MLFLOW_TRACKING_PASSWORD="$({show_password})"'
    first_run = "import mlflow; mlflow.set_experiment('hello'); mlflow.log_metric('answer', 42)"
    return "\n".join([*lines, "", export, f'.venv-client/bin/python -c "{first_run}"'])


def _smoke(
    laptop: Laptop,
    deployment: Deployment,
    url: str,
    database_port: int,
    client: smoke.ClientProcess,
    report: Report,
) -> None:
    admin = laptop.secret(deployment.admin_secret_arn)
    direct = laptop.team.artifacts.mode == ArtifactsMode.DIRECT
    open_to_all = laptop.team.auth != Auth.BASIC
    trusted = laptop.emulator.endpoint.ca_bundle
    result = smoke.run(
        url,
        None if open_to_all else admin["username"],
        None if open_to_all else admin["password"],
        python=CLIENT / "bin" / "python",
        client=client,
        evidence=laptop_evidence(laptop, deployment, database_port),
        progress=lambda line: report(" ".join(line.split()[1:])),
        ca_bundle=Path(trusted) if trusted else None,
        client_environment=laptop.emulator.client_environment() if direct else None,
    )
    if not result.ok:
        failed = "; ".join(f"{step.name}: {step.sentence}" for step in result.failures)
        raise LocalError(f"The smoke test failed at {failed}. The logs are in {laptop.state / 'logs'}.")
    report(f"{len(result.steps)} checks passed")


def _tell_differences(
    laptop: Laptop,
    deployment: Deployment,
    recorded: str,
    image: LocalImage | None,
    steps: Steps,
) -> None:
    """Says what this machine does otherwise than AWS would, so that nobody takes it for more than it is."""
    steps.say()
    if image:
        task = TaskDefinition.from_properties(deployment.task_definition)
        steps.say(f"Limits in force: {', '.join(limits(task, task.container('server')))}")
        steps.say()
    steps.say("Other than on AWS:")
    declared = deployment.environment("server")
    for name, value in AgentConfiguration.read(laptop.state).overrides.items():
        if name in declared:
            steps.say(f"  {name} is {value}, not {declared[name]}")
    if laptop.team.database.auth == DatabaseAuth.IAM:
        steps.say("  the server logs in to PostgreSQL with a password, not with tokens of IAM, which RDS alone takes")
    if laptop.team.database.is_aurora:
        steps.say(f"  PostgreSQL {laptop.postgres.version} is no Aurora: it has one size, and neither reader nor pause")
    if laptop.team.encryption.kms_key_arn:
        steps.say("  nothing is encrypted with encryption.kms_key_arn: the key and its policy are in AWS alone")
    steps.say(f"  recorded by the emulator without effect: {recorded}")
    for difference in laptop.emulator.differences:
        steps.say(f"  {difference}")
    if laptop.team.auth == Auth.IAM:
        steps.say("  nobody plays API Gateway: requests need no signature, and whoever reaches 127.0.0.1 gets in")
    if laptop.team.server.exec:
        steps.say("  ECS Exec opens no shell: what runs here is this machine's own")
    if image:
        steps.say(f"  {image.engine} runs an image that was built here, on the network of this machine")
    else:
        steps.say("  containers are processes: no read-only root, user 10001, CPU or memory limit")


def _recorded_only(laptop: Laptop) -> str:
    """The types, or why they are not known: that is no reason to stop a server that works."""
    client = functools.cache(laptop.emulator.client)
    found: set[str] = set()
    try:
        for kind in get_args(StackKind):
            stack = DeployedStack(client("cloudformation"), client("iam"), laptop.team.stack_name(kind))
            found |= recorded_only(stack, client)
    except (LocalError, ClientError, BotoCoreError) as error:
        return f"not known, for a service failed: {error}"
    return ", ".join(sorted(found)) or "nothing"


def _resources(assembly: Path) -> int:
    return sum(len(template["Resources"]) for template in synthesized_templates(assembly).values())
