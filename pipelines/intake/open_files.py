"""Whether a file is still being written by somebody, as far as the operating system tells."""

from __future__ import annotations

import os
import signal
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, which does not let an open file be moved in the first place
    fcntl = None


def is_open_for_writing(path: Path) -> bool:
    """Whether some process has a file open for writing.

    Linux grants a lease for reading only on a file that nobody writes to (``fcntl(2)``, "Leases"); it is given back at
    once. False where this cannot be known: other systems, network file systems, files of another user.
    """
    if fcntl is None or not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Whoever opens the file for writing meanwhile has us told by a signal: SIGURG, which is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
