"""IAM policy statements, written by hand, one pure function per purpose.

Each function returns the least that its purpose needs. Four kinds of roles use them: task roles (what a container
may do), the execution role (what ECS may do to start it), roles of schedules (what they may start) and of clients.
"""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam


def read_and_write_artifacts(bucket_arn: str, prefix: str) -> iam.PolicyStatement:
    """Objects below `prefix`: the calls MLflow's S3 artifact repository makes, multipart included.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    return iam.PolicyStatement(
        sid="ReadAndWriteArtifacts",
        actions=[
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        ],
        resources=[f"{bucket_arn}/{prefix}/*"],
    )


def read_artifacts(bucket_arn: str, prefix: str) -> iam.PolicyStatement:
    """Objects below `prefix`, in their current version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(sid="ReadArtifacts", actions=["s3:GetObject"], resources=[f"{bucket_arn}/{prefix}/*"])


def list_artifacts(bucket_arn: str) -> iam.PolicyStatement:
    """The names in the bucket. Without it S3 answers 403, not 404, for an artifact that does not exist.

    Not narrowed to the prefix: GetObject sends none, so S3 would see no permission to list. The bucket holds
    nothing else. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return iam.PolicyStatement(sid="ListArtifacts", actions=["s3:ListBucket"], resources=[bucket_arn])


def encrypt_artifacts(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through S3 only. A multipart upload needs Decrypt as well.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    return _use_key("EncryptArtifacts", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"s3.{region}")


def decrypt_artifacts(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through S3 only, for who reads and never writes.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
    """
    return _use_key("DecryptArtifacts", ["kms:Decrypt"], key_arn, f"s3.{region}")


def read_replication(bucket_arn: str) -> iam.PolicyStatement:
    """What S3 asks of the source of a replication before it reads any object.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    return iam.PolicyStatement(
        sid="ReadReplication", actions=["s3:GetReplicationConfiguration", "s3:ListBucket"], resources=[bucket_arn]
    )


def read_versions(bucket_arn: str) -> iam.PolicyStatement:
    """Every version of every object, for a copy."""
    return iam.PolicyStatement(
        sid="ReadVersions",
        actions=[
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionTagging",
            "s3:GetObjectRetention",
            "s3:GetObjectLegalHold",
        ],
        resources=[f"{bucket_arn}/*"],
    )


def write_replicas(bucket_arn: str) -> iam.PolicyStatement:
    """Copies, and the delete markers of what was deleted."""
    return iam.PolicyStatement(
        sid="WriteReplicas",
        actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        resources=[f"{bucket_arn}/*"],
    )


def decrypt_replicated(key_arn: str, region: str) -> iam.PolicyStatement:
    """The source's key, through S3 of its region only.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    return _use_key("DecryptReplicated", ["kms:Decrypt"], key_arn, f"s3.{region}")


def encrypt_replicas(key_arn: str, region: str) -> iam.PolicyStatement:
    """The replica's key, through S3 of its region only. A bucket key asks for GenerateDataKey."""
    return _use_key("EncryptReplicas", ["kms:Encrypt", "kms:GenerateDataKey"], key_arn, f"s3.{region}")


def read_secrets(secret_arns: list[str]) -> iam.PolicyStatement:
    """The current value of exactly these secrets, named by complete ARN."""
    return iam.PolicyStatement(sid="ReadSecrets", actions=["secretsmanager:GetSecretValue"], resources=secret_arns)


