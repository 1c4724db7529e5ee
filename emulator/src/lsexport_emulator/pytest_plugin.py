"""Fixtures for whoever has lsexport-emulator installed.

def test_rotation(langsmith):
    my_script(langsmith.endpoint, langsmith.api_key)
    assert langsmith.requests()[-1]["method"] == "PATCH"
"""

from collections.abc import Iterator

import pytest

from lsexport_emulator.running import RunningEmulator


@pytest.fixture(scope="session")
def langsmith_process() -> Iterator[RunningEmulator]:
    """One emulator for the whole run."""
    with RunningEmulator.start() as emulator:
        yield emulator


@pytest.fixture
def langsmith(langsmith_process: RunningEmulator) -> RunningEmulator:
    """The emulator of this run, as if just started."""
    langsmith_process.reset()
    return langsmith_process
