"""Rows that are there before anything is measured, put in by PostgreSQL itself: the same for both servers."""

from benchmarks.server.load import CLIENTS, SEARCHED_RUNS
from benchmarks.server.setting import Setting

_RUNS = """
INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,
                  lifecycle_stage, artifact_uri, experiment_id, source_version)
SELECT md5('{prefix}' || n), 'seeded', 'UNKNOWN', '', '', 'benchmark', 'FINISHED', n, 'active',
       'mlflow-artifacts:/{experiment}/' || md5('{prefix}' || n) || '/artifacts', {experiment}, ''
  FROM generate_series(0, {count} - 1) AS n
"""
_TEN_OF_EACH = (
    "INSERT INTO metrics (run_uuid, key, value, timestamp, step, is_nan)"
    " SELECT md5('{prefix}' || n), 'm' || k, k, 1, 1, false",
    "INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)"
    " SELECT md5('{prefix}' || n), 'm' || k, k, 1, 1, false",
    "INSERT INTO params (run_uuid, key, value) SELECT md5('{prefix}' || n), 'p' || k, k::text",
    "INSERT INTO tags (run_uuid, key, value) SELECT md5('{prefix}' || n), 't' || k, k::text",
)


def searched_runs(setting: Setting, database: str, experiment: str) -> None:
    """10,000 finished runs with 10 metrics, parameters and tags each."""
    _insert(setting, database, "searched", experiment, SEARCHED_RUNS)


def pgbench_runs(setting: Setting, database: str, experiment: str) -> None:
    """A run for each of pgbench's clients, called md5('pgbench0') and so on."""
    _insert(setting, database, "pgbench", experiment, CLIENTS)


def _insert(setting: Setting, database: str, prefix: str, experiment: str, count: int) -> None:
    values = {"prefix": prefix, "experiment": experiment, "count": count}
    setting.execute(_RUNS.format(**values), database)
    for statement in _TEN_OF_EACH:
        series = f" FROM generate_series(0, {count} - 1) AS n, generate_series(1, 10) AS k"
        setting.execute(statement.format(**values) + series, database)
    setting.execute("ANALYZE runs, metrics, latest_metrics, params, tags", database)
