"""`migrate --upgrade` on databases that real old MLflow releases have made and filled."""

from collections.abc import Callable

import pytest
from tracking_server.revisions import known_revisions

from tests.server_image.deployment import Deployment
from tests.upgrade.releases import RELEASES, OldDatabase, dump, read

KNOWN = known_revisions()


@pytest.mark.parametrize("release", RELEASES)
def test_all_that_was_there_before_is_there_after(
    release: str, made_by: Callable[[str], OldDatabase], make_deployment: Callable[..., Deployment]
) -> None:
    old = made_by(release)
    for kind, least in (("experiments", 3), ("runs", 4), ("models", 2), ("traces", 3), ("auth", 3)):
        assert len(old.content[kind]) >= least
    assert all(trace["spans"] for trace in old.content["traces"].values())
    deployment = make_deployment(old.name)
    refused = deployment.run("migrate")
    assert refused.returncode == 3
    assert "take a snapshot of the database, then run `migrate --upgrade`" in refused.stderr
    upgraded = deployment.run("migrate", "--upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert read(deployment) == old.content
    assert deployment.run("migrate").returncode == 0


@pytest.mark.parametrize("release", RELEASES)
def test_a_dry_run_tells_the_upgrade_and_changes_nothing(
    release: str, made_by: Callable[[str], OldDatabase], make_deployment: Callable[..., Deployment]
) -> None:
    deployment = make_deployment(made_by(release).name)
    [(traces,)] = deployment.query("SELECT count(*) FROM trace_info")
    before = dump(deployment)
    told = deployment.run("migrate", "--upgrade", "--dry-run", "--lock-seconds", "600")
    assert told.returncode == 0, told.stderr
    assert dump(deployment) == before
    lines = told.stdout.splitlines()
    assert "  75868b020152 add sql trace analytics schema" in lines
    assert f"  ~ trace_info, {traces} rows: {traces} updated, " in told.stdout
    assert "      + column trace_name character varying(4096)" in lines
    assert "  + scheduler_leases, 0 rows inserted" in lines
    assert any(line.startswith("locked against reading and writing") and "trace_info" in line for line in lines)
    listed = [line.split()[0] for line in lines[: lines.index("tables:")] if line.startswith("  ")]
    assert listed == _pending(deployment, "alembic_version", KNOWN.tracking) + _pending(
        deployment, "alembic_version_auth", KNOWN.auth
    )


def _pending(deployment: Deployment, version_table: str, revisions: tuple[str, ...]) -> list[str]:
    [(is_there,)] = deployment.query(f"SELECT to_regclass('public.{version_table}') IS NOT NULL")
    # Auth tables without a version are those of the first revision.
    found = deployment.query(f"SELECT version_num FROM {version_table}")[0][0] if is_there else revisions[0]
    return list(revisions[revisions.index(found) + 1 :])
