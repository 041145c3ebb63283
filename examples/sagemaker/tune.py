"""Starts a training job for each value of a hyperparameter, below one parent run: `tune.py settings.json`.

The settings are AWS's names: role_arn, image, bucket, password_secret, and subnets and security_groups where the server
is internal. Prints the parent run and each job, and waits for the jobs' ends.
"""

import json
import os
import sys
import time
from pathlib import Path

import boto3
import mlflow

settings = json.loads(Path(sys.argv[1]).read_text())
bucket = settings["bucket"]
sagemaker = boto3.client("sagemaker")
boto3.client("s3").upload_file(str(Path(__file__).with_name("train.py")), bucket, "code/train.py")


def start(c: float, parent: str) -> str:
    name = f"iris-{parent[:8]}-{str(c).replace('.', '-')}"
    environment = {
        "MLFLOW_TRACKING_URI": os.environ["MLFLOW_TRACKING_URI"],
        "MLFLOW_TRACKING_USERNAME": os.environ["MLFLOW_TRACKING_USERNAME"],
        "PASSWORD_SECRET": settings["password_secret"],
    }
    code = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/code/"}
    network = {}
    if "subnets" in settings:
        network["VpcConfig"] = {"Subnets": settings["subnets"], "SecurityGroupIds": settings["security_groups"]}
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=settings["role_arn"],
        # SageMaker puts each channel's files below /opt/ml/input/data.
        AlgorithmSpecification={
            "TrainingImage": settings["image"],
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "/opt/ml/input/data/code/train.py"],
            "ContainerArguments": ["--c", str(c), "--parent", parent],
        },
        InputDataConfig=[{"ChannelName": "code", "DataSource": {"S3DataSource": code}}],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/output"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 1800},
        Environment=environment,
        **network,
    )
    return name


def wait(name: str) -> str:
    while (status := sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]) == "InProgress":
        time.sleep(15)
    return status


mlflow.set_experiment("iris on SageMaker")
with mlflow.start_run(run_name="by C") as parent:
    print("parent", parent.info.run_id)
    jobs = [start(c, parent.info.run_id) for c in (0.01, 1.0)]
    ends = {job: wait(job) for job in jobs}
for job, end in ends.items():
    print("job", job, end)
if set(ends.values()) != {"Completed"}:
    sys.exit("a job has failed: its log is in CloudWatch, /aws/sagemaker/TrainingJobs")
