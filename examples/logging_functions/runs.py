"""Runs: started and ended by `with`, nested, failed, and taken up again by their id."""

import mlflow

mlflow.set_experiment("runs")

# Ended as FINISHED when the block is left, and as FAILED when by an exception.
with mlflow.start_run(run_name="search", description="Three learning rates") as parent:
    assert mlflow.active_run().info.run_id == parent.info.run_id
    for rate in (0.1, 0.01, 0.001):
        with mlflow.start_run(run_name=f"rate {rate}", nested=True):
            mlflow.log_param("rate", rate)
            mlflow.log_metric("loss", rate / 2)
print("parent", parent.info.run_id)

try:
    with mlflow.start_run(run_name="crash") as crashed:
        mlflow.log_metric("loss", 1.0)
        raise RuntimeError("out of memory")
except RuntimeError:
    print("crashed", crashed.info.run_id)

# The next day, from another machine: the id is all that is needed.
with mlflow.start_run(run_id=parent.info.run_id) as resumed:
    mlflow.log_metric("best", 0.0005)
    mlflow.set_tag("reviewed", "yes")
assert mlflow.last_active_run().info.run_id == resumed.info.run_id
