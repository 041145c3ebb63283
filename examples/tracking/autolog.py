"""Autologging: one line, and training with scikit-learn and XGBoost logs parameters, metrics, data and the model."""

import mlflow
import xgboost
from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GridSearchCV, train_test_split

features, target = load_diabetes(return_X_y=True, as_frame=True)
train, test, train_target, test_target = train_test_split(features, target, random_state=0)
mlflow.set_experiment("diabetes")
# To read the packages that a model needs, MLflow loads it in one more Python, which takes seconds.
mlflow.sklearn.autolog(log_models=False)
mlflow.xgboost.autolog(log_models=False)

# A search logs its best candidates as nested runs.
with mlflow.start_run(run_name="forest"):
    search = GridSearchCV(RandomForestRegressor(n_estimators=20, random_state=0), {"max_depth": [2, 4]}, cv=3)
    search.fit(train, train_target)
    search.score(test, test_target)

# Without a run of its own, training makes one and ends it.
data = xgboost.DMatrix(train, train_target), xgboost.DMatrix(test, test_target)
xgboost.train({"max_depth": 2, "eta": 0.3, "nthread": 1}, data[0], num_boost_round=10, evals=[(data[1], "test")])
