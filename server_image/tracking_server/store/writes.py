"""Metrics, params and tags of one run in one statement, which is one round trip and one transaction."""

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from sys import float_info
from typing import Any

from mlflow.utils import validation
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

# Nothing is written where the run is missing or deleted, or where a param has another value already.
_RUN = """run AS (
    SELECT run_uuid FROM runs WHERE run_uuid = %(run_id)s AND lifecycle_stage = 'active'
)"""
_RUN_WITH_PARAMS = """given_params AS (
    SELECT key, value FROM json_each_text(%(params)s)
), run AS (
    SELECT run_uuid FROM runs WHERE run_uuid = %(run_id)s AND lifecycle_stage = 'active' AND NOT EXISTS (
        SELECT FROM given_params JOIN params USING (key)
        WHERE params.run_uuid = %(run_id)s AND params.value <> given_params.value
    )
)"""
# A param that another transaction writes meanwhile breaks the primary key, and with it the whole statement.
_PARAMS = """new_params AS (
    INSERT INTO params (run_uuid, key, value)
    SELECT run_uuid, key, value FROM run, given_params WHERE NOT EXISTS (
        SELECT FROM params WHERE params.run_uuid = run.run_uuid AND params.key = given_params.key
    )
    ORDER BY key
)"""
# Rows are written in the order of their keys, so that two clients of one run never wait for each other.
# The latest metric is the one with the highest step, then timestamp, then value; the first given among equals.
_METRICS = """given_metrics AS (
    SELECT * FROM unnest(
        %(keys)s::text[], %(values)s::float8[], %(timestamps)s::bigint[], %(steps)s::bigint[], %(nans)s::bool[]
    ) WITH ORDINALITY AS given (key, value, timestamp, step, is_nan, position)
), new_metrics AS (
    INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)
    SELECT run_uuid, key, value, timestamp, step, is_nan FROM run, given_metrics
    ORDER BY key, timestamp, step, value, is_nan
    ON CONFLICT DO NOTHING
), new_latest_metrics AS (
    INSERT INTO latest_metrics AS latest (run_uuid, key, value, timestamp, step, is_nan)
    SELECT DISTINCT ON (key) run_uuid, key, value, timestamp, step, is_nan FROM run, given_metrics
    ORDER BY key, step DESC, timestamp DESC, value DESC, position
    ON CONFLICT (key, run_uuid) DO UPDATE
    SET value = excluded.value, timestamp = excluded.timestamp, step = excluded.step, is_nan = excluded.is_nan
    WHERE (excluded.step, excluded.timestamp, excluded.value) > (latest.step, latest.timestamp, latest.value)
)"""
_TAGS = """new_tags AS (
    INSERT INTO tags (run_uuid, key, value)
    SELECT run_uuid, key, value FROM run, json_each_text(%(tags)s)
    ORDER BY key
    ON CONFLICT (key, run_uuid) DO UPDATE SET value = excluded.value
)"""


@lru_cache
def statement(metrics: bool, params: bool, tags: bool) -> str:
    """The statement for what is given; its answer is one row where it was carried out, and none otherwise."""
    parts = [_RUN_WITH_PARAMS, _PARAMS] if params else [_RUN]
    parts += [_METRICS] * metrics + [_TAGS] * tags
    return f"WITH {', '.join(parts)} SELECT 1 FROM run"  # noqa: S608


def parameters(metrics: Sequence[Any], params: Sequence[Any], tags: Sequence[Any]) -> dict[str, str] | None:
    """The statement's parameters, or None where MLflow might refuse or change something, or write elsewhere, too."""
    if (
        len(metrics) > validation.MAX_METRICS_PER_BATCH
        or max(len(params), len(tags)) > validation.MAX_PARAMS_TAGS_PER_BATCH
        or len(metrics) + len(params) + len(tags) > validation.MAX_ENTITIES_PER_BATCH
        # The run's name is a column as well.
        or any(tag.key == MLFLOW_RUN_NAME for tag in tags)
    ):
        return None
    columns = _columns(metrics)
    given_params = {param.key: param.value for param in params}
    given_tags = {tag.key: tag.value for tag in tags}
    if (
        columns is None
        or len(given_params) < len(params)
        or not _are_plain(given_params, validation.MAX_PARAM_VAL_LENGTH)
        or not _are_plain(given_tags, validation.MAX_TAG_VAL_LENGTH)
    ):
        return None
    return {**columns, "params": json.dumps(given_params), "tags": json.dumps(given_tags)}


def _columns(metrics: Sequence[Any]) -> dict[str, str] | None:
    """PostgreSQL's literals for arrays, which are quicker to make than psycopg2's own.

    A name that MLflow accepts has no character that would need an escape.
    """
    keys, values, timestamps, steps, nans = [], [], [], [], []
    for metric in metrics:
        key, value, timestamp, step = metric.key, metric.value, metric.timestamp, metric.step
        if (
            type(value) is not float
            or type(timestamp) is not int
            or type(step) is not int
            or timestamp < 0
            or metric.model_id is not None
            or not _is_name(key)
        ):
            return None
        nan = math.isnan(value)
        keys.append(f'"{key}"')
        values.append("0" if nan else repr(_finite(value)))
        timestamps.append(str(timestamp))
        steps.append(str(step))
        nans.append("t" if nan else "f")
    columns = {"keys": keys, "values": values, "timestamps": timestamps, "steps": steps, "nans": nans}
    return {name: "{" + ",".join(items) + "}" for name, items in columns.items()}


def _are_plain(pairs: dict[str, Any], longest: int) -> bool:
    return all(_is_name(key) and type(value) is str and len(value) <= longest for key, value in pairs.items())


def _finite(value: float) -> float:
    """What MLflow stores for this number; adding 0 makes -0.0 the 0.0 that PostgreSQL makes of it."""
    return max(-float_info.max, min(value, float_info.max)) + 0.0


def _is_name(key: object) -> bool:
    return isinstance(key, str) and len(key) <= validation.MAX_ENTITY_KEY_LENGTH and _is_accepted(key)


@lru_cache(maxsize=10_000)
def _is_accepted(name: str) -> bool:
    """Whether MLflow accepts the name of a metric, param or tag; its own pattern also lets a line end follow."""
    return (
        not name.endswith("\n")
        and bool(validation.validate_param_and_metric_name(name))
        and not validation.path_not_unique(name)
    )
