"""Prints every route of MLflow's server with passwords, from MLflow's own tables; run by a Python that has MLflow.

One JSON object a route: method, path with its parameters as {name}, and the fields of a request by their JSON types.
"""

import json
import os
import re
import sys
from pathlib import Path

from mlflow.protos import databricks_pb2, mlflow_artifacts_pb2, model_registry_pb2, service_pb2, webhooks_pb2

SERVICES = (
    service_pb2.MlflowService,
    model_registry_pb2.ModelRegistryService,
    mlflow_artifacts_pb2.MlflowArtifactsService,
    webhooks_pb2.WebhookService,
)


# As they are written in JSON: https://protobuf.dev/programming-guides/json/
WELL_KNOWN = {
    "google.protobuf.Timestamp": {"enum": "2026-01-01T00:00:00Z"},
    "google.protobuf.Duration": {"enum": "1s"},
    "google.protobuf.Struct": {"enum": {}},
}


def message_fields(message, depth=3):
    """Name -> type; a type is a name of JSON's, a list of one type, or the fields of an object."""
    return {field.name: field_type(field, depth) for field in message.fields} if depth else {}


def field_type(field, depth):
    if field.message_type is not None and field.message_type.full_name in WELL_KNOWN:
        kind = WELL_KNOWN[field.message_type.full_name]
    elif field.message_type is not None:
        kind = message_fields(field.message_type, depth - 1)
    elif field.enum_type is not None:
        kind = {"enum": field.enum_type.values[-1].name}
    else:
        kind = {field.CPPTYPE_STRING: "string", field.CPPTYPE_BOOL: "boolean"}.get(field.cpp_type, "number")
    return [kind] if field.is_repeated else kind


def declared_fields(get_paths):
    """(method, path) -> fields, for what MLflow's protocol buffers declare."""
    found = {}
    for service in SERVICES:
        for method in service.DESCRIPTOR.methods:
            for endpoint in method.GetOptions().Extensions[databricks_pb2.rpc].endpoints:
                for path in get_paths(endpoint.path, version=endpoint.since.major):
                    found[endpoint.method, braces(path)] = message_fields(method.input_type)
    return found


def schema_fields(schema, schemas, depth=3):
    """The same from OpenAPI's JSON schema."""
    schema = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    schema = next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
    if "$ref" in schema:
        return schema_fields(schema, schemas, depth)
    if schema.get("type") == "array":
        return [schema_fields(schema.get("items", {}), schemas, depth)]
    if "enum" in schema:
        return {"enum": schema["enum"][-1]}
    if "properties" in schema:
        return {name: schema_fields(kind, schemas, depth - 1) for name, kind in schema["properties"].items() if depth}
    return {"integer": "number", "object": {}}.get(schema.get("type"), schema.get("type", "string"))


def braces(rule):
    """Flask's <int:name> and the protocol buffers' <name> as {name}."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def main(folder):
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{folder}/auth.db\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    os.environ |= {
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "only-the-routes-are-read",
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
        "MLFLOW_AUTH_ADMIN_PASSWORD": "only-the-routes-are-read",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
    }
    import mlflow.server
    from mlflow.server import auth, handlers

    application = auth.create_app()
    declared = declared_fields(handlers._get_paths)
    routes = {}
    for rule in mlflow.server.app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            path = braces(rule.rule)
            routes[method, path] = declared.get((method, path), {})
    openapi = application.openapi()
    schemas = openapi.get("components", {}).get("schemas", {})
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            routes[method.upper(), path] = schema_fields(body, schemas) if body else {}
    for (method, path), fields in sorted(routes.items()):
        print(json.dumps({"method": method, "path": path, "fields": fields if isinstance(fields, dict) else {}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
