# SPDX-License-Identifier: MIT
"""The vectors of tests/vectors, through both clients."""

import pytest
from vectors import EXPLANATIONS, VECTORS, call, call_async, check, check_explanation


@pytest.mark.parametrize("make", [call, call_async])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector, make):
    check(vector, make)


@pytest.mark.parametrize("vector", EXPLANATIONS, ids=lambda vector: vector["name"])
def test_explanation(vector):
    check_explanation(vector)
