"""The public name: ACM and Route 53."""

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


QUESTIONS: dict[str, Question] = {
    "AWS::CertificateManager::Certificate": _certificate,
    "AWS::Route53::RecordSet": _record,
}
