# SPDX-License-Identifier: MIT
"""The calls of tests/vectors, through both clients."""

import pytest
from vectors import VECTORS, call, call_async, check


@pytest.mark.parametrize("make", [call, call_async])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector, make):
    check(vector, make)
