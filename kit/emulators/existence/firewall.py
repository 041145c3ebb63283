"""AWS WAF."""

from kit.emulators.existence.question import Question, Resource, has


def _web_acl(resource: Resource) -> bool:
    named = _named(resource)
    return bool(named) and has([resource.client("wafv2").get_web_acl(**named)["WebACL"]], Id=named["Id"])


def _ip_set(resource: Resource) -> bool:
    named = _named(resource)
    return bool(named) and has([resource.client("wafv2").get_ip_set(**named)["IPSet"]], Id=named["Id"])


def _named(resource: Resource) -> dict[str, str]:
    """What CloudFormation's `Ref` tells: name|id|scope; nothing where it is none."""
    name, _, rest = resource.physical_id.partition("|")
    identifier, _, scope = rest.partition("|")
    return {"Name": name, "Id": identifier, "Scope": scope} if scope else {}


def _association(resource: Resource) -> bool:
    """Of the load balancer: an id of an association proves nothing."""
    arn = resource.property("ResourceArn")
    acl = resource.client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    return acl is not None and bool(acl["Name"])


def _logging(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("wafv2").get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    return has([found], ResourceArn=arn)


QUESTIONS: dict[str, Question] = {
    "AWS::WAFv2::IPSet": _ip_set,
    "AWS::WAFv2::LoggingConfiguration": _logging,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": _association,
}
