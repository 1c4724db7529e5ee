# SPDX-License-Identifier: MIT
"""Programs in a process of their own."""

import subprocess
import sys
import textwrap
from typing import Any

BEGINNING = """
import asyncio, logging, os, signal, sys, threading, time, warnings
import lsexport
url, ID = sys.argv[1], "0a91a355-8a88-422c-9546-72c183b95b51"
options = {"api_key": "lsv2_pt_canary", "api_root": url}
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have told what runs behind it to ignore it
"""


def start(program: str, url: str, stdin: bool = False, before: str = "") -> "subprocess.Popen[str]":
    source = before + BEGINNING + textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-W", "default", "-c", source, url],
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Status, stdout and stderr."""
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def run(program: str, url: str, before: str = "") -> Any:
    return ended(start(program, url, before=before))
