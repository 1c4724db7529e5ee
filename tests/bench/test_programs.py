# SPDX-License-Identifier: MIT
"""The benches run, and each prints its floor beside its figure. How fast they are is for scripts/bench."""

import goals
import pytest
import run


@pytest.fixture(scope="module")
def measured() -> run.Figures:
    return run.take_times(run.Extent(1, 10, 1000, 2, 1, 1, 1000, 600))


def test_every_figure_has_its_floor(measured: run.Figures) -> None:
    figures = [row for name in ("sequential", "together", "connections", "lists") for row in measured[name]]
    assert [row["what"] for row in figures if not row["tls"]] == [
        *("sequential get", "sequential patch"),
        *("together 8", "together 32", "together 128", "together 1000"),
        *("list of 1000", "list of 10000"),
    ]
    for row in figures:
        assert all(len(row[side]) == 1 and row[side][0] > 0 for side in ("floor_us", "ours_us")), row


def test_a_list_holds_one_elements_tree_at_a_time(measured: run.Figures) -> None:
    assert measured["trees"]["ours_kb"] <= goals.TREE_KB_MAX < measured["trees"]["floor_kb"]


def test_a_call_in_flight_has_its_bound_of_memory(measured: run.Figures) -> None:
    assert measured["memory"]["ours"] <= goals.KB_IN_FLIGHT_MAX


@pytest.mark.parametrize("index", range(2))
def test_a_call_has_its_bound_of_allocations(measured: run.Figures, index: int) -> None:
    row = measured["allocations"][index]
    assert row["ours"]["all"] - row["floor"]["all"] <= goals.ALLOCATIONS_OVER_FLOOR_MAX


def test_the_table_has_a_row_for_each_goal() -> None:
    met = goals.Row("a", "1", "2", "2.00", "3 at most", True)
    missed = goals.Row("b", "1", "4", "4.00", "3 at most", False)
    assert goals.table([met, missed]).splitlines()[2:] == [
        "| a | 1 | 2 | 2.00 | 3 at most | yes |",
        "| b | 1 | 4 | 4.00 | 3 at most | **no** |",
    ]
