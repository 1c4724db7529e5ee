# SPDX-License-Identifier: MIT
"""The bindings, beside what their languages would take otherwise. scripts/bench says where they were built."""

import json
import os
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from machine import ON_CLIENT, Figures

GO = "LSEXPORT_BENCH_GO"  # the program of bindings/go/internal/bench
PYTHON = "LSEXPORT_BENCH_PYTHON"  # an interpreter that has the binding, requests and aiohttp
PYTHON_BENCH = Path(__file__).parents[2] / "bindings/python/bench.py"
GO_CASES = [(1, 1), (64, 64), (1000, 128), (1000, 1000)]  # goroutines, connections; 128 where no bound is named
GO_CALLS_MIN = 4  # of each goroutine, so that it is not their start that is measured
PYTHON_PAIRS = [("requests-1", "lsexport-1"), ("aiohttp-64", "asyncio-64"), ("aiohttp-1000", "asyncio-1000")]


def lines(*command: object, **environment: object) -> list[Figures]:
    printed = subprocess.run(
        [*ON_CLIENT, *map(str, command)],
        env=os.environ | {name: str(value) for name, value in environment.items()},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return [json.loads(line) for line in printed.splitlines()]


def go(root: str, calls: int) -> Iterator[Figures]:
    """With the one processor that Go finds here, and with two, as it finds on most machines."""
    for (goroutines, connections), processors in product(GO_CASES, (1, 2)):
        case, count = f"get-{goroutines}-{connections}", max(calls, goroutines * GO_CALLS_MIN)
        rows = lines(os.environ[GO], root, case, count, GOMAXPROCS=processors)
        sides = {row["side"]: row for row in rows}
        yield {
            "what": f"Go, goroutines {goroutines}, connections {connections}, GOMAXPROCS={processors}",
            "floor": "net/http",
            "floor_us": sides["net/http"]["times_us"],
            "floor_cpu_us": sides["net/http"]["cpus_us"],
            "ours_us": sides["lsexport"]["times_us"],
            "ours_cpu_us": sides["lsexport"]["cpus_us"],
        }


def python(root: str, calls: int, rounds: int) -> Iterator[Figures]:
    for pair in PYTHON_PAIRS:
        figures: Figures = {"what": f"Python, {pair[1]}", "floor": pair[0]}
        for side, case in zip(("floor", "ours"), pair, strict=True):
            rows = [lines(os.environ[PYTHON], PYTHON_BENCH, root, case, calls)[0] for _ in range(rounds)]
            figures[f"{side}_us"] = [1e6 / row["calls_per_second"] for row in rows]
            figures[f"{side}_cpu_us"] = [row["cpu_us_per_call"] for row in rows]
        yield figures


def measure(root: str, calls: int, rounds: int) -> list[Figures]:
    return [
        *(go(root, calls) if GO in os.environ else ()),
        *(python(root, calls, rounds) if PYTHON in os.environ else ()),
    ]
