"""ECS, whose lists leave out what there is not and still show what is deleted, and what scales its services."""

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


def _capacity_providers(resource: Resource) -> bool:
    name = resource.property("Cluster")
    (cluster,) = resource.client("ecs").describe_clusters(clusters=[name])["clusters"] or [{}]
    return set(cluster.get("capacityProviders", [])) == set(resource.property("CapacityProviders"))


def _scalable_target(resource: Resource) -> bool:
    namespace, resource_id = resource.property("ServiceNamespace"), resource.property("ResourceId")
    found = resource.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace=namespace, ResourceIds=[resource_id]
    )
    return has(found["ScalableTargets"], ResourceId=resource_id, MaxCapacity=int(resource.property("MaxCapacity")))


def _scaling_policy(resource: Resource) -> bool:
    arn = resource.physical_id
    scaling = resource.client("application-autoscaling")
    return has(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"], PolicyARN=arn)


QUESTIONS: dict[str, Question] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": _scalable_target,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::ECS::Cluster": _cluster,
    "AWS::ECS::ClusterCapacityProviderAssociations": _capacity_providers,
    "AWS::ECS::Service": _service,
    "AWS::ECS::TaskDefinition": _task_definition,
}
