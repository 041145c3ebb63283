"""Command line of the image."""

import argparse
import logging
import os
import signal
import sys

from tracking_server.environment import Environment
from tracking_server.errors import TrackingServerError
from tracking_server.logs import log_as_json
from tracking_server.versions import check_mlflow

_log = logging.getLogger("tracking_server")

EPILOG = """\
examples:
  python -m tracking_server migrate             initialise an empty database, or check that the schema fits
  python -m tracking_server migrate --upgrade   upgrade the schema; take a snapshot first
  python -m tracking_server migrate --upgrade --dry-run
                                                run the upgrade, roll it back, and print what it did
  python -m tracking_server rotate              give the server's user another password
  python -m tracking_server rotate --older-than-days 30
                                                the same, unless the password is younger
  python -m tracking_server serve               run the tracking server until SIGTERM
  python -m tracking_server collect-garbage --older-than-days 30
                                                delete for good what users deleted more than 30 days ago
  python -m tracking_server health              ask the server on this host

exit codes:
  0  done
  1  something cannot be reached, or refuses
  2  an argument or an environment variable is missing or invalid
  3  the schema is older than the image
  4  the schema is newer than the image
"""


def main() -> int:
    """Run one command; returns the exit code. Settings come from the environment, see README.md."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.command == "migrate" and arguments.dry_run and not arguments.upgrade:
        parser.error("--dry-run goes with --upgrade: without it an existing schema is only checked")
    log_as_json()
    try:
        _run(arguments)
    except TrackingServerError as error:
        _log.error(error)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tracking_server",
        description="MLflow's tracking server for one team.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    migrate = commands.add_parser("migrate", help="initialise, check or upgrade the database's schema")
    migrate.add_argument("--upgrade", action="store_true", help="upgrade an older schema; take a snapshot first")
    migrate.add_argument(
        "--dry-run", action="store_true", help="with --upgrade: roll it back and print what it did; locks tables"
    )
    migrate.add_argument(
        "--lock-seconds",
        type=int,
        default=20,
        metavar="SECONDS",
        help="with --dry-run: the longest that tables may be locked (default: %(default)s)",
    )
    rotate = commands.add_parser("rotate", help="give the server's user another password; needs no restart")
    rotate.add_argument(
        "--older-than-days",
        type=int,
        default=0,
        metavar="DAYS",
        help="do nothing while the password is younger (default: %(default)s)",
    )
    commands.add_parser("serve", help="run the tracking server until SIGTERM")
    garbage = commands.add_parser("collect-garbage", help="delete for good what users have deleted")
    garbage.add_argument(
        "--older-than-days",
        type=int,
        required=True,
        metavar="DAYS",
        help="leave alone what was deleted later than that",
    )
    commands.add_parser("health", help="exit with 0 if the server on this host answers")
    return parser


def _run(arguments: argparse.Namespace) -> None:
    if arguments.command in ("migrate", "serve", "collect-garbage"):
        check_mlflow()
    if arguments.command in ("migrate", "rotate", "collect-garbage"):
        # Process 1 has no default action for it; 143 is what a shell would say.
        signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    # Each command imports what it needs: a check must not wait for the imports of the server.
    if arguments.command == "migrate":
        from tracking_server.settings import MigrateSettings

        settings = MigrateSettings.read(os.environ)
        if arguments.dry_run:
            from tracking_server.rehearsal import rehearse

            rehearse(settings, lock_seconds=arguments.lock_seconds)
        else:
            from tracking_server.migrate import migrate

            migrate(settings, upgrade=arguments.upgrade)
    elif arguments.command == "rotate":
        from tracking_server.rotate import rotate
        from tracking_server.settings import MigrateSettings

        rotate(MigrateSettings.read(os.environ), older_than_days=arguments.older_than_days)
    elif arguments.command == "serve":
        from tracking_server.serve import serve
        from tracking_server.settings import ServeSettings

        serve(ServeSettings.read(os.environ))
    elif arguments.command == "collect-garbage":
        from tracking_server.garbage import collect_garbage
        from tracking_server.settings import GarbageSettings

        collect_garbage(GarbageSettings.read(os.environ), older_than_days=arguments.older_than_days)
    else:
        from tracking_server.health import health

        environment = Environment(os.environ)
        port = environment.integer("MLFLOW_PORT", 5000, minimum=1, maximum=65535)
        environment.check()
        health(port)


if __name__ == "__main__":
    sys.exit(main())
