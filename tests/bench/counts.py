# SPDX-License-Identifier: MIT
"""What can be counted, and comes out the same on every run: instructions, system calls, the library's size."""

import ctypes
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from machine import BUILD, repeat

FEW, MANY = 100, 1100
# How the client and a stepped server speak; neither libcurl nor the library ask for these on the way.
OF_THE_STEPS = {"read", "write"}


def libcurl_version() -> str:
    version = ctypes.CDLL("libcurl.so.4").curl_version
    version.restype = ctypes.c_char_p
    found = re.match(r"libcurl/([\d.]+)", version().decode())
    assert found
    return found[1]


def instructions(side: str, kind: str) -> int:
    """Of one call, in user space, by callgrind: what a thousand more calls add."""

    def collected(count: int) -> int:
        callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        found = re.search(r"Collected : (\d+)", repeat(callgrind, side, kind, count))
        assert found
        return int(found[1])

    return round((collected(MANY) - collected(FEW)) / (MANY - FEW))


def system_calls(side: str, kind: str) -> dict[str, float]:
    """Of one call, by name."""

    def counted(count: int) -> Counter[str]:
        with tempfile.NamedTemporaryFile("r") as table:
            repeat(["strace", "-f", "-c", "-U", "calls,name", "-o", table.name], side, kind, count)
            rows = re.findall(r"^ *(\d+) (\w+)$", table.read(), re.MULTILINE)
        return Counter({name: int(count) for count, name in rows if name != "total"})

    more = counted(MANY)
    more.subtract(counted(FEW))
    per_call = {name: round(count / (MANY - FEW), 2) for name, count in more.items() if name not in OF_THE_STEPS}
    return {name: count for name, count in per_call.items() if count}


def library() -> tuple[int, list[str]]:
    """The stripped size of the shared library in bytes, and the libraries that it needs."""
    built = (BUILD / "lib/liblsexport.so").resolve()
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / "stripped.so"
        shutil.copy(built, stripped)
        subprocess.run(["strip", stripped], check=True)
        size = stripped.stat().st_size
    dynamic = subprocess.run(["readelf", "-d", built], check=True, capture_output=True, text=True).stdout
    return size, re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
