"""LocalStack as the emulator's own process, run by LocalStack's Python, which has nothing of this kit."""

import tempfile
from pathlib import Path


def main() -> None:
    """Serve until SIGTERM, as `python -m localstack.runtime.main` does."""
    from localstack.runtime import main as runtime
    from localstack.services.s3 import provider

    # Its own choice is one folder of /tmp for all LocalStacks of all users of a machine, which nobody empties.
    provider.DEFAULT_S3_TMP_DIR = str(Path(tempfile.gettempdir()) / "s3")
    runtime.main()


if __name__ == "__main__":
    main()
