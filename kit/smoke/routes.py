"""Which routes of MLflow's tracking server a stranger may reach when it asks for a password.

Measured on MLflow 3.17.2 with `--app-name basic-auth`.
"""

from __future__ import annotations

CLOSED: tuple[tuple[str, str], ...] = (
    ("GET", "/"),
    ("GET", "/version"),
    ("GET", "/metrics"),
    ("GET", "/signup"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
    ("POST", "/api/2.0/mlflow/experiments/search"),
    ("POST", "/api/2.0/mlflow/runs/search"),
    ("GET", "/api/2.0/mlflow/registered-models/search"),
    ("GET", "/api/2.0/mlflow/users/get?username=admin"),
    ("POST", "/api/2.0/mlflow/users/create"),
    ("GET", "/api/3.0/mlflow/traces/x"),
    ("POST", "/ajax-api/2.0/mlflow/experiments/search"),
    ("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id=x&metric_key=x"),
    ("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=x&path=x"),
    ("GET", "/ajax-api/3.0/mlflow/workspaces"),
    ("POST", "/graphql"),
    ("GET", "/get-artifact?run_id=x&path=x"),
    ("GET", "/model-versions/get-artifact?name=x&version=1&path=x"),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts"),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts/0/x"),
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/0/x"),
    ("DELETE", "/api/2.0/mlflow-artifacts/artifacts/0/x"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/0/x"),
    ("GET", "/api/2.0/mlflow-artifacts/presigned/0/x"),
    ("GET", "/ajax-api/2.0/mlflow-artifacts/artifacts/0/x"),
    ("POST", "/v1/traces"),
    ("GET", "/ajax-api/3.0/jobs"),
    ("POST", "/ajax-api/3.0/jobs/search"),
    ("POST", "/gateway/mlflow/v1/chat/completions"),
    ("GET", "/no-such-route"),
)
"""(method, path) of requests that must be answered with 401 when they carry no credentials."""

WRONG_PASSWORD: tuple[tuple[str, str], ...] = (
    ("GET", "/"),
    ("POST", "/api/2.0/mlflow/experiments/search"),
    ("POST", "/ajax-api/2.0/mlflow/experiments/search"),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts"),
)
"""One route of each of the server's kinds, because Flask and FastAPI check the password apart."""

SERVER_INFO = "/api/3.0/mlflow/server-info"
"""Open by MLflow's design, so that a client can read the server's capabilities before it logs in.

MLflow leaves open, by `is_unprotected_route` in mlflow/server/auth/__init__.py (3.17.2): this route, /health,
/favicon.ico and the paths that begin with /static, which hold the web page's public code and no data.
"""

SERVER_INFO_FIELDS = frozenset(
    {
        "store_type",
        "workspaces_enabled",
        "trace_archival_enabled",
        "multipart_uploads_enabled",
        "multipart_downloads_enabled",
        "presigned_upload_run_id_supported",
        "presigned_upload_model_id_supported",
        "features_enabled",
    }
)
"""All that server-info may tell a stranger: names of capabilities, no data of a team."""
