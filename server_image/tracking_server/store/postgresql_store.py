"""MLflow's tracking store, where the calls that training makes most are one round trip to PostgreSQL."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from mlflow.entities import LifecycleStage, Run, RunData, RunInfo, RunInputs, RunStatus, RunTag
from mlflow.environment_variables import MLFLOW_SQLALCHEMYSTORE_POOLCLASS
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchUtils
from sqlalchemy import Engine

from tracking_server.store import reads, runs, searches, writes
from tracking_server.store.connections import Row, create_engine, fetch


class PostgresqlStore(SqlAlchemyStore):  # type: ignore[misc]
    """MLflow's tracking store on PostgreSQL.

    A call is one statement where all is plain. Where it is not (a name that MLflow refuses, a value that it cuts, a
    deleted run, a param that changes, a connection that broke), the statement wrote nothing and MLflow's own code
    does the call; so errors are MLflow's, in its words.
    """

    @classmethod
    def _get_or_create_engine(cls, db_uri: str) -> Engine:
        if MLFLOW_SQLALCHEMYSTORE_POOLCLASS.get():
            return super()._get_or_create_engine(db_uri)  # type: ignore[no-any-return]
        engines: dict[str, Engine] = cls._engine_map
        with cls._engine_map_lock:
            if db_uri not in engines:
                engines[db_uri] = create_engine(db_uri)
            return engines[db_uri]

    def log_metric(self, run_id: str, metric: Any) -> None:
        if not self._write(run_id, metrics=[metric]):
            super().log_metric(run_id, metric)

    def log_param(self, run_id: str, param: Any) -> None:
        if not self._write(run_id, params=[param]):
            super().log_param(run_id, param)

    def set_tag(self, run_id: str, tag: Any) -> None:
        if not self._write(run_id, tags=[tag]):
            super().set_tag(run_id, tag)

    def log_batch(self, run_id: str, metrics: Sequence[Any], params: Sequence[Any], tags: Sequence[Any]) -> None:
        if not self._write(run_id, metrics, params, tags):
            super().log_batch(run_id, metrics, params, tags)

    def _write(
        self, run_id: str, metrics: Sequence[Any] = (), params: Sequence[Any] = (), tags: Sequence[Any] = ()
    ) -> bool:
        """Whether one statement wrote all of it."""
        given = writes.parameters(metrics, params, tags)
        if given is None:
            return False
        statement = writes.statement(bool(metrics), bool(params), bool(tags))
        return self._fetch_one(statement, run_id=run_id, **given) is not None

    def create_run(
        self, experiment_id: str, user_id: str, start_time: int, tags: Sequence[Any] | None, run_name: str | None
    ) -> Any:
        tagged_name = next((tag.value for tag in tags or () if tag.key == MLFLOW_RUN_NAME), None)
        name = run_name or tagged_name or _generate_random_name()
        all_tags = [*(tags or ()), *([] if tagged_name else [RunTag(MLFLOW_RUN_NAME, name)])]
        run_id = uuid.uuid4().hex
        row = None
        # MLflow reads a number with signs or spaces, too.
        if str(experiment_id).isdecimal() and user_id is not None and tagged_name in (None, "", name):
            row = self._fetch_one(
                runs.CREATE_RUN,
                experiment_id=experiment_id,
                plain_location=runs.PLAIN_LOCATION,
                run_id=run_id,
                name=name,
                user_id=user_id,
                start_time=start_time,
                tags=json.dumps([(tag.key, tag.value) for tag in all_tags]),
            )
            # A connection that broke may have done so after PostgreSQL had made the run.
            row = row or self._fetch_one(runs.MADE_RUN, run_id=run_id)
        if row is None:
            return super().create_run(experiment_id, user_id, start_time, tags, run_name)
        info = RunInfo(
            run_id=run_id,
            run_name=name,
            experiment_id=str(experiment_id),
            user_id=user_id,
            status=RunStatus.to_string(RunStatus.RUNNING),
            start_time=start_time,
            end_time=None,
            lifecycle_stage=LifecycleStage.ACTIVE,
            artifact_uri=row[0],
        )
        return Run(info, RunData(tags=all_tags), RunInputs(dataset_inputs=[]))

    def update_run_info(self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None) -> Any:
        row = None
        if run_status is None or run_status in RunStatus.all_status():
            row = self._fetch_one(
                runs.UPDATE_RUN,
                run_id=run_id,
                status=None if run_status is None else RunStatus.to_string(run_status),
                end_time=end_time,
                name=run_name or None,
            )
        if row is None or not (row[1] and reads.is_complete(row)):
            return super().update_run_info(run_id, run_status, end_time, run_name)
        return reads.run_info(row)

    def get_run(self, run_id: str) -> Any:
        row = self._fetch_one(reads.GET_RUN, run_id=run_id)
        if row is None or not reads.is_complete(row):
            return super().get_run(run_id)
        info, data, inputs, outputs = reads.run_of(row)
        return Run(info, data, RunInputs(inputs.dataset_inputs, reads.model_inputs(row[-1])), outputs)

    def _search_runs(
        self,
        experiment_ids: Sequence[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int | None,
        order_by: Sequence[str] | None,
        page_token: str | None,
    ) -> tuple[list[Any], str | None]:
        arguments = (experiment_ids, filter_string, run_view_type, max_results, order_by, page_token)
        page = searches.page_of_runs(*arguments)
        rows = self._fetch(*page) if page else None
        if rows is None or not all(map(reads.is_complete, rows)):
            return super()._search_runs(*arguments)  # type: ignore[no-any-return]
        found = [Run(*reads.run_of(row)) for row in rows[:max_results]]
        return found, _next_page(rows, max_results, page_token)

    def get_metric_history(
        self, run_id: str, metric_key: str, max_results: int | None = None, page_token: str | None = None
    ) -> Any:
        try:
            page = searches.page_of(max_results, page_token)
        except Exception:  # As for searches.
            rows = None
        else:
            rows = self._fetch(reads.METRIC_HISTORY, {"run_id": run_id, "key": metric_key, **page})
        if rows is None:
            return super().get_metric_history(run_id, metric_key, max_results, page_token)
        metrics = [reads.metric(metric_key, *row) for row in rows[:max_results]]
        return PagedList(metrics, _next_page(rows, max_results, page_token))

    def _fetch_one(self, statement: str, **parameters: Any) -> Row | None:
        rows = self._fetch(statement, parameters)
        return rows[0] if rows else None

    def _fetch(self, statement: str, parameters: dict[str, Any]) -> list[Row] | None:
        return fetch(self.engine, statement, parameters)


def _next_page(rows: Sequence[Row], max_results: int | None, page_token: str | None) -> Any:
    if max_results is None or len(rows) <= max_results:
        return None
    return SearchUtils.create_page_token(SearchUtils.parse_start_offset_from_page_token(page_token) + max_results)
