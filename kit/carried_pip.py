"""The pip that this Python carries, or its distribution for it (WHEEL_PKG_DIR), run out of its wheel as ensurepip does.

https://docs.python.org/3/library/ensurepip.html
"""

import ensurepip
import runpy
import sys
import sysconfig
from pathlib import Path

if __name__ == "__main__":
    folders = [Path(ensurepip.__file__).parent / "_bundled", sysconfig.get_config_var("WHEEL_PKG_DIR")]
    sys.path[:0] = [str(wheel) for folder in folders if folder for wheel in Path(folder).glob("pip-*.whl")]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
