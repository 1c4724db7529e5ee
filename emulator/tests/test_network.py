"""Where connections go, name by name."""

import asyncio
import socket

import pytest

from lsexport_emulator.network import Address, Network, Resolver

AWS, GCS = Address("127.0.0.1", 1001), Address("127.0.0.1", 1002)
NETWORK = Network(aws=AWS, gcs=GCS)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("s3.amazonaws.com", AWS),
        ("exp.s3.amazonaws.com", AWS),
        ("exp.s3.eu-west-1.amazonaws.com", AWS),
        ("EXP.S3.EU-WEST-1.AMAZONAWS.COM.", AWS),
        ("s3.dualstack.us-gov-west-1.amazonaws.com", AWS),
        ("s3.cn-north-1.amazonaws.com.cn", AWS),
        ("s3.xx-nowhere-9.amazonaws.com", None),
        ("exp.s3-accelerate.amazonaws.com", AWS),
        ("storage.googleapis.com", GCS),
        ("exp.storage.googleapis.com", GCS),
        ("notamazonaws.com", None),
        ("amazonaws.com.example.org", None),
        ("localhost", None),
    ],
)
def test_stand_ins(host: str, address: Address | None) -> None:
    assert NETWORK.stand_in(host) == address


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (None, None),
        ("https://storage.googleapis.com", "http://storage.googleapis.com"),
        ("https://exp.s3.eu-west-1.amazonaws.com/x", "http://exp.s3.eu-west-1.amazonaws.com/x"),
        ("https://localhost:9000", "https://localhost:9000"),
        ("s3.amazonaws.com", "s3.amazonaws.com"),
        ("https://[::1", "https://[::1"),
        ("", ""),
    ],
)
def test_a_stand_in_speaks_http(given: str | None, used: str | None) -> None:
    assert NETWORK.endpoint_url(given) == used


def _resolve(host: str, port: int) -> tuple[str, int]:
    (found,) = asyncio.run(Resolver(NETWORK).resolve(host, port))
    return found["host"], found["port"]


def test_resolver() -> None:
    assert _resolve("exp.s3.amazonaws.com", 80) == ("127.0.0.1", 1001)
    assert _resolve("my-bucket.localhost", 9000) == ("127.0.0.1", 9000)
    assert _resolve("localhost", 9000) == ("127.0.0.1", 9000)
    for stranger in ("example.com", "localhost.example.com", "xlocalhost"):
        with pytest.raises(OSError, match="does not resolve"):
            _resolve(stranger, 80)


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "::ffff:8.8.8.8", "169.254.169.254"])
def test_addresses_of_others_are_not_dialled(address: str) -> None:
    factory = NETWORK.connector_args()["socket_factory"]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(OSError, match="not a loopback address"):
        factory((family, socket.SOCK_STREAM, 0, "", (address, 80)))
    factory((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.2", 80))).close()
