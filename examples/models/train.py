"""A model on the server: with its signature, an input example and the packages that it needs, registered by name."""

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

features, cultivars = load_wine(return_X_y=True, as_frame=True)
mlflow.set_experiment("cultivars")
with mlflow.start_run(run_name="logistic"):
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, cultivars)
    mlflow.log_metric("accuracy", model.score(features, cultivars))
    logged = mlflow.sklearn.log_model(
        model,
        name="cultivar",
        signature=infer_signature(features, model.predict(features)),
        input_example=features.head(2),
        pip_requirements=["scikit-learn", "pandas"],
        registered_model_name="cultivar",
    )
print(logged.model_id)
