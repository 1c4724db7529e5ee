# SPDX-License-Identifier: MIT
import api_model
import pytest
from build_folder import Built, find_built


@pytest.fixture(scope="session")
def built() -> Built:
    return find_built()


@pytest.fixture(scope="session")
def api(built: Built) -> api_model.Api:
    return api_model.read(built.headers)
