"""What clients of MLflow's REST API may ask for, as IAM names it for API Gateway: a method, and a path.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

READS = (
    "GET/api/*",
    # What has its question in the body (mlflow/server/handlers.py, 3.17.2).
    "POST/api/2.0/mlflow/artifacts/presigned-download-url",
    "POST/api/2.0/mlflow/experiments/search",
    "POST/api/2.0/mlflow/runs/search",
    "POST/api/2.0/mlflow/logged-models/search",
    "POST/api/2.0/mlflow/registered-models/get-latest-versions",
    "POST/api/3.0/mlflow/datasets/search",
    "POST/api/3.0/mlflow/issues/search",
    "POST/api/3.0/mlflow/traces/batchGetInfos",
    "POST/api/3.0/mlflow/traces/calculate-filter-correlation",
    "POST/api/3.0/mlflow/traces/metrics",
    "POST/api/3.0/mlflow/traces/search",
)
"""All that changes nothing."""

WRITES = (
    *READS,
    "PATCH/api/*",
    "PUT/api/*",
    "POST/api/2.0/mlflow/artifacts/presigned-upload-url",
    # Deleted runs and experiments are kept, and can be restored.
    "POST/api/2.0/mlflow/experiments/*",
    "POST/api/2.0/mlflow/logged-models*",
    "POST/api/2.0/mlflow/model-versions/*",
    "POST/api/2.0/mlflow/registered-models/*",
    "POST/api/2.0/mlflow/runs/*",
    "POST/api/2.0/mlflow/traces",
    "POST/api/2.0/mlflow/traces/link-*",
    "POST/api/3.0/mlflow/datasets/*",
    "POST/api/3.0/mlflow/issues",
    "POST/api/3.0/mlflow/label-schemas/create",
    "POST/api/3.0/mlflow/review-queues/create",
    "POST/api/3.0/mlflow/review-queues/get-or-create-user",
    "POST/api/3.0/mlflow/review-queues/items/*",
    "POST/api/3.0/mlflow/review-queues/update",
    "POST/api/3.0/mlflow/scorers/register",
    "POST/api/3.0/mlflow/traces",
    "POST/api/3.0/mlflow/traces/*/assessments",
    # OpenTelemetry's spans.
    "POST/v1/traces",
    # Of what DELETE is for, names alone.
    "DELETE/api/2.0/mlflow/logged-models/*/tags/*",
    "DELETE/api/2.0/mlflow/model-versions/delete-tag",
    "DELETE/api/2.0/mlflow/registered-models/alias",
    "DELETE/api/2.0/mlflow/registered-models/delete-tag",
    "DELETE/api/2.0/mlflow/traces/*/tags",
    "DELETE/api/3.0/mlflow/datasets/*/tags/*",
    "DELETE/api/3.0/mlflow/traces/*/tags",
)
"""All but deleting for good, and what is the whole team's: webhooks, the AI gateway, workspaces."""

EVERYTHING = ("*",)
"""Every method and path."""
