"""Creates and upgrades MLflow's tables with MLflow's own functions; importing this imports MLflow."""

from typing import Any

import psycopg2
from mlflow.server.auth.db import utils as auth
from mlflow.store.db import utils as tracking
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tracking_server.database import OWNER_ROLE
from tracking_server.engines import connect_with, database_url
from tracking_server.settings import MigrateSettings


def upgrade_schema(settings: MigrateSettings) -> None:
    """Bring the tracking and the auth tables to the installed MLflow's revision, from nothing or an older.

    MLflow's first tables are created where they are missing; then all migrations of one kind run in one
    transaction. So after a kill at any moment another call completes what is missing.
    """

    def connect(**parameters: Any) -> Any:
        return psycopg2.connect(**parameters, password=settings.master_password, options=f"-c role={OWNER_ROLE}")

    connect_with(connect)
    engine = create_engine(database_url(settings.database, settings.master_username), poolclass=NullPool)
    if tracking._get_schema_version(engine) is None:
        tracking._initialize_tables(engine)
    else:
        tracking._upgrade_db(engine)
    auth.migrate(engine, "head")
