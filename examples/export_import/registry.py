"""Registered models and prompts, with their versions."""

import re

from journal import Journal
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException
from mlflow.tracking._model_registry.client import ModelRegistryClient
from pages import every

PROMPT = {"mlflow.prompt.is_prompt": "true"}
# Without it a search leaves prompts out.
PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'"
REFUSED = ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST")
OF_EXPERIMENTS = "_mlflow_experiment_ids"


def move_registry(source: MlflowClient, target: MlflowClient, journal: Journal) -> None:
    """A version may be a copy of another model's, so all go in the order in which they were made."""
    models = {model.name: (model, {}) for model in every(source.search_registered_models)}
    # The client hides by which tag it knows a prompt.
    models |= {model.name: (model, PROMPT) for model in every(source.search_registered_models, PROMPTS)}
    moving = [(model, kind) for model, kind in models.values() if _there_is_place_for(model, kind, target, journal)]
    versions = [version for model, kind in moving for version in _versions_of(model, kind, source)]
    there = {(version.name, str(version.version)) for found in moving for version in _versions_of(*found, target)}
    for version in sorted(versions, key=lambda version: (version.creation_timestamp, int(version.version))):
        # A number in a store without a server, and a text from one.
        if (version.name, str(version.version)) in there:
            continue
        try:
            _move_version(version, source, target, journal)
        except MlflowException as error:
            if error.error_code not in REFUSED:
                raise
            print(f"{version.name}: version {version.version} is left out, its source is refused: {error.message}")
    for model, _ in moving:
        for alias, version in model.aliases.items():
            _registry(target).set_registered_model_alias(model.name, alias, version)
        print(f"{model.name}: {sum(version.name == model.name for version in versions)} versions")


def _there_is_place_for(model: RegisteredModel, kind: dict[str, str], target: MlflowClient, journal: Journal) -> bool:
    if journal.is_whole("registered model", model.name):
        return True
    try:
        _registry(target).create_registered_model(model.name, _moved(model.tags, journal) | kind, model.description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        print(f"{model.name}: left out, a registered model of this name is there")
        return False
    journal.whole("registered model", model.name)
    return True


def _registry(client: MlflowClient) -> ModelRegistryClient:
    """MlflowClient itself refuses prompts where it takes models, which are one kind of thing to the server."""
    return client._get_registry_client()


def _versions_of(model: RegisteredModel, kind: dict[str, str], client: MlflowClient) -> list[ModelVersion]:
    quote = '"' if "'" in model.name else "'"
    named = f"name = {quote}{model.name}{quote}"
    return list(every(client.search_model_versions, f"{named} AND {PROMPTS}" if kind else named))


def _moved(tags: dict[str, str], journal: Journal) -> dict[str, str]:
    """With the new ids of runs and experiments."""
    moved = {key: journal.renamed(value) for key, value in tags.items()}
    if OF_EXPERIMENTS in moved:
        ids = journal.ids["experiment"]
        moved[OF_EXPERIMENTS] = ",".join(ids.get(part, part) for part in moved[OF_EXPERIMENTS].split(","))
    return moved


def _move_version(old: ModelVersion, source: MlflowClient, target: MlflowClient, journal: Journal) -> None:
    origin = _origin(old, source, target, journal)
    model = re.fullmatch(r"models:/(m-[0-9a-f]{32})", origin)
    details = {
        "run_id": journal.ids["run"].get(old.run_id),
        "tags": _moved(old.tags, journal),
        "description": old.description,
        # A server wants it where the source is a model, and refuses it with a version as the source.
        "model_id": model[1] if model else None,
    }
    while True:
        new = _registry(target).create_model_version(old.name, origin, **details)
        if int(new.version) == int(old.version):
            break
        if int(new.version) > int(old.version):
            raise RuntimeError(f"{old.name} was changed by somebody else: its version {new.version} is new")
        # One that was deleted, so that the numbers stay what they were.
        _registry(target).delete_model_version(old.name, new.version)
    if old.current_stage not in (None, "None"):
        _registry(target).transition_model_version_stage(old.name, old.version, old.current_stage)


def _origin(old: ModelVersion, source: MlflowClient, target: MlflowClient, journal: Journal) -> str:
    """Where the files of a version are: a model, a folder of a run, or another version."""
    if old.run_id in journal.ids["run"]:
        before = source.get_run(old.run_id).info.artifact_uri
        if old.source.startswith(before):
            return target.get_run(journal.ids["run"][old.run_id]).info.artifact_uri + old.source.removeprefix(before)
    return journal.renamed(old.source)
