"""The whole job on a data root: ``congdoan run`` with the seconds of its stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def main(data_dir: str) -> dict[str, Any]:
    """Run; say the stages, the verdicts and the version."""
    from pipelines.progress import StageProgress
    from pipelines.run import run_everything
    from pipelines.settings import Settings

    summary = run_everything(Settings(data_dir=Path(data_dir)), StageProgress())
    verdicts = summary.submissions["verdict"].value_counts().iter_rows()
    return {"seconds": summary.seconds, "verdicts": dict(verdicts), "version": summary.published_version}
