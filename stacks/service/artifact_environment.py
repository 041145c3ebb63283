"""How a container of the server's image finds its team's artifacts."""

from stacks.data import artifact_store
from stacks.data.backing import Backing
from stacks.team.config import ArtifactsMode, TeamConfig


def artifact_environment(team: TeamConfig, backing: Backing, account: str) -> dict[str, str]:
    """What `server_image/README.md` says that `serve` and `collect-garbage` need."""
    direct = team.artifacts.mode == ArtifactsMode.DIRECT
    root = f"s3://{backing.bucket_name}/{artifact_store.PREFIX}"
    return {
        "TRACKING_ARTIFACTS": team.artifacts.mode,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT" if direct else "MLFLOW_ARTIFACTS_DESTINATION": root,
        "MLFLOW_S3_EXPECTED_BUCKET_OWNER": account,
    }
