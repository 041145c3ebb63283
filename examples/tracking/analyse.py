"""Runs found with the filter language, in order and by pages; compared in pandas; tagged later, deleted, restored."""

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

client = MlflowClient()
mlflow.set_experiment("ages of abalones")
for depth in (2, 4, 6, 8, 10):
    with mlflow.start_run(run_name=f"depth {depth}", tags={"kind": "tree" if depth < 10 else "deep tree"}):
        mlflow.log_params({"depth": depth, "criterion": "squared_error"})
        mlflow.log_metrics({"rmse": 2 + abs(depth - 6) / 10, "seconds": depth / 2})

# Filter and order. https://mlflow.org/docs/latest/search-runs
found = mlflow.search_runs(
    filter_string="metrics.rmse < 2.3 and params.criterion = 'squared_error' and tags.kind = 'tree'",
    order_by=["metrics.rmse ASC", "metrics.seconds ASC"],
)
print("found", found["params.depth"].tolist())

# By pages.
experiment = client.get_experiment_by_name("ages of abalones")
page, sizes = client.search_runs([experiment.experiment_id], max_results=2), []
while True:
    sizes.append(len(page))
    if not page.token:
        break
    page = client.search_runs([experiment.experiment_id], max_results=2, page_token=page.token)
print("pages", sizes)

# Compared in pandas, and downloaded for elsewhere.
runs = mlflow.search_runs(experiment_names=["ages of abalones"])
table = runs.set_index(runs["params.depth"].astype(int))[["metrics.rmse", "metrics.seconds"]].sort_index()
table.to_csv("runs.csv")
best, worst = runs.loc[runs["metrics.rmse"].idxmin()], runs.loc[runs["metrics.rmse"].idxmax()]
print("best", best["params.depth"], "worst", worst["params.depth"])

# Tags can be set long after; params and metrics stay.
client.set_tag(best.run_id, "verdict", "the one for production")

client.delete_run(worst.run_id)
deleted = client.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)
print("deleted", len(deleted), "left", len(mlflow.search_runs()))
client.restore_run(worst.run_id)
print("restored", len(mlflow.search_runs()))
client.delete_experiment(experiment.experiment_id)
assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "deleted"
client.restore_experiment(experiment.experiment_id)
print("again", len(mlflow.search_runs(experiment_names=["ages of abalones"])))
