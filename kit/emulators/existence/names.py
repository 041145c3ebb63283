"""The public name: ACM, Route 53, and the parameter that says which certificate it has."""

from kit.emulators.existence.question import Question, Resource, has


def _certificate(resource: Resource) -> bool:
    arn = resource.physical_id
    found = resource.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    return has([found], CertificateArn=arn, DomainName=resource.property("DomainName"))


def _record(resource: Resource) -> bool:
    name, kind = resource.property("Name"), resource.property("Type")
    found = resource.client("route53").list_resource_record_sets(
        HostedZoneId=resource.property("HostedZoneId"), StartRecordName=name, StartRecordType=kind, MaxItems="1"
    )["ResourceRecordSets"]
    # Route 53 ends every name with a dot, a template may leave it out.
    return has(found, Name=f"{name.removesuffix('.')}.", Type=kind)


def _parameter(resource: Resource) -> bool:
    name = resource.physical_id
    found = resource.client("ssm").get_parameter(Name=name)["Parameter"]
    return has([found], Name=name, Type=resource.property("Type"))


QUESTIONS: dict[str, Question] = {
    "AWS::CertificateManager::Certificate": _certificate,
    "AWS::Route53::RecordSet": _record,
    "AWS::SSM::Parameter": _parameter,
}
