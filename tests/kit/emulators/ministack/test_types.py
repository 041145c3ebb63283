import importlib.metadata
import json

import pytest
from botocore.exceptions import ClientError, WaiterError

from kit.emulators.ministack import types

ACCOUNT, REGION = "825078062172", "eu-west-1"
DELAY = {"Delay": 1, "MaxAttempts": 30}


class Stack:
    def __init__(self, ministack, name):
        self.name = name
        self.client = ministack.client("cloudformation")

    def deploy(self, resources, outputs=None):
        template = {"Resources": resources}
        if outputs:
            template["Outputs"] = outputs
        options = {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_IAM"],
        }
        try:
            self.client.update_stack(**options)
            waiter = "stack_update_complete"
        except ClientError:
            self.client.create_stack(**options)
            waiter = "stack_create_complete"
        self.client.get_waiter(waiter).wait(StackName=self.name, WaiterConfig=DELAY)
        answers = self.client.describe_stacks(StackName=self.name)["Stacks"][0].get("Outputs", [])
        return {answer["OutputKey"]: answer["OutputValue"] for answer in answers}

    def delete(self):
        self.client.delete_stack(StackName=self.name)
        self.client.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=DELAY)


@pytest.fixture
def stack(ministack, request):
    return Stack(ministack, request.node.name.replace("_", "-")[:100].split("[")[0])


def ref(name):
    return {"Value": {"Ref": name}}


def att(name, attribute):
    return {"Value": {"Fn::GetAtt": [name, attribute]}}


def test_the_version_is_the_one_that_was_tried():
    assert importlib.metadata.version("ministack") == types.MINISTACK_VERSION


def test_no_type_is_recorded_only_that_ministack_really_has():
    from ministack.services.cloudformation import provisioners

    assert not types._RECORDED_ONLY.keys() & provisioners._RESOURCE_HANDLERS.keys()


def test_a_recorded_resource_answers_as_on_aws_and_goes(stack):
    resources = {
        "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
        "Gateway": {
            "Type": "AWS::EC2::NatGateway",
            "Properties": {"SubnetId": "s", "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}},
        },
    }
    outputs = {
        "Address": ref("Address"),
        "Allocation": att("Address", "AllocationId"),
        "Gateway": ref("Gateway"),
    }
    first = stack.deploy(resources, outputs)
    assert first["Address"].startswith("203.0.113.")
    assert first["Allocation"].startswith("eipalloc-")
    assert first["Gateway"].startswith("nat-")
    resources["Address"]["Properties"]["Tags"] = [{"Key": "team", "Value": "example"}]
    assert stack.deploy(resources, outputs) == first
    stack.delete()


def test_a_rule_between_two_security_groups_is_really_there_and_goes(stack, ministack):
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "d"}}
    rule = {
        "GroupId": {"Fn::GetAtt": ["Database", "GroupId"]},
        "SourceSecurityGroupId": {"Fn::GetAtt": ["Server", "GroupId"]},
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
    }
    groups = {"Database": group, "Server": group}
    resources = groups | {"Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule}}
    outputs = {"Database": att("Database", "GroupId"), "Server": att("Server", "GroupId")}
    ids = stack.deploy(resources, outputs)

    def permissions():
        found = ministack.client("ec2").describe_security_groups(GroupIds=[ids["Database"]])["SecurityGroups"][0]
        return [(p["FromPort"], p["UserIdGroupPairs"][0]["GroupId"]) for p in found["IpPermissions"]]

    assert permissions() == [(5432, ids["Server"])]
    rule["FromPort"] = 5431
    stack.deploy(resources, outputs)
    assert permissions() == [(5431, ids["Server"])]
    stack.deploy(groups, outputs)
    assert permissions() == []


def test_ref_of_a_secret_is_its_arn_and_an_update_keeps_arn_and_value(stack, ministack):
    properties = {
        "GenerateSecretString": {
            "SecretStringTemplate": '{"username": "u"}',
            "GenerateStringKey": "password",
            "PasswordLength": 300,
            "ExcludePunctuation": True,
        }
    }
    resources = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}
    arn = stack.deploy(resources, {"Arn": ref("Secret")})["Arn"]
    client = ministack.client("secretsmanager")
    value = client.get_secret_value(SecretId=arn)["SecretString"]
    assert arn.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:")
    assert json.loads(value)["username"] == "u"
    assert len(json.loads(value)["password"]) == 300
    assert json.loads(value)["password"].isalnum()
    properties["Description"] = "changed"
    assert stack.deploy(resources, {"Arn": ref("Secret")})["Arn"] == arn
    assert client.get_secret_value(SecretId=arn)["SecretString"] == value
    stack.delete()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=arn)


