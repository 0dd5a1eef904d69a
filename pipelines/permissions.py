"""Who may look into a data root: folders are made with their modes, what is written below is closed to others."""

from __future__ import annotations

import os

from pipelines.settings import Settings

_CLOSED_TO_OTHERS = 0o027


def protect(settings: Settings) -> None:
    """Make the folders of a data root, and let this process and those it starts write nothing that others may read.

    A folder that is there keeps its mode: whoever opened it meant to, and ``congdoan doctor`` tells of it.
    Windows has no such modes; there the folders inherit the permissions of the data root.
    """
    os.umask(_CLOSED_TO_OTHERS)
    settings.root.mkdir(parents=True, exist_ok=True)
    for folder, mode in settings.folder_modes.items():
        folder.mkdir(mode=mode, exist_ok=True)
