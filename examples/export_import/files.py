"""The files below a location of artifacts."""

from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def names(location: str, client: MlflowClient) -> set[str]:
    """Of files and folders at the top; none where nothing is."""
    return {file.path for file in get_artifact_repository(location, tracking_uri=client.tracking_uri).list_artifacts()}


def download(location: str, client: MlflowClient, folder: str) -> None:
    get_artifact_repository(location, tracking_uri=client.tracking_uri).download_artifacts("", folder)


def upload(folder: str, location: str, client: MlflowClient) -> None:
    get_artifact_repository(location, tracking_uri=client.tracking_uri).log_artifacts(folder)
