# SPDX-License-Identifier: MIT
"""The goals of docs/performance.md, held against what was measured."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]

INSTRUCTIONS_OVER_FLOOR_MAX = 10_000
ALLOCATIONS_OVER_FLOOR_MAX = 12
SYSTEM_CALLS_MAX = 5
SEQUENTIAL_RATIO_MIN = 0.95
TOGETHER_RATIO_MIN = {8: 0.9, 32: 0.9, 128: 1.0, 1000: 1.0}
KB_IN_FLIGHT_MAX = 64
FIRST_CLIENT_US_MAX = 1000
FIRST_CALL_OVER_FLOOR_US_MAX = 500
NEW_CONNECTION_US_MAX = 1000
LIST_TIME_RATIO_MAX = 0.7
TREE_KB_MAX = 64  # one element's, however long the list is
GO_RATIO_MIN = 0.9
LIBRARY_BYTES_MAX = 256 * 1024
LIBRARIES = {"libcurl", "libjansson", "libcrypto", "libc"}


@dataclass(frozen=True)
class Row:
    what: str
    floor: str
    ours: str
    ratio: str
    goal: str
    met: bool | None  # None: there is no goal


def ratio_of(ours: float, floor: float) -> str:
    return f"{ours / floor:.2f}" if floor else ""


def counted(what: str, floor: float, ours: float, over_max: float, unit: str = "") -> Row:
    goal = f"floor + {over_max:,}{unit} at most"
    return Row(what, f"{floor:,}{unit}", f"{ours:,}{unit}", ratio_of(ours, floor), goal, ours - floor <= over_max)


def bounded(what: str, floor: str, ours: float, most: float, unit: str) -> Row:
    return Row(what, floor, f"{ours:,g}{unit}", "", f"{most:,g}{unit} at most", ours <= most)


# ---- times: the best of the rounds, beside which the median stands, and the processor's time


def name_of(figures: Figures) -> str:
    return f"{figures['what']}, {'TLS' if figures['tls'] else 'plain'}"


def a_second(figures: Figures, side: str) -> str:
    times, cpu = figures[f"{side}_us"], figures[f"{side}_cpu_us"]
    return f"{1e6 / min(times):,.0f} ({1e6 / statistics.median(times):,.0f}); {min(cpu):.1f} us"


def milliseconds(figures: Figures, side: str) -> str:
    best, median, cpu = (
        f"{figure / 1000:.2f}"
        for figure in (
            min(figures[f"{side}_us"]),
            statistics.median(figures[f"{side}_us"]),
            min(figures[f"{side}_cpu_us"]),
        )
    )
    return f"{best} ({median}) ms; {cpu} ms"


def speed(figures: Figures, ratio_min: float) -> Row:
    ratio = min(figures["floor_us"]) / min(figures["ours_us"])
    sides = a_second(figures, "floor"), a_second(figures, "ours")
    return Row(f"calls a second: {name_of(figures)}", *sides, f"{ratio:.2f}", f"{ratio_min} of it", ratio >= ratio_min)


def time(figures: Figures, most_us: float | None = None, goal: str = "") -> Row:
    ours = min(figures["ours_us"])
    sides = milliseconds(figures, "floor"), milliseconds(figures, "ours")
    met = None if most_us is None else ours <= most_us
    return Row(name_of(figures), *sides, ratio_of(ours, min(figures["floor_us"])), goal, met)


# ---- the table


def rows(measured: Figures) -> Iterator[Row]:
    for kind, sides in measured["instructions"].items():
        yield counted(f"instructions of a {kind}", sides["floor"], sides["ours"], INSTRUCTIONS_OVER_FLOOR_MAX)
    for figures in measured["allocations"]:
        floor, ours = round(figures["floor"]["all"], 1), round(figures["ours"]["all"], 1)
        yield counted(f"{figures['what']}", floor, ours, ALLOCATIONS_OVER_FLOOR_MAX)
    for kind, sides in measured["system_calls"].items():
        floor, ours = (round(sum(sides[side].values()), 1) for side in ("floor", "ours"))
        yield bounded(f"system calls of a {kind}", f"{floor:g}", ours, SYSTEM_CALLS_MAX, "")
    yield soak(measured["soak"])
    for figures in measured["sequential"]:
        yield speed(figures, SEQUENTIAL_RATIO_MIN)
    for figures in measured["together"]:
        yield speed(figures, TOGETHER_RATIO_MIN[int(figures["what"].split()[1])])
    memory = measured["memory"]
    floor = f"{memory['floor']:g} KB"
    yield bounded("memory of a call in flight", floor, memory["ours"], KB_IN_FLIGHT_MAX, " KB")
    yield from connections(measured["connections"])
    yield from lists(measured["lists"], measured["trees"])
    yield from library(measured["library"])
    for figures in measured["bindings"]:
        yield binding(figures)


def soak(figures: Figures) -> Row:
    ours = f"{figures['first_kb']:,} KB, then {figures['last_kb']:,} KB"
    return Row(f"memory over {figures['calls']:,} calls", "", ours, "", "no growth", figures["flat"])


def connections(measured: list[Figures]) -> Iterator[Row]:
    for figures in measured:
        if figures["what"] == "first client":
            yield time(figures, FIRST_CLIENT_US_MAX, "1 ms at most")
        elif figures["what"] == "first call":
            yield time(figures, min(figures["floor_us"]) + FIRST_CALL_OVER_FLOOR_US_MAX, "floor + 0.5 ms at most")
        elif figures["tls"]:
            yield time(figures, NEW_CONNECTION_US_MAX, "1 ms at most")


def lists(measured: list[Figures], trees: Figures) -> Iterator[Row]:
    short, long = measured
    yield time(short)
    yield time(long, min(long["floor_us"]) * LIST_TIME_RATIO_MAX, f"{LIST_TIME_RATIO_MAX} of it at most")
    yield bounded(f"JSON {trees['what']}", f"{trees['floor_kb']:,g} KB", trees["ours_kb"], TREE_KB_MAX, " KB")


def library(figures: Figures) -> Iterator[Row]:
    yield bounded("the shared library, stripped", "", round(figures["bytes"] / 1024), LIBRARY_BYTES_MAX // 1024, " KB")
    needed = [name.partition(".so")[0] for name in figures["needed"]]
    yield Row("what it needs", "", ", ".join(needed), "", ", ".join(sorted(LIBRARIES)), set(needed) <= LIBRARIES)


def binding(figures: Figures) -> Row:
    floor, ours = min(figures["floor_cpu_us"]), min(figures["ours_cpu_us"])
    in_go = figures["what"].startswith("Go")
    most = floor / GO_RATIO_MIN if in_go else floor
    goal = f"{GO_RATIO_MIN} of its speed" if in_go else "less than it"
    return Row(
        f"processor time of a call: {figures['what']}",
        f"{figures['floor']}: {a_second(figures, 'floor')}",
        a_second(figures, "ours"),
        ratio_of(ours, floor),
        goal,
        ours <= most,
    )


MET = {True: "yes", False: "**no**", None: ""}


def table(of_rows: list[Row]) -> str:
    lines = ["| What | Floor | Ours | Ratio | Goal | Met |", "|---|---|---|---|---|---|"]
    for row in of_rows:
        cells = [row.what, row.floor, row.ours, row.ratio, row.goal, MET[row.met]]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
