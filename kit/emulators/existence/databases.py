"""RDS."""

from kit.emulators.existence.question import Question, Resource, has


def _instance(resource: Resource) -> bool:
    found = resource.client("rds").describe_db_instances(DBInstanceIdentifier=resource.physical_id)["DBInstances"]
    return has(found, DBInstanceIdentifier=resource.physical_id, Engine=resource.property("Engine"))


def _cluster(resource: Resource) -> bool:
    found = resource.client("rds").describe_db_clusters(DBClusterIdentifier=resource.physical_id)["DBClusters"]
    return has(found, DBClusterIdentifier=resource.physical_id, Engine=resource.property("Engine"))


def _cluster_parameter_group(resource: Resource) -> bool:
    name, rds = resource.physical_id, resource.client("rds")
    found = rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)["DBClusterParameterGroups"]
    return has(found, DBClusterParameterGroupName=name, DBParameterGroupFamily=resource.property("Family"))


def _subnet_group(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("rds").describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    return has(found, DBSubnetGroupName=name)


def _parameter_group(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("rds").describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"]
    return has(found, DBParameterGroupName=name, DBParameterGroupFamily=resource.property("Family"))


QUESTIONS: dict[str, Question] = {
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBClusterParameterGroup": _cluster_parameter_group,
    "AWS::RDS::DBInstance": _instance,
    "AWS::RDS::DBParameterGroup": _parameter_group,
    "AWS::RDS::DBSubnetGroup": _subnet_group,
}
