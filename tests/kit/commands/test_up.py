from types import SimpleNamespace
from typing import Any, cast

import pytest

from kit.commands import up
from kit.local.errors import LocalError
from tests.stacks.shapes import team


def test_sign_on_by_a_provider_is_refused_on_a_laptop_before_anything_is_done() -> None:
    # Nothing else is there to be asked or started.
    laptop = cast(Any, SimpleNamespace(team=team("guest")))
    with pytest.raises(LocalError, match="no OpenID provider on a laptop"):
        up._plan(laptop, 0, cast(Any, None))
