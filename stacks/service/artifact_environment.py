"""How a container of the server's image finds its team's artifacts."""

from stacks.data import artifact_store
from stacks.data.backing import Backing
from stacks.team.config import ArtifactsMode, TeamConfig


def artifact_environment(team: TeamConfig, backing: Backing, account: str) -> dict[str, str]:
    """What `server_image/README.md` says that `serve` and `collect-garbage` need."""
    mode = team.artifacts.mode
    root = f"s3://{backing.bucket_name}/{artifact_store.PREFIX}"
    found = {
        "TRACKING_ARTIFACTS": mode,
        "MLFLOW_DEFAULT_ARTIFACT_ROOT" if mode == ArtifactsMode.DIRECT else "MLFLOW_ARTIFACTS_DESTINATION": root,
    }
    # A link for a part would have the owner among its signed headers, which MLflow's client does not send. There the
    # role's own policy is what refuses somebody else's bucket.
    if mode != ArtifactsMode.PRESIGNED:
        found["MLFLOW_S3_EXPECTED_BUCKET_OWNER"] = account
    return found
