"""ECS, whose lists leave out what there is not, and still show what was deleted a while ago."""

from kit.emulators.existence.question import Question, Resource, has


def _cluster(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("ecs").describe_clusters(clusters=[name])["clusters"]
    return has(found, clusterName=name, status="ACTIVE")


def _service(resource: Resource) -> bool:
    arn, cluster = resource.physical_id, resource.property("Cluster")
    found = resource.client("ecs").describe_services(cluster=cluster, services=[arn])["services"]
    return has(found, serviceArn=arn, status="ACTIVE", taskDefinition=resource.property("TaskDefinition"))


def _task_definition(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return has([found], taskDefinitionArn=arn, status="ACTIVE")


QUESTIONS: dict[str, Question] = {
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskDefinition": _task_definition,
}
