"""The schema revisions that the image's MLflow knows, listed in `revisions.json`.

Reading the list takes no import of MLflow. After a change of MLflow's version write it anew:

    python -m tracking_server.revisions > new.json && mv new.json server_image/tracking_server/revisions.json
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Revisions:
    """Alembic revisions, oldest first; the last one is the head."""

    mlflow: str
    tracking: tuple[str, ...]
    auth: tuple[str, ...]


def known_revisions() -> Revisions:
    """The revisions baked into the image."""
    content = json.loads(Path(__file__).with_name("revisions.json").read_text())
    return Revisions(content["mlflow"], tuple(content["tracking"]), tuple(content["auth"]))


def installed_revisions() -> Revisions:
    """The revisions of the installed MLflow, which is imported."""
    import mlflow
    from alembic.script import ScriptDirectory
    from mlflow.server.auth.db import utils as auth
    from mlflow.store.db import utils as tracking

    def ordered(config: object) -> tuple[str, ...]:
        revisions = ScriptDirectory.from_config(config).walk_revisions()
        return tuple(reversed([script.revision for script in revisions]))

    return Revisions(
        mlflow.__version__,
        ordered(tracking._get_alembic_config("")),
        ordered(auth._get_alembic_config("")),
    )


if __name__ == "__main__":
    print(json.dumps(asdict(installed_revisions()), indent=2))
