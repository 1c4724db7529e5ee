# SPDX-License-Identifier: MIT
"""The benches' server, and programs that ask it: the server on one processor, its client on another."""

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

BUILD = Path(os.environ["LSEXPORT_BUILD_DIR"]).resolve()
PROGRAMS = BUILD / "tests/bench"

CPUS = sorted(os.sched_getaffinity(0))
ON_CLIENT = ["taskset", "-c", str(CPUS[0])]
ON_SERVER = ["taskset", "-c", str(CPUS[-1])]

Figures = dict[str, Any]


class Server:
    """Ends with the block. A stepped one works only when a client's program tells it to."""

    def __init__(self, *, stepped: bool = False) -> None:
        command = [*ON_SERVER, PROGRAMS / "bench-server", *(["stepped"] if stepped else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        plain, tls, authority = self._stdout.readline().decode().split()
        self.plain = f"http://127.0.0.1:{plain}"
        self.tls = f"https://127.0.0.1:{tls}"
        self.authority = Path(authority)
        self.step_descriptors = (self._stdin.fileno(), self._stdout.fileno()) if stepped else ()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stdin.close()
        self._process.wait()
        self._stdout.close()


def run(program: str, *arguments: object) -> list[Figures]:
    """The lines of JSON that a program of this folder prints."""
    command = [*ON_CLIENT, PROGRAMS / f"bench-{program}", *map(str, arguments)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def repeat(wrapper: list[str], side: str, kind: str, count: int) -> str:
    """What a wrapper says on stderr of so many calls, against a stepped server."""
    with Server(stepped=True) as server:
        calls = [PROGRAMS / "bench-repeat", side, kind, str(count), server.plain, "-"]
        done = subprocess.run(
            [*wrapper, *calls, *map(str, server.step_descriptors)],
            pass_fds=server.step_descriptors,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise SystemExit(f"bench-repeat {side} {kind}: status {done.returncode}\n{done.stderr}")
    return done.stderr
