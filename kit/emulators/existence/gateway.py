"""API Gateway's HTTP APIs."""

from kit.emulators.existence.question import Question, Resource, has


def _api(resource: Resource) -> bool:
    return has([resource.client("apigatewayv2").get_api(ApiId=resource.physical_id)], ApiId=resource.physical_id)


def _integration(resource: Resource) -> bool:
    found = resource.client("apigatewayv2").get_integrations(ApiId=resource.property("ApiId"))["Items"]
    return has(found, IntegrationId=resource.physical_id)


def _route(resource: Resource) -> bool:
    found = resource.client("apigatewayv2").get_routes(ApiId=resource.property("ApiId"))["Items"]
    return has(found, RouteKey=resource.property("RouteKey"), AuthorizationType=resource.property("AuthorizationType"))


def _stage(resource: Resource) -> bool:
    found = resource.client("apigatewayv2").get_stages(ApiId=resource.property("ApiId"))["Items"]
    return has(found, StageName=resource.property("StageName"))


def _vpc_link(resource: Resource) -> bool:
    found = resource.client("apigatewayv2").get_vpc_links()["Items"]
    return has(found, VpcLinkId=resource.physical_id)


QUESTIONS: dict[str, Question] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::ApiGatewayV2::Route": _route,
    "AWS::ApiGatewayV2::Stage": _stage,
    "AWS::ApiGatewayV2::VpcLink": _vpc_link,
}
