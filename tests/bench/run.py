#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures everything beside its floor, and says which goals are met. See scripts/bench."""

import argparse
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import baseline
import counts
import goals
from machine import BUILD, Figures, Server, run

import bindings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/performance.md"
RESULTS = ROOT / "build/bench/results.json"
SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
KINDS = ("get", "patch")
SIDES = ("floor", "ours")


@dataclass(frozen=True)
class Extent:
    """How much is timed."""

    rounds: int
    calls: int
    calls_together: int
    calls_connecting: int
    rounds_of_lists: int
    rounds_of_bindings: int
    calls_in_flight: int
    calls_soaked: int


FULL = Extent(15, 1000, 3000, 50, 5, 3, 1000, 200_000)


@contextmanager
def all_authorities(server: Server) -> Iterator[Path]:
    """The server's authority behind all of the system's: as many as a program really reads."""
    with tempfile.NamedTemporaryFile("wb", suffix=".pem") as file:
        file.write(SYSTEM_AUTHORITIES.read_bytes() + server.authority.read_bytes())
        file.flush()
        yield Path(file.name)


def soak(calls: int) -> Figures:
    done = subprocess.run([BUILD / "tests/soak/soak", str(calls)], capture_output=True, text=True)
    first, last = re.findall(r"(\d+) kB", done.stdout)
    return {"calls": calls, "first_kb": int(first), "last_kb": int(last), "flat": done.returncode == 0}


def take_instructions() -> dict[str, dict[str, int]]:
    return {kind: {side: counts.instructions(side, kind) for side in SIDES} for kind in KINDS}


def take_counts() -> Figures:
    measured: Figures = {"libcurl": counts.libcurl_version()}
    measured["instructions"] = take_instructions()
    measured["system_calls"] = {kind: {side: counts.system_calls(side, kind) for side in SIDES} for kind in KINDS}
    size, needed = counts.library()
    measured["library"] = {"bytes": size, "needed": needed}
    return measured


def take_times(extent: Extent) -> Figures:
    measured: Figures = {"load": os.getloadavg()}
    rounds = extent.rounds
    with Server() as server, all_authorities(server) as authorities:
        plain, tls = (server.plain, "-"), (server.tls, authorities)

        def over_both(program: str, calls: int) -> list[Figures]:
            return [row for at in (plain, tls) for row in run(program, *at, rounds, calls)]

        *measured["allocations"], measured["trees"] = run("allocations", *plain, extent.calls)
        measured["sequential"] = over_both("sequential", extent.calls)
        measured["together"] = over_both("together", extent.calls_together)
        measured["memory"] = {
            side: run("memory", side, server.plain, extent.calls_in_flight)[0]["kb"] for side in SIDES
        }
        measured["connections"] = run("connections", *tls, rounds, extent.calls_connecting)
        measured["bindings"] = bindings.measure(server.plain, extent.calls, extent.rounds_of_bindings)
        measured["lists"] = run("lists", *plain, extent.rounds_of_lists)
    measured["soak"] = soak(extent.calls_soaked)
    return measured


def write_page(table: str) -> None:
    begin, end = "<!-- scripts/bench --write -->\n", "<!-- end -->\n"
    head, _, rest = PAGE.read_text().partition(begin)
    PAGE.write_text(head + begin + table + "\n" + end + rest.partition(end)[2])


def move_baseline() -> None:
    over_floor = {kind: sides["ours"] - sides["floor"] for kind, sides in take_instructions().items()}
    print(f"{baseline.read()} becomes {over_floor} in {baseline.path().relative_to(ROOT)}")
    baseline.move(over_floor)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    arguments.add_argument("--move-baseline", action="store_true", help="of the instructions, for scripts/test")
    options = arguments.parse_args()
    if options.move_baseline:
        move_baseline()
        return
    measured = take_counts() | take_times(FULL)
    rows = list(goals.rows(measured))
    measured["goals"] = [vars(row) for row in rows]
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n")
    table = goals.table(rows)
    if options.write:
        write_page(table)
    met = [row.met for row in rows if row.met is not None]
    print(f"{table}\n\n{sum(met)} of {len(met)} goals are met; all figures: {RESULTS.relative_to(ROOT)}")
    raise SystemExit(not all(met))


if __name__ == "__main__":
    main()
