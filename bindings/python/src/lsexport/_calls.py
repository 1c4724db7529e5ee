# SPDX-License-Identifier: MIT
"""How one call is made: its deadline, its end from elsewhere, Ctrl-C, and what C calls back meanwhile."""

from __future__ import annotations

import atexit
import math
import os
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from ._errors import check
from ._ffi import ffi, lib
from ._text import encoded

# ---- callbacks: what they raise is kept, and raised after the call

_raised = threading.local()
_Function = TypeVar("_Function", bound=Callable[..., Any])


def callback(name: str, when_raised: int | None) -> Callable[[_Function], _Function]:
    """Makes the function the one that C knows by this name; it answers `when_raised` when it raises."""

    def keep(kind: Any, exception: BaseException, traceback: Any) -> int | None:
        _raised.exception = exception
        return when_raised

    def define(function: _Function) -> _Function:
        ffi.def_extern(name=name, error=when_raised, onerror=keep)(function)
        return function

    return define


def raised_in_callback() -> BaseException | None:
    """What a callback of this thread has raised since the last look."""
    exception: BaseException | None = getattr(_raised, "exception", None)
    _raised.exception = None
    return exception


@callback("lsexport_python_tick", 1)
def _tick(userdata: int) -> int:
    """Python runs the handlers of signals before it comes here: KeyboardInterrupt is one of theirs. It may also have
    been raised while C wrote to its log."""
    exception = getattr(_raised, "exception", None)
    return int(exception is not None and not isinstance(exception, Exception))


# ---- the end of a call


class Cancel:
    """Ends calls from elsewhere: every call that was given it, now or later, raises CancelledError within 100 ms. It
    holds one file descriptor, and may serve any number of calls."""

    __slots__ = ("handle",)

    def __init__(self) -> None:
        out = ffi.new("lsexport_cancel **")
        check(lib.lsexport_cancel_new(out), "cancel new")
        self.handle = ffi.gc(out[0], lib.lsexport_cancel_free)

    def trigger(self) -> None:
        """Ends the calls. Any thread, any number of times, handlers of signals too. There is no way back."""
        lib.lsexport_cancel_trigger(self.handle)

    @property
    def triggered(self) -> bool:
        return bool(lib.lsexport_cancel_is_triggered(self.handle))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Cancel cannot be pickled or copied")


def on_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


class _InFlight:
    """The calls that block threads now. When the interpreter ends, they are ended: else a daemon thread would still be
    in C while the process takes down what C needs."""

    ending = False
    cancels: dict[int, Cancel]
    """By thread."""
    own: Cancel | None
    """For calls that bring none."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Also in a forked child: none of the threads is there, and a trigger would reach the parent's calls."""
        self.cancels = {}
        self.own = None

    def enter(self, cancel: Cancel | None) -> Cancel:
        if cancel is None:
            if self.own is None:
                self.own = Cancel()
            cancel = self.own
        self.cancels[threading.get_ident()] = cancel
        return cancel

    def leave(self) -> None:
        self.cancels.pop(threading.get_ident(), None)
        if self.ending and not on_main_thread():
            threading.Event().wait()  # for ever: what a daemon thread writes now can crash the interpreter

    def end(self) -> None:
        self.ending = True
        for cancel in list(self.cancels.values()):
            cancel.trigger()
        give_up = time.monotonic() + 1
        while self.cancels and time.monotonic() < give_up:
            time.sleep(0.002)
        self.reset()  # other functions of atexit may make calls yet


in_flight = _InFlight()
atexit.register(in_flight.end)
os.register_at_fork(after_in_child=in_flight.reset)


# ---- the builder


def new_call(timeout: float | None, workspace_id: str | None) -> Any:
    """A builder. timeout is in seconds."""
    out = ffi.new("lsexport_call **")
    check(lib.lsexport_call_new(out), "call new")
    call = ffi.gc(out[0], lib.lsexport_call_free)
    if timeout is not None:
        lib.lsexport_call_set_timeout_ms(call, _milliseconds(timeout))
    if workspace_id is not None:
        lib.lsexport_call_set_workspace_id(call, encoded("workspace_id", workspace_id))
    return call


def _milliseconds(seconds: float) -> int:
    if not 0 < seconds < 1e9:
        raise ValueError("timeout must be more than 0 seconds")
    return math.ceil(seconds * 1000)


def blocking_call(timeout: float | None, workspace_id: str | None, cancel: Cancel) -> Any:
    """A builder for a call on this thread."""
    call = new_call(timeout, workspace_id)
    lib.lsexport_call_set_cancel(call, cancel.handle)
    if on_main_thread():
        lib.lsexport_call_set_tick(call, lib.lsexport_python_tick, 0)
    return call