def test_a_secret_that_outlived_its_stack_keeps_its_value(stack, ministack):
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "DeletionPolicy": "Retain",
        "Properties": {"GenerateSecretString": {}},
    }
    client = ministack.client("secretsmanager")
    arn = stack.deploy({"Secret": secret}, {"Arn": ref("Secret")})["Arn"]
    value = client.get_secret_value(SecretId=arn)["SecretString"]
    stack.delete()
    assert stack.deploy({"Secret": secret}, {"Arn": ref("Secret")})["Arn"] == arn
    assert client.get_secret_value(SecretId=arn)["SecretString"] == value


def test_an_attached_secret_is_referred_to_by_arn_and_knows_its_database(stack, ministack):
    resources = {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {
                "GenerateSecretString": {
                    "SecretStringTemplate": '{"username": "u"}',
                    "GenerateStringKey": "password",
                    "ExcludePunctuation": True,
                }
            },
        },
        "Database": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "Engine": "postgres",
                "DBInstanceClass": "db.t4g.small",
                "AllocatedStorage": "20",
                "DBName": "mlflow",
                "MasterUsername": "u",
                "MasterUserPassword": {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password::}}"},
            },
        },
        "Attachment": {
            "Type": "AWS::SecretsManager::SecretTargetAttachment",
            "Properties": {
                "SecretId": {"Ref": "Secret"},
                "TargetId": {"Ref": "Database"},
                "TargetType": "AWS::RDS::DBInstance",
            },
        },
    }
    outputs = {
        "Secret": ref("Secret"),
        "Attachment": ref("Attachment"),
        "Host": att("Database", "Endpoint.Address"),
        "Port": att("Database", "Endpoint.Port"),
    }
    answers = stack.deploy(resources, outputs)
    assert answers["Attachment"] == answers["Secret"]
    value = json.loads(ministack.client("secretsmanager").get_secret_value(SecretId=answers["Secret"])["SecretString"])
    assert (value["host"], value["port"], value["dbname"]) == (answers["Host"], 5432, "mlflow")
    assert answers["Port"] == "5432"


def test_a_bucket_with_auto_deleted_objects_goes_with_them(stack, ministack):
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Objects": {
            "Type": "Custom::S3AutoDeleteObjects",
            "Properties": {"ServiceToken": "arn", "BucketName": {"Ref": "Bucket"}},
        },
    }
    bucket = stack.deploy(resources, {"Bucket": ref("Bucket")})["Bucket"]
    s3 = ministack.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    stack.delete()
    assert bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]
    folder = ministack.log.parent.parent / "emulator" / "s3" / ACCOUNT / bucket
    assert not folder.exists()


def test_an_alarm_is_real_unless_it_is_on_an_expression(stack, ministack):
    common = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    metric = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    data = [{"Id": "e", "Expression": "a * 2"}, {"Id": "a", "MetricStat": stat, "ReturnData": False}]
    plain = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**common, **metric, "Statistic": "Sum", "Period": 60}}
    resources = {"Plain": plain, "Math": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**common, "Metrics": data}}}
    outputs = {"Plain": ref("Plain"), "Math": ref("Math")}
    names = stack.deploy(resources, outputs)

    def existing():
        return {
            a["AlarmName"]: a["Threshold"] for a in ministack.client("cloudwatch").describe_alarms()["MetricAlarms"]
        }

    assert names["Math"]
    assert existing() == {names["Plain"]: 1}
    for resource in resources.values():
        resource["Properties"]["Threshold"] = 2
    assert stack.deploy(resources, outputs) == names
    assert existing() == {names["Plain"]: 2}
    stack.delete()
    assert existing() == {}


def test_a_type_that_nobody_knows_is_refused_by_name(stack):
    with pytest.raises((ClientError, WaiterError), match="AWS::Nobody::Knows"):
        stack.deploy({"It": {"Type": "AWS::Nobody::Knows"}})
