"""The emulator keeps what its own OpenAPI document promises, whatever is sent to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from conftest import DESTINATIONS
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from lsexport_emulator.running import RunningEmulator

ONE = f"{DESTINATIONS}/{{destination_id}}"
OPERATIONS = [
    ("GET", DESTINATIONS),
    ("POST", DESTINATIONS),
    ("GET", ONE),
    ("PATCH", ONE),
    ("DELETE", ONE),
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    """One that dials no stranger: AWS and Google are the scripted S3, other names are nobody."""
    knobs = '{"aws_stand_in": "scripted", "clock": "skip"}'
    with RunningEmulator.start("--no-embedded-s3", "--settings", knobs) as running:
        yield running


@pytest.fixture(scope="module")
def schema(emulator: RunningEmulator) -> Any:
    return schemathesis.openapi.from_url(emulator.endpoint + "/openapi.json")


def test_all_operations_are_tried(schema: Any) -> None:
    found = [result.ok() for result in schema.get_all_operations()]
    assert sorted((operation.method.upper(), operation.path) for operation in found) == sorted(OPERATIONS)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_operation(
    emulator: RunningEmulator, schema: Any, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    operation = schema[path][method]
    # A destination to be found, for those operations that need one.
    body = {
        "display_name": "one",
        "config": {"bucket_name": "takes-all"},
        "credentials": {"access_key_id": "a", "secret_access_key": "b"},
    }
    made = emulator.api("POST", DESTINATIONS, body).json()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=50,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def conforms(case: schemathesis.Case) -> None:
        _call(emulator, case)
        if "destination_id" in case.path_parameters and mode is schemathesis.GenerationMode.POSITIVE:
            case.path_parameters["destination_id"] = made["id"]
            _call(emulator, case)

    conforms()
    assert all(record["status"] != 500 for record in emulator.requests())


def _call(emulator: RunningEmulator, case: schemathesis.Case) -> None:
    response = case.call(headers={"X-API-Key": emulator.api_key})
    # A 400 is the storage's refusal, and no schema says what a storage accepts. A 422 would be ours.
    excluded = [positive_data_acceptance] if response.status_code == 400 else []
    case.validate_response(response, excluded_checks=excluded)
