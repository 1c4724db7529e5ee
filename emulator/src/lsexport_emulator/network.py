"""Where the test write's connections really go.

botocore is given the destination's own endpoint, or AWS's real names, so that it signs, addresses
and complains as it does at LangSmith. Only below it, where a name becomes an address, the emulator
steps in: AWS's and Google's storage names lead to the stand-ins, `*.localhost` is this machine
(many resolvers do not know that), and everything that is not loopback is refused.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from lsexport_emulator.s3session import s3_regions

AWS_DOMAINS = ("amazonaws.com", "amazonaws.com.cn")
GCS_DOMAINS = ("storage.googleapis.com",)
# s3.eu-west-1.amazonaws.com, bucket.s3.dualstack.eu-west-1.amazonaws.com, s3-eu-west-1.amazonaws.com
_REGION = re.compile(r"(?:^|\.)(?:s3|sts)(?:\.dualstack)?[.-]([a-z]+(?:-[a-z]+)+-\d+)\.amazonaws\.")


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def of_url(cls, url: str) -> "Address":
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or 80)


@dataclass(frozen=True)
class Network:
    """The routes of one emulator: who stands in for AWS and for Google."""

    aws: Address | None
    gcs: Address | None
    # Servers other than moto do not know AWS's names for buckets: they are asked by path.
    aws_by_path: bool = False
    allow_remote: bool = False

    def stand_in(self, host: str) -> Address | None:
        if self.aws and _is_under(host, AWS_DOMAINS) and _is_in_a_real_region(host):
            return self.aws
        if self.gcs and _is_under(host, GCS_DOMAINS):
            return self.gcs
        return None

    def endpoint_url(self, url: str | None) -> str | None:
        """The endpoint as botocore shall see it: a stand-in speaks http, whatever it stands for."""
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            if parts.scheme == "https" and parts.hostname and self.stand_in(parts.hostname):
                return urlunsplit(parts._replace(scheme="http"))
        except ValueError:
            pass  # not a URL: botocore shall say so, in its own words
        return url

    def connector_args(self) -> dict[str, Any]:
        """aiobotocore's `connector_args`: how names are resolved and sockets made."""
        return {"resolver": Resolver(self), "socket_factory": self._socket_factory(), "use_dns_cache": False}

    def _socket_factory(self) -> Callable[[Any], socket.socket]:
        def make_socket(address: Any) -> socket.socket:
            family, kind, protocol, _, sockaddr = address
            # An address written into the endpoint never passes the resolver: look here too.
            if not self.allow_remote and not ipaddress.ip_address(sockaddr[0]).is_loopback:
                raise OSError(f"the emulator does not connect to {sockaddr[0]}: not a loopback address")
            return socket.socket(family, kind, protocol)

        return make_socket


class Resolver(AbstractResolver):
    def __init__(self, network: Network) -> None:
        self._network = network
        self._system: ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if stand_in := self._network.stand_in(host):
            if _is_ip(stand_in.host):
                return [_result(host, stand_in.host, stand_in.port)]
            return await self._resolve(stand_in.host, stand_in.port, family)
        return await self._resolve(host, port, family)

    async def _resolve(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        if _is_under(host, ("localhost",)):
            return [_result(host, "127.0.0.1", port)]
        if not self._network.allow_remote:
            # As if the name did not exist: botocore then names the endpoint it could not reach.
            raise OSError(f"the emulator does not resolve {host}: it talks to this machine only")
        self._system = self._system or ThreadedResolver()
        return await self._system.resolve(host, port, family)

    async def close(self) -> None:
        if self._system:
            await self._system.close()


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    host = host.rstrip(".").lower()
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _is_in_a_real_region(host: str) -> bool:
    """Whether AWS's name servers would know the name: a made-up region has none."""
    named = _REGION.search(host)
    return named is None or named.group(1) in s3_regions()


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
