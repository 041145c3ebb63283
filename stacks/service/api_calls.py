"""What clients of MLflow's REST API may ask for, as IAM names it for API Gateway: a method, and a path.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

READS = (
    "GET/api/*",
    # Searches, whose filter is in the body (mlflow/server/handlers.py, 3.17.2).
    "POST/api/2.0/mlflow/experiments/search",
    "POST/api/2.0/mlflow/runs/search",
    "POST/api/2.0/mlflow/logged-models/search",
    "POST/api/2.0/mlflow/registered-models/get-latest-versions",
    "POST/api/3.0/mlflow/datasets/search",
    "POST/api/3.0/mlflow/issues/search",
    "POST/api/3.0/mlflow/traces/search",
    "POST/api/3.0/mlflow/traces/batchGetInfos",
)
"""All that changes nothing."""

WRITES = (
    "GET/api/*",
    "PATCH/api/*",
    "POST/api/*",
    "PUT/api/*",
    # OpenTelemetry's spans.
    "POST/v1/traces",
    # Of what DELETE is for, names alone: MLflow keeps deleted runs and experiments, which are deleted by POST.
    "DELETE/api/2.0/mlflow/logged-models/*/tags/*",
    "DELETE/api/2.0/mlflow/model-versions/delete-tag",
    "DELETE/api/2.0/mlflow/registered-models/alias",
    "DELETE/api/2.0/mlflow/registered-models/delete-tag",
    "DELETE/api/2.0/mlflow/traces/*/tags",
    "DELETE/api/3.0/mlflow/datasets/*/tags/*",
    "DELETE/api/3.0/mlflow/traces/*/tags",
)
"""All but deleting registered models, their versions, logged models, datasets and webhooks for good."""

EVERYTHING = ("*",)
"""Every method and path."""
