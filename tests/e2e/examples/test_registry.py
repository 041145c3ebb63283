"""docs/use/registry.md: versions, aliases, tags, copies, and who may change them."""

from tests.e2e.examples.conftest import RunExample
from tests.e2e.examples.stores import Stores

PASSWORD = "only for these tests"


def test_a_registered_model_has_versions_aliases_tags_and_a_copy_for_production(
    run_example: RunExample, stores: Stores
) -> None:
    assert run_example("registry/register.py").splitlines() == [
        "champion 2",
        "validated 2",
        "live [0, 1, 2]",
        "left 2",
    ]
    models = "SELECT name, description FROM registered_models WHERE name LIKE '%%.iris' ORDER BY name"
    assert stores.rows(models) == [["dev.iris", "Tells three species apart"], ["prod.iris", ""]]
    assert stores.rows("SELECT key, value FROM registered_model_tags WHERE name = 'dev.iris'") == [["team", "botany"]]
    versions = """SELECT name, version, description, current_stage FROM model_versions
        WHERE name LIKE '%%.iris' ORDER BY name, version"""
    assert [row[:3] for row in stores.rows(versions) if row[3] != "Deleted_Internal"] == [
        ["dev.iris", 2, "Fitted with C=1.0"],
        ["prod.iris", 1, "Fitted with C=1.0"],
    ]
    tags = "SELECT key, value FROM model_version_tags WHERE name = 'dev.iris' AND version = 2 ORDER BY key"
    assert stores.rows(tags) == [["C", "1.0"], ["validated", "yes"]]
    aliases = "SELECT name, alias, version FROM registered_model_aliases WHERE name LIKE '%%.iris' ORDER BY name"
    assert stores.rows(aliases) == [["dev.iris", "champion", 2], ["prod.iris", "live", 1]]
    live = stores.get("registered-models/alias?name=prod.iris&alias=live")["model_version"]
    assert (live["version"], live["source"]) == ("1", "models:/dev.iris/2")

    assert stores.post("users/create", username="prod", password=PASSWORD)
    to = {"TO_TRACKING_URI": stores.team.url, "TO_TRACKING_USERNAME": "prod", "TO_TRACKING_PASSWORD": PASSWORD}
    assert run_example("registry/copy_to_team.py", "models:/dev.iris@champion", "iris of prod", **to) == (
        "version 1 inputs 1"
    )
    (model,) = stores.rows("SELECT artifact_location, source_run_id FROM logged_models WHERE name = 'iris of prod'")
    assert {"MLmodel", "model.skops"} <= stores.objects(model[0]).keys()
    assert stores.rows("SELECT value FROM model_version_tags WHERE name = 'iris of prod' AND key = 'copied.from'") == [
        [f"{stores.team.url} models:/dev.iris@champion"]
    ]


def test_a_user_who_may_read_cannot_write(run_example: RunExample, stores: Stores) -> None:
    run_example("registry/grant.py", NEW_PASSWORD=PASSWORD)
    told = run_example("registry/as_user.py", MLFLOW_TRACKING_USERNAME="analyst", MLFLOW_TRACKING_PASSWORD=PASSWORD)
    assert told.splitlines() == [
        "read the model done",
        "describe the model PERMISSION_DENIED",
        "delete the model PERMISSION_DENIED",
        "log to the own experiment done",
        "find the closed experiment PERMISSION_DENIED",
    ]
    assert stores.rows("SELECT description FROM registered_models WHERE name = 'shared'") == [[""]]
    logged = """SELECT runs.user_id FROM metrics JOIN runs USING (run_uuid) JOIN experiments USING (experiment_id)
        WHERE experiments.name = 'of the analyst'"""
    assert len(stores.rows(logged)) == 1
