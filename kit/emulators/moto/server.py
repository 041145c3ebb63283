"""moto's server as the emulator's own process, with this kit's types.

Run as `python -m kit.emulators.moto.server` with BIND_HOST and GATEWAY_PORT in the environment; http alone.
"""

import os
import signal
from typing import Any


def main() -> None:
    """Serve until SIGTERM; what it holds is in memory only, so there is nothing to save."""
    # The CDK's bootstrap refers to a policy of AWS's own. moto reads this when it is imported.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    host, port = os.environ["BIND_HOST"], int(os.environ["GATEWAY_PORT"])
    os.environ["MOTO_PORT"] = str(port)  # where moto asks itself
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))

    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    from kit.emulators.moto import mends, types

    types.register()
    mends.mend()
    _add_termination_protection()
    application = DomainDispatcherApplication(create_backend_app)
    make_server(host, port, application, threaded=True, request_handler=MotoRequestHandler).serve_forever()


def _add_termination_protection() -> None:
    """The one call of the CDK's command line that moto's CloudFormation lacks."""
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.core.responses import ActionResult

    def update_termination_protection(response: Any) -> ActionResult:
        stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
        stack.enable_termination_protection = response._get_bool_param("EnableTerminationProtection")
        return ActionResult({"StackId": stack.stack_id})

    responses: Any = CloudFormationResponse
    responses.update_termination_protection = update_termination_protection


if __name__ == "__main__":
    main()
