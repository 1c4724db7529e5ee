# SPDX-License-Identifier: MIT
"""What a call costs in instructions, held as ours minus bare libcurl's of the same run."""

import baseline
import counts
import goals
import pytest

KINDS = ("get", "patch")
TOLERANCE = 0.02  # of the whole call


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_costs_what_it_did(kind: str) -> None:
    floor, ours = counts.instructions("floor", kind), counts.instructions("ours", kind)
    known = baseline.read()
    print(f"a {kind} on libcurl {counts.libcurl_version()}: floor {floor}, ours {ours}; baseline {known}")
    assert ours - floor <= goals.INSTRUCTIONS_OVER_FLOOR_MAX
    if known is not None:
        assert ours - floor <= known[kind] + TOLERANCE * ours, "if that is meant: scripts/bench --move-baseline"
