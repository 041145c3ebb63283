"""Deploys the champion to an endpoint of SageMaker by MLflow's own client: `deploy.py settings.json`.

The settings: region, endpoint_role_arn, bucket, and endpoint_image, which `mlflow sagemaker build-and-push-container`
has put into the account's ECR. An endpoint that is there gets the champion in place of what it has.
"""

import json
import sys
from pathlib import Path

import boto3
from mlflow.deployments import get_deploy_client

ENDPOINT = "iris"
settings = json.loads(Path(sys.argv[1]).read_text())
client = get_deploy_client(f"sagemaker:/{settings['region']}")
configuration = {
    "execution_role_arn": settings["endpoint_role_arn"],
    "bucket": settings["bucket"],
    "image_url": settings["endpoint_image"],
    "instance_type": "ml.m5.large",
    "instance_count": 1,
}
if "subnets" in settings:
    configuration["vpc_config"] = {"Subnets": settings["subnets"], "SecurityGroupIds": settings["security_groups"]}
there = {endpoint["EndpointName"] for endpoint in boto3.client("sagemaker").list_endpoints()["Endpoints"]}
if ENDPOINT in there:
    change, configuration["mode"] = client.update_deployment, "replace"
else:
    change = client.create_deployment
change(ENDPOINT, "models:/iris on SageMaker@champion", flavor="python_function", config=configuration)
print("endpoint", client.get_deployment(ENDPOINT)["EndpointStatus"])
