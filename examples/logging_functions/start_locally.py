"""A first experiment on one's own machine, before there is a server: the code is the same.

Without MLFLOW_TRACKING_URI, MLflow keeps runs in ./mlflow.db and artifacts in ./mlruns.
"""

import mlflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

print("tracking URI", mlflow.get_tracking_uri())
features, labels = load_iris(return_X_y=True)
mlflow.set_experiment("iris")
mlflow.set_experiment_tag("owner", "botany")

with mlflow.start_run(run_name="by C"):
    for step, c in enumerate((0.01, 0.1, 1.0)):
        with mlflow.start_run(run_name=f"C={c}", nested=True):
            model = LogisticRegression(C=c, max_iter=500).fit(features, labels)
            mlflow.log_param("C", c)
            mlflow.log_metrics({"accuracy": model.score(features, labels)})
        mlflow.log_metric("accuracy", model.score(features, labels), step=step)
    mlflow.log_dict({"classes": [0, 1, 2]}, "data/classes.json")
    mlflow.log_input(mlflow.data.from_numpy(features, targets=labels, name="iris"), context="training")
    logged = mlflow.sklearn.log_model(
        model,
        name="classifier",
        input_example=features[:2],
        registered_model_name="iris",
        pip_requirements=["scikit-learn"],
    )
client = mlflow.MlflowClient()
client.set_registered_model_alias("iris", "champion", logged.registered_model_version)
client.update_model_version("iris", logged.registered_model_version, description="All three species")
print("predicts", mlflow.pyfunc.load_model("models:/iris@champion").predict(features[::50]).tolist())
