"""The command ``congdoan-dbt``: dbt, with Python's search for reference cycles switched off.

dbt keeps the whole project in memory and leaves little garbage for each node, so going through all of it again and
again finds nothing and takes a sixth of a build's time. It costs some 200 MB until the process ends.
"""

from __future__ import annotations

import gc


def main() -> None:
    """Run dbt with the arguments of the command line."""
    gc.disable()
    from dbt.cli.main import cli

    cli()
