#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times one client that gets a destination again and again: prints one line of JSON.

usage: bench.py URL CASE COUNT

CASE is CLIENT-INFLIGHT, as lsexport-1, asyncio-64 or aiohttp-1000. Clients that block: lsexport, requests, httpx (with
more than one in flight: that many threads). For asyncio: asyncio (lsexport's AsyncClient), httpx.async, aiohttp. URL is
the root of an API that has the destination ID below.
"""

import asyncio
import json
import resource
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

ID = "0a91a355-8a88-422c-9546-72c183b95b51"
PATH = f"/api/v1/bulk-exports/destinations/{ID}"
HEADERS = {"X-API-Key": "lsv2_pt_bench"}


def blocking(name: str, url: str, resources: ExitStack) -> Callable[[], Any]:
    """A function that makes one call; any number of threads may be in it."""
    if name == "lsexport":
        import lsexport

        client = resources.enter_context(lsexport.Client(api_key=HEADERS["X-API-Key"], api_root=url))
        return lambda: client.get_destination(ID).id
    if name == "requests":
        import requests

        session = resources.enter_context(requests.Session())
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=1000))
        return lambda: session.get(url + PATH, headers=HEADERS, timeout=60).json()["id"]
    import httpx

    http = resources.enter_context(httpx.Client(headers=HEADERS, timeout=60, limits=httpx.Limits(max_connections=1000)))
    return lambda: http.get(url + PATH).json()["id"]


async def awaiting(name: str, url: str, inflight: int, resources: AsyncExitStack) -> Callable[[], Awaitable[Any]]:
    """A function that makes one call."""
    if name == "asyncio":
        import lsexport

        client = await resources.enter_async_context(
            lsexport.AsyncClient(api_key=HEADERS["X-API-Key"], api_root=url, queue_max_in_flight=inflight)
        )

        async def ours() -> str:
            return (await client.get_destination(ID)).id

        return ours
    if name == "aiohttp":
        import aiohttp

        connector = aiohttp.TCPConnector(limit=inflight)
        session = await resources.enter_async_context(aiohttp.ClientSession(headers=HEADERS, connector=connector))

        async def theirs() -> Any:
            async with session.get(url + PATH, timeout=aiohttp.ClientTimeout(60)) as response:
                return (await response.json())["id"]

        return theirs
    import httpx

    limits = httpx.Limits(max_connections=inflight, max_keepalive_connections=inflight)
    http = await resources.enter_async_context(httpx.AsyncClient(headers=HEADERS, timeout=60, limits=limits))

    async def httpx_get() -> Any:
        return (await http.get(url + PATH)).json()["id"]

    return httpx_get


class Stopwatch:
    def __enter__(self) -> "Stopwatch":
        self._wall, self._cpu = time.perf_counter(), self._cpu_now()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, self._cpu_now() - self._cpu

    @staticmethod
    def _cpu_now() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime


def repeat(call: Callable[[], Any], count: int) -> None:
    for _ in range(count):
        if call() != ID:
            raise SystemExit("a foreign answer")


def run_blocking(name: str, url: str, inflight: int, count: int) -> Stopwatch:
    with ExitStack() as resources:
        call = blocking(name, url, resources)
        call()
        threads = [threading.Thread(target=repeat, args=(call, count // inflight)) for _ in range(inflight)]
        with Stopwatch() as stopwatch:
            if inflight == 1:
                repeat(call, count)
            else:
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
    return stopwatch


async def run_awaiting(name: str, url: str, inflight: int, count: int) -> Stopwatch:
    async with AsyncExitStack() as resources:
        call = await awaiting(name, url, inflight, resources)

        async def again(times: int) -> None:
            for _ in range(times):
                if await call() != ID:
                    raise SystemExit("a foreign answer")

        await asyncio.gather(*(again(1) for _ in range(inflight)))
        with Stopwatch() as stopwatch:
            await asyncio.gather(*(again(count // inflight) for _ in range(inflight)))
    return stopwatch


def main() -> None:
    url, case, count_text = sys.argv[1:]
    name, _, inflight_text = case.rpartition("-")
    inflight = int(inflight_text)
    count = int(count_text) // inflight * inflight
    if name in ("asyncio", "httpx.async", "aiohttp"):
        taken = asyncio.run(run_awaiting(name, url, inflight, count))
    else:
        taken = run_blocking(name, url, inflight, count)
    figures = {"cpu_us_per_call": taken.cpu / count * 1e6, "calls_per_second": count / taken.wall}
    print(json.dumps({"case": case, "calls": count, **{key: round(value, 1) for key, value in figures.items()}}))


main()
