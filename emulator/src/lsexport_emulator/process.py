"""How the process ends."""

import contextlib
import os
import select
import signal
import sys
import threading
from types import FrameType


def stop_cleanly_on_signals() -> None:
    """SIGINT and SIGTERM end the process in order and with status 0, from now on.

    uvicorn shuts down first, and raises the signal again when it has: it then ends up here.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def stop_with_parent() -> None:
    """Send ourselves SIGTERM when the process that started us is gone."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent watch", daemon=True).start()


def _watch(parent: int) -> None:
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):  # gone already, or a kernel that does not know it
            select.select([os.pidfd_open(parent)], [], [])
    # Where there is nothing to wait on, look; after a wait this is over at once.
    while os.getppid() == parent:
        threading.Event().wait(0.2)
    os.kill(os.getpid(), signal.SIGTERM)
