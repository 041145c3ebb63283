"""A run with all that belongs to it as one row, and MLflow's entities from such a row."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from mlflow.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelInput,
    LoggedModelOutput,
    Metric,
    Param,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
)
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

INFO = (
    "runs.run_uuid, runs.name, runs.experiment_id, runs.user_id, runs.status, runs.start_time, runs.end_time,"
    " runs.lifecycle_stage, runs.artifact_uri"
)
_WIDTH = INFO.count(",") + 1
# As text, because SQLAlchemy and psycopg2 each read JSON their own way.
_METRICS = """(
    SELECT json_agg(json_build_array(key, value, timestamp, step, is_nan))::text
    FROM latest_metrics WHERE run_uuid = runs.run_uuid
)"""
_PARAMS = "(SELECT json_agg(json_build_array(key, value))::text FROM params WHERE run_uuid = runs.run_uuid)"
_TAGS = "(SELECT json_agg(json_build_array(key, value))::text FROM tags WHERE run_uuid = runs.run_uuid)"
_DATASETS = """(
    SELECT json_agg(json_build_array(
        dataset_uuid, datasets.name, digest, dataset_source_type, dataset_source, dataset_schema, dataset_profile,
        input_tags.name, input_tags.value
    ))::text
    FROM inputs JOIN datasets ON source_id = dataset_uuid LEFT JOIN input_tags USING (input_uuid)
    WHERE destination_type = 'RUN' AND destination_id = runs.run_uuid
)"""
_MODEL_INPUTS = """(
    SELECT json_agg(destination_id)::text FROM inputs
    WHERE source_type = 'RUN_INPUT' AND source_id = runs.run_uuid AND destination_type = 'MODEL_INPUT'
)"""
_MODEL_OUTPUTS = """(
    SELECT json_agg(json_build_array(destination_id, step))::text FROM inputs
    WHERE source_type = 'RUN_OUTPUT' AND source_id = runs.run_uuid AND destination_type = 'MODEL_OUTPUT'
)"""

RUN = (*INFO.split(", "), _METRICS, _PARAMS, _TAGS, _DATASETS, _MODEL_OUTPUTS)

GET_RUN = f"SELECT {', '.join(RUN)}, {_MODEL_INPUTS} FROM runs WHERE run_uuid = %(run_id)s"  # noqa: S608
METRIC_HISTORY = """
    SELECT value, timestamp, step, is_nan FROM metrics WHERE run_uuid = %(run_id)s AND key = %(key)s
    ORDER BY timestamp, step, value LIMIT %(limit)s OFFSET %(offset)s
"""


def run_info(row: Sequence[Any]) -> Any:
    """MLflow's RunInfo from the columns of `INFO`."""
    run_id, name, experiment_id, user_id, status, start_time, end_time, lifecycle_stage, artifact_uri = row
    return RunInfo(
        run_id=run_id,
        run_name=name,
        experiment_id=str(experiment_id),
        user_id=user_id,
        status=status,
        start_time=start_time,
        end_time=end_time,
        lifecycle_stage=lifecycle_stage,
        artifact_uri=artifact_uri,
    )


def is_complete(row: Sequence[Any]) -> bool:
    """Whether the columns of `INFO` have all that a RunInfo needs; MLflow's tables allow null."""
    _, _, _, user_id, status, start_time, *_ = row
    return None not in (user_id, status, start_time)


def run_of(row: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
    """MLflow's info, data, inputs and outputs of a run from the columns of `RUN`; more of them are passed over."""
    info = run_info(row[:_WIDTH])
    metrics, params, tags, datasets, outputs = (_json(text) for text in row[_WIDTH : _WIDTH + 5])
    data = RunData(
        metrics=[metric(key, *values) for key, *values in metrics],
        params=[Param(*pair) for pair in params],
        tags=[RunTag(*pair) for pair in tags],
    )
    # Runs of MLflow 1.29 and before have their name as a tag only.
    if not info.run_name and (name := data.tags.get(MLFLOW_RUN_NAME)):
        info._set_run_name(name)
    models = [LoggedModelOutput(model_id=model_id, step=step) for model_id, step in outputs]
    return info, data, RunInputs(_dataset_inputs(datasets)), RunOutputs(models)


def metric(key: str, value: float, timestamp: int, step: int, is_nan: bool) -> Any:
    # JSON has 1 for 1.0.
    return Metric(key, float("nan") if is_nan else float(value), timestamp, step)


def model_inputs(text: str | None) -> list[Any]:
    """MLflow's model inputs from the last column of `GET_RUN`."""
    return [LoggedModelInput(model_id=model_id) for model_id in _json(text)]


def _dataset_inputs(datasets: Iterable[Any]) -> list[Any]:
    """MLflow's dataset inputs; a dataset is there once for each of its tags."""
    inputs: dict[str, Any] = {}
    for uuid, name, digest, source_type, source, schema, profile, tag, value in datasets:
        if uuid not in inputs:
            inputs[uuid] = DatasetInput(Dataset(name, digest, source_type, source, schema, profile), tags=[])
        if tag is not None:
            inputs[uuid].tags.append(InputTag(tag, value))
    return list(inputs.values())


def _json(text: str | None) -> Iterable[Any]:
    # An aggregate of no rows is null.
    return json.loads(text) if text else ()
