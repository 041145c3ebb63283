"""The statement of a search for runs, with MLflow's own conditions and order."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from mlflow.entities import LifecycleStage
from mlflow.store.tracking import SEARCH_MAX_RESULTS_THRESHOLD
from mlflow.store.tracking import sqlalchemy_store as mlflow_store
from mlflow.store.tracking.dbmodels.models import SqlRun
from mlflow.utils.search_utils import SearchUtils
from mlflow.utils.validation import _parse_experiment_ids
from sqlalchemy import BigInteger, BindParameter, Label, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, psycopg2
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from tracking_server.store.reads import RUN

# What belongs to a run is read for the runs of the page alone.
_WHOLE_RUNS = """
    SELECT %(columns)s
    FROM unnest(ARRAY(%(page)s)) WITH ORDINALITY AS page (run_id, position) JOIN runs ON run_uuid = page.run_id
    ORDER BY position
"""
_KEPT_LENGTH = 1000
_DIALECT = psycopg2.dialect()  # type: ignore[no-untyped-call]


def page_of_runs(
    experiment_ids: Sequence[str],
    filter_string: str | None,
    run_view_type: int,
    max_results: int | None,
    order_by: Sequence[str] | None,
    page_token: str | None,
) -> tuple[str, dict[str, Any]] | None:
    """The statement and its parameters; None for a search that MLflow refuses, or that asks for datasets."""
    if max_results is not None and not 0 < max_results <= SEARCH_MAX_RESULTS_THRESHOLD:
        return None
    try:
        # A filter may name thousands of runs; such a one is not kept.
        make = _statement if len(filter_string or "") <= _KEPT_LENGTH else _statement.__wrapped__
        statement, parameters = make(filter_string, tuple(order_by or ()), run_view_type)
        page = {"experiment_ids": _parse_experiment_ids(experiment_ids), **page_of(max_results, page_token)}
    except Exception:  # MLflow's functions raise what not; asked once more, MLflow refuses in its own way.
        return None
    return (statement, parameters | page) if statement else None


def page_of(max_results: int | None, page_token: str | None) -> dict[str, int | None]:
    """
    Raises:
        Exception: MLflow did not make this token.
    """
    offset = SearchUtils.parse_start_offset_from_page_token(page_token)
    # One row more tells whether there is a next page.
    return {"limit": None if max_results is None else max_results + 1, "offset": offset}


@lru_cache(maxsize=256)
def _statement(filter_string: str | None, order_by: tuple[str, ...], run_view_type: int) -> tuple[str, dict[str, Any]]:
    """The statement, empty for a search that asks for datasets, and the parameters of its conditions.

    It is kept, because pages ask the same again and again, and MLflow takes longer to make it than to have it
    answered.

    Each of MLflow's conditions joins at most one row to a run, by the primary key of metrics, params or tags. So
    MLflow's DISTINCT, which sorts all columns of all runs, is left out. Conditions on datasets can join more.
    """
    session = Session()  # MLflow makes subqueries with it; nothing is sent.
    filters = SearchUtils.parse_search_filter(filter_string)
    sort_columns, order, sort_joins = mlflow_store._get_orderby_clauses(order_by, session)
    conditions, joins, dataset_joins = mlflow_store._get_sqlalchemy_filter_clauses(filters, session, "postgresql")
    if dataset_joins:
        return "", {}
    search = select(SqlRun.run_uuid).select_from(SqlRun)
    for subquery in joins:
        search = search.join(subquery)
    for subquery in sort_joins:
        search = search.outerjoin(subquery)
    search = search.where(
        SqlRun.experiment_id == any_(_later("experiment_ids", ARRAY(BigInteger))),
        SqlRun.lifecycle_stage.in_(LifecycleStage.view_type_to_stages(run_view_type)),
        *conditions,
    )
    # MLflow sorts by the names of columns that it selects; here only the id is selected.
    named = {column.name: column for column in sort_columns if isinstance(column, Label)}
    search = search.order_by(*(named[clause] if isinstance(clause, str) else clause for clause in order))
    page = search.limit(_later("limit", BigInteger())).offset(_later("offset", BigInteger()))
    compiled = page.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return _WHOLE_RUNS % {"columns": ", ".join(RUN), "page": compiled.string}, compiled.params


def _later(name: str, type_: TypeEngine[Any]) -> BindParameter[Any]:
    """A parameter whose value comes with each search."""
    return bindparam(name, value=None, type_=type_)
