"""The part of `tracking_store` that runs in the server's own Python."""

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from tracking_server.store.postgresql_store import PostgresqlStore

_RUNS = """
    WITH made AS (SELECT n, md5('run ' || n) AS run FROM generate_series(1, {runs}) AS n), r AS (
        INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, lifecycle_stage, experiment_id)
        SELECT run, 'run ' || n, 'UNKNOWN', 'user', 'FINISHED', n, 'active', 0 FROM made
    ), t AS (
        INSERT INTO tags (run_uuid, key, value) SELECT run, 'tag ' || k, 'value' FROM made, generate_series(1, 3) k
    ), p AS (
        INSERT INTO params (run_uuid, key, value) SELECT run, 'param ' || k, '0.1' FROM made, generate_series(1, 5) k
    )
    INSERT INTO latest_metrics (run_uuid, key, value, timestamp, step, is_nan)
    SELECT run, 'metric ' || k, n, 1, 1, false FROM made, generate_series(1, 5) k
"""


def main(url: str, runs: int, times: int) -> None:
    stores = [SqlAlchemyStore(url, "s3://bucket/artifacts"), PostgresqlStore(url, "s3://bucket/artifacts")]
    with stores[0].engine.begin() as connection:
        connection.exec_driver_sql(_RUNS.format(runs=runs))
        connection.exec_driver_sql("ANALYZE")
    heads = ("MLflow, CPU", "here, CPU", "ratio", "MLflow, wall", "here, wall", "ratio")
    print(f"{'call':<24}" + "".join(f"{head:>14}" for head in heads))
    for name, call in _calls(stores[0]).items():
        measured: list[list[tuple[float, float]]] = [[], []]
        for _, (number, store) in itertools.product(range(times), enumerate(stores)):
            wall, cpu = time.perf_counter(), time.thread_time()
            call(store)
            measured[number].append((time.thread_time() - cpu, time.perf_counter() - wall))
        (cpu, own_cpu), (wall, own_wall) = (
            [statistics.median(times[kind] for times in of_store) * 1e6 for of_store in measured] for kind in (0, 1)
        )
        print(
            f"{name:<24}{cpu:>11.0f} µs{own_cpu:>11.0f} µs{cpu / own_cpu:>14.1f}"
            f"{wall:>11.0f} µs{own_wall:>11.0f} µs{wall / own_wall:>14.1f}",
            flush=True,
        )


def _calls(store: Any) -> dict[str, Callable[[Any], object]]:
    run = store.create_run("0", "user", 1, [], "run").info.run_id
    full = store.create_run("0", "user", 1, [RunTag(f"tag {n}", "v") for n in range(7)], "run").info.run_id
    store.log_batch(full, [Metric(f"m{n}", 0.5, 1, 1) for n in range(10)], [Param(f"p{n}", "v") for n in range(10)], [])
    step = itertools.count()

    def metrics(count: int) -> list[Any]:
        now = next(step)
        return [Metric(f"metric {number}", now / 3, 1, now) for number in range(count)]

    return {
        "log_metric": lambda store: store.log_metric(run, metrics(1)[0]),
        "log_batch, 50 metrics": lambda store: store.log_batch(run, metrics(50), [], []),
        "log_batch, 100 metrics": lambda store: store.log_batch(run, metrics(100), [], []),
        "log_param": lambda store: store.log_param(run, Param(f"param {next(step)}", "v")),
        "set_tag": lambda store: store.set_tag(run, RunTag("tag", str(next(step)))),
        "create_run": lambda store: store.create_run("0", "user", 1, [RunTag("mlflow.user", "user")], "run"),
        "update_run_info": lambda store: store.update_run_info(run, 3, next(step), None),
        "get_run": lambda store: store.get_run(full),
        "get_metric_history": lambda store: store.get_metric_history(full, "m1"),
        "search_runs, 20": lambda store: store.search_runs(["0"], "", ViewType.ACTIVE_ONLY, 20),
        "search_runs, by metric": lambda store: store.search_runs(
            ["0"], "metrics.`metric 1` > 100", ViewType.ACTIVE_ONLY, 20, ["metrics.`metric 1` DESC"]
        ),
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
