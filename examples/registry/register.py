"""A registered model: versions, aliases, tags, descriptions, and the copy of a version for production."""

import mlflow
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

features, species = load_iris(return_X_y=True)
client = MlflowClient()
mlflow.set_experiment("irises")
client.create_registered_model("dev.iris", tags={"team": "botany"}, description="Tells three species apart")
for c in (0.01, 1.0):
    with mlflow.start_run(run_name=f"C={c}"):
        model = LogisticRegression(C=c, max_iter=500).fit(features, species)
        logged = mlflow.sklearn.log_model(
            model, name="species", input_example=features[:2], pip_requirements=["scikit-learn"]
        )
        version = mlflow.register_model(logged.model_uri, "dev.iris", tags={"C": c})
        client.update_model_version("dev.iris", version.version, description=f"Fitted with C={c}")

# An alias is moved from version to version, so that who loads the model need not change.
client.set_registered_model_alias("dev.iris", "champion", "1")
client.set_registered_model_alias("dev.iris", "champion", "2")
client.set_registered_model_alias("dev.iris", "previous", "1")
client.set_model_version_tag("dev.iris", "2", "validated", "yes")
print("champion", client.get_model_version_by_alias("dev.iris", "champion").version)
validated = client.search_model_versions("name = 'dev.iris' and tags.validated = 'yes'")
print("validated", *[found.version for found in validated])

# For production: the very same files and run, under a name with other permissions.
copied = client.copy_model_version("models:/dev.iris@champion", "prod.iris")
client.set_registered_model_alias("prod.iris", "live", copied.version)
live = mlflow.pyfunc.load_model("models:/prod.iris@live")
print("live", live.predict(features[::50]).tolist())

client.delete_model_version("dev.iris", "1")
print("left", *[found.version for found in client.search_model_versions("name = 'dev.iris'")])