def decrypt_secrets(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through Secrets Manager only.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    return _use_key("DecryptSecrets", ["kms:Decrypt"], key_arn, f"secretsmanager.{region}")


def connect_to_database(user_arn: str) -> iam.PolicyStatement:
    """One user of one database, with a token in place of a password.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
    """
    return iam.PolicyStatement(sid="ConnectToDatabase", actions=["rds-db:connect"], resources=[user_arn])


def rotate_secret(secret_arn: str) -> iam.PolicyStatement:
    """All versions of one secret: read them, add one, and say which is the current one.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
    """
    return iam.PolicyStatement(
        sid="RotateSecret",
        actions=[
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        resources=[secret_arn],
    )


def encrypt_secrets(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through Secrets Manager only, for a secret's new value as well.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    return _use_key("EncryptSecrets", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"secretsmanager.{region}")


def pull_image(repository_arn: str) -> iam.PolicyStatement:
    """The layers of the server's image.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    return iam.PolicyStatement(
        sid="PullImage",
        actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources=[repository_arn],
    )


def log_in_to_registry() -> iam.PolicyStatement:
    """The registry's login. The action knows no resource, so AWS wants `*` here.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
    """
    return iam.PolicyStatement(sid="LogInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"])


def write_logs(log_group_arn: str) -> iam.PolicyStatement:
    """The log streams of the containers in the service's own log group, whose ARN ends in `:*`."""
    return iam.PolicyStatement(
        sid="WriteLogs", actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group_arn]
    )


def run_task(task_definition_arn: str, cluster_arn: str) -> iam.PolicyStatement:
    """Starts this revision of this task definition, in this cluster.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
    """
    return iam.PolicyStatement(
        sid="RunTask",
        actions=["ecs:RunTask"],
        resources=[task_definition_arn],
        conditions={"ArnEquals": {"ecs:cluster": cluster_arn}},
    )


def tag_new_tasks(task_arns: str) -> iam.PolicyStatement:
    """Tags on a task as it is started, never on one that runs.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
    """
    return iam.PolicyStatement(
        sid="TagNewTasks",
        actions=["ecs:TagResource"],
        resources=[task_arns],
        conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}},
    )


def pass_to_tasks(role_arns: list[str]) -> iam.PolicyStatement:
    """A task's own roles, to ECS alone.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    """
    return iam.PolicyStatement(
        sid="PassRolesToTasks",
        actions=["iam:PassRole"],
        resources=role_arns,
        conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )


def encrypt_log(key_arn: str, region: str) -> iam.PolicyStatement:
    """The team's key, through CloudWatch Logs only, which uses it in the name of whoever writes or reads a log.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return _use_key("EncryptLog", ["kms:GenerateDataKey", "kms:Decrypt"], key_arn, f"logs.{region}")


def encrypt_logs(log_groups_arn: str, region: str) -> iam.PolicyStatement:
    """For the policy of a key itself, where `*` is that key: CloudWatch Logs uses it for these log groups only.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return iam.PolicyStatement(
        sid="EncryptLogs",
        principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
        actions=[
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:DescribeKey",
        ],
        resources=["*"],
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups_arn}},
    )


def refuse_grants() -> iam.PolicyStatement:
    """For the policy of a key itself: AWS's services alone are granted its use, for the resources they encrypt.

    A grant is a way past IAM's policies. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    return iam.PolicyStatement(
        sid="GrantsForServicesOnly",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["kms:CreateGrant"],
        resources=["*"],
        conditions={"BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}},
    )


def take_sessions() -> iam.PolicyStatement:
    """The two channels of Session Manager, which ECS Exec uses. The actions know no resource, so AWS wants `*` here.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
    """
    return iam.PolicyStatement(
        sid="TakeSessions",
        actions=[
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        resources=["*"],
    )


def decrypt_sessions(key_arn: str) -> iam.PolicyStatement:
    """The team's key, for what a session of Session Manager was opened with and nothing else.

    Its agent calls KMS itself, with the session's id as encryption context.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-kms-permissions
    """
    return iam.PolicyStatement(
        sid="DecryptSessions",
        actions=["kms:Decrypt"],
        resources=[key_arn],
        conditions={"Null": {"kms:EncryptionContext:aws:ssm:SessionId": "false"}},
    )


def log_sessions(log_group_arn: str) -> iam.PolicyStatement:
    """What was typed and answered, in the log group whose ARN ends in `:*`.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-logging-permissions
    """
    return iam.PolicyStatement(
        sid="LogSessions",
        actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=[log_group_arn],
    )


def find_log_groups(log_groups_arn: str) -> iam.PolicyStatement:
    """The names of the account's log groups and how each is encrypted, which AWS's agent asks before it logs."""
    return iam.PolicyStatement(sid="FindLogGroups", actions=["logs:DescribeLogGroups"], resources=[log_groups_arn])


def call_api(stage_arn: str, calls: Sequence[str]) -> iam.PolicyStatement:
    """These methods and paths of an API of API Gateway, whose stage's ARN is `…:<api id>/<stage>`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    """
    return iam.PolicyStatement(
        sid="CallApi", actions=["execute-api:Invoke"], resources=[f"{stage_arn}/{call}" for call in calls]
    )


def _use_key(sid: str, actions: list[str], key_arn: str, service: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=actions,
        resources=[key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"{service}.amazonaws.com"}},
    )
