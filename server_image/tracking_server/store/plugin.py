"""What MLflow finds under the entry point `mlflow.tracking_store` for databases of PostgreSQL.

https://mlflow.org/docs/latest/ml/plugins/
"""

import os
from typing import Any


def tracking_store(store_uri: str, artifact_uri: str | None) -> Any:
    """This package's store, or MLflow's where that was asked for or where only MLflow's will do.

    With workspaces every query is filtered, and with a read replica some go elsewhere.
    """
    # MLflow loads its entry points while it imports the modules that these come from.
    from mlflow.environment_variables import MLFLOW_ENABLE_WORKSPACES
    from mlflow.server.constants import ARTIFACT_ROOT_ENV_VAR, READ_REPLICA_BACKEND_STORE_URI_ENV_VAR
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.store.tracking.sqlalchemy_workspace_store import WorkspaceAwareSqlAlchemyStore

    from tracking_server.store.postgresql_store import PostgresqlStore

    # A client inside the server, which makes the demo's data, names no place; MLflow's own store takes the server's.
    artifact_uri = artifact_uri or os.environ.get(ARTIFACT_ROOT_ENV_VAR)
    replica = os.environ.get(READ_REPLICA_BACKEND_STORE_URI_ENV_VAR)
    if MLFLOW_ENABLE_WORKSPACES.get():
        return WorkspaceAwareSqlAlchemyStore(store_uri, artifact_uri, read_db_uri=replica)
    if replica or os.environ.get("TRACKING_STORE") == "mlflow":
        return SqlAlchemyStore(store_uri, artifact_uri, read_db_uri=replica)
    return PostgresqlStore(store_uri, artifact_uri)
