"""What a security review asks is written from the templates."""

from pathlib import Path

import pytest

from kit import security_page
from tests.stacks.shapes import KEY, assembly

WRITTEN = f"# Security\n\n{security_page._FROM}\nold\n{security_page._TO}\n\n## By hand\n"


@pytest.fixture(scope="module")
def assemblies() -> dict[str, Path]:
    return {shape: Path(assembly(shape).directory) for shape in ("usual", "public-closed", "guest")}


@pytest.fixture(scope="module")
def options() -> dict[str, Path]:
    return {"growing": Path(assembly("growing").directory)}


@pytest.fixture(scope="module")
def page(assemblies: dict[str, Path], options: dict[str, Path]) -> str:
    return security_page.page(WRITTEN, assemblies, options)


def test_what_is_written_by_hand_stays(page: str) -> None:
    assert page.startswith("# Security\n")
    assert page.endswith("\n## By hand\n")
    assert "\nold\n" not in page


def test_a_page_that_is_made_again_is_the_same(
    page: str, assemblies: dict[str, Path], options: dict[str, Path]
) -> None:
    assert security_page.page(page, assemblies, options) == page


def test_it_says_what_options_add_and_nothing_twice(page: str) -> None:
    beyond = page.partition("### What else")[2].splitlines()
    assert "| growing | data Database/Cluster | AWS::RDS::DBCluster | data Key |" in beyond
    assert any(line.startswith("| growing | service TrackingServer/TaskRole |") and "rds-db" in line for line in beyond)
    assert any(line.startswith("| public-closed | service Sessions/Log |") for line in beyond)
    of_bucket = [line for line in beyond if "data ArtifactStore/Bucket | AWS::S3::Bucket" in line]
    assert of_bucket == [f"| guest | data ArtifactStore/Bucket | AWS::S3::Bucket | {KEY} |"]
    rows = [line.split("|", 2)[2] for line in beyond if line.startswith("|") and " Team file " not in line]
    assert len(set(rows) - {" --- | --- | --- | --- | --- |", " --- | --- | --- |"}) == len(
        [row for row in rows if "---" not in row]
    )


@pytest.mark.parametrize(
    "row",
    [
        "| usual | 10.0.0.0/20 | edge LoadBalancer | 80 | none: http between private addresses |",
        "| usual | edge LoadBalancer | the tasks | 5000 | none: http between private addresses |",
        "| public-closed | anybody | edge Distribution | 443 | CloudFront's own, for its host name |",
        "| public-closed | anybody | edge Distribution | 80 | none: redirects to https |",
        "| public-closed | CloudFront (pl-4fa04526) | edge LoadBalancer, by edge Firewall/WebAcl | 80 "
        "| none: http between private addresses |",
        "| guest | endpoints of arn:aws:iam::444455556666:root, each accepted by hand | edge PrivateLink | 443 "
        "| passed on |",
        "| guest | edge PrivateLink | edge PrivateLink/LoadBalancer | 443 | passed on |",
        "| guest | edge PrivateLink/LoadBalancer | edge LoadBalancer | 443 | passed on |",
        "| guest | 10.1.0.0/16 | edge LoadBalancer | 443 | ELBSecurityPolicy-TLS13-1-2-2021-06 |",
        "| guest | 10.20.0.0/16 | edge LoadBalancer | 443 | ELBSecurityPolicy-TLS13-1-2-2021-06 |",
    ],
)
def test_it_says_each_way_in_from_client_to_task(page: str, row: str) -> None:
    assert row in page


@pytest.mark.parametrize(
    "row",
    [
        "| public-closed | FromElsewhere | not `firewall.allowed_addresses` | refuses |",
        "| public-closed | RateLimit | more than 270000 requests in 300 s of one address, by x-viewer-address "
        "| refuses |",
        "| public-closed | AWSManagedRulesKnownBadInputsRuleSet | AWS's group of rules "
        "| refuses as AWS's group does, but counts JavaDeserializationRCE_BODY, Log4JRCE_BODY |",
    ],
)
def test_it_says_what_the_firewall_refuses_and_what_it_only_counts(page: str, row: str) -> None:
    assert row in page


@pytest.mark.parametrize(
    "row",
    [
        "| data Database/SecurityGroup | in | service SecurityGroup | 5432 | The team's tasks |",
        "| data ArtifactStore/Bucket | AWS::S3::Bucket | data Key |",
        "| service TrackingServer/Log | AWS::Logs::LogGroup | data Key |",
        "| service TrackingServer/TaskRole | ecs-tasks.amazonaws.com | secretsmanager:GetSecretValue "
        "| data Database/UserSecret |  |",
        "| data Key | anybody | never kms:CreateGrant "
        "| kms:GrantIsForAWSResource is false or not given<br>aws:PrincipalIsAWSService is false or not given |",
        "| data ArtifactStore/Bucket/Policy | anybody | never s3:PutObject "
        "| s3:x-amz-server-side-encryption is given<br>s3:x-amz-server-side-encryption is not aws:kms |",
        "| data ArtifactStore/AccessLog/Policy | logging.s3.amazonaws.com | s3:PutObject "
        "| aws:SourceArn is like data ArtifactStore/Bucket<br>aws:SourceAccount is ACCOUNT |",
    ],
)
def test_it_says_by_name_who_reaches_encrypts_and_reads_what(page: str, row: str) -> None:
    assert row in page


def test_check_says_what_to_run_and_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "security.md"
    old.write_text(WRITTEN, encoding="utf-8")
    monkeypatch.setattr(security_page, "PAGE", old)
    assert security_page.main(["--check"]) == 1
    assert "run python -m kit.security_page" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == WRITTEN
