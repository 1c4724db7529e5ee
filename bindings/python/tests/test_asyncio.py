# SPDX-License-Identifier: MIT
"""Many calls on one event loop, and how they end."""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import lsexport
import pytest
import uvloop
from conftest import DESTINATION_ID, reply

PROMISED = 0.1
NEVER = {"silence": True}
DESTINATION = reply(
    200,
    {
        "destination_type": "s3",
        "display_name": "nightly",
        "config": {"bucket_name": "my-bucket", "prefix": "", "include_bucket_in_prefix": True},
        "id": DESTINATION_ID,
        "tenant_id": "4bf41bb8-1111-4222-8333-944444444444",
    },
)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request) -> Callable[[Awaitable[Any]], Any]:
    """Runs a coroutine on a loop of its own."""

    def run(main: Any) -> Any:
        loop = request.param()
        complaints: list[Any] = []
        loop.set_exception_handler(lambda loop, context: complaints.append(context))
        try:
            result = loop.run_until_complete(asyncio.wait_for(main, 60))
            gc.collect()
            loop.run_until_complete(asyncio.sleep(0))
            assert complaints == []
            return result
        finally:
            loop.close()

    return run


def client_of(server: Any, **options: Any) -> lsexport.AsyncClient:
    return lsexport.AsyncClient(api_key="lsv2_pt_canary", api_root=server.url, **options)


async def arrived(server: Any, count: int = 1) -> None:
    await asyncio.get_running_loop().run_in_executor(None, server.wait_for_requests, count)


def test_thousands_at_once_are_under_way_as_many_as_the_option_says(run, serve):
    server = serve(DESTINATION)

    async def main() -> None:
        async with client_of(server, queue_max_in_flight=20) as client:
            calls = [client.get_destination(DESTINATION_ID) for _ in range(2000)]
            results = await asyncio.gather(*calls)
        assert [result.id for result in results] == [DESTINATION_ID] * 2000

    run(main())
    assert len(server.requests) == 2000
    assert server.connections <= 20


def test_task_cancel_ends_the_call_and_leaves_the_client_usable(run, serve):
    server = serve(NEVER, DESTINATION)

    async def main() -> None:
        async with client_of(server) as client:
            task = asyncio.ensure_future(client.get_destination(DESTINATION_ID))
            await arrived(server)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - began < 10 * PROMISED
            assert (await client.get_destination(DESTINATION_ID)).id == DESTINATION_ID

    run(main())
    assert len(server.requests) == 2


def test_cancelled_write_says_that_it_may_have_been_applied(run, serve, spec):
    server = serve(NEVER)

    async def main() -> None:
        async with client_of(server) as client:

            async def create() -> None:
                try:
                    await client.create_destination(**spec)
                except asyncio.CancelledError as cancelled:
                    assert isinstance(cancelled.__cause__, lsexport.CancelledError)
                    assert cancelled.__cause__.applied is lsexport.Applied.UNKNOWN
                    raise

            task = asyncio.ensure_future(create())
            await arrived(server)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    run(main())
    assert [request.method for request in server.requests] == ["POST"]


async def within(seconds: float, call: Any) -> Any:
    async with asyncio.timeout(seconds):
        return await call


LIMITS = {"wait_for": lambda seconds, call: asyncio.wait_for(call, seconds)}
if sys.version_info >= (3, 11):
    LIMITS["timeout"] = within


@pytest.mark.parametrize("limited", LIMITS.values(), ids=LIMITS)
def test_a_time_limit_of_asyncio_ends_the_call(run, serve, limited):
    server = serve(NEVER, DESTINATION)

    async def main() -> None:
        async with client_of(server) as client:
            began = time.monotonic()
            with pytest.raises(asyncio.TimeoutError):
                await limited(0.2, client.get_destination(DESTINATION_ID))
            assert time.monotonic() - began < 0.2 + 10 * PROMISED
            assert (await client.get_destination(DESTINATION_ID)).id == DESTINATION_ID

    run(main())


def test_a_task_cancelled_twice_still_lets_the_library_let_go(run, serve):
    server = serve(NEVER, DESTINATION)

    async def main() -> None:
        async with client_of(server) as client:
            task = asyncio.ensure_future(client.get_destination(DESTINATION_ID))
            await arrived(server)
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.get_destination(DESTINATION_ID)).id == DESTINATION_ID

    run(main())


def test_close_ends_what_is_in_flight(run, serve):
    server = serve(NEVER)

    async def main() -> None:
        client = client_of(server)
        tasks = [asyncio.ensure_future(client.get_destination(DESTINATION_ID)) for _ in range(5)]
        await arrived(server, 5)
        tasks[0].cancel()
        await asyncio.gather(client.close(), client.close())
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(outcomes[0], asyncio.CancelledError)
        assert [type(outcome) for outcome in outcomes[1:]] == [lsexport.CancelledError] * 4
        with pytest.raises(lsexport.InvalidStateError):
            await client.get_destination(DESTINATION_ID)

    run(main())


def test_a_client_belongs_to_one_loop(serve):
    server = serve(DESTINATION)
    client = client_of(server)
    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    first.run_until_complete(client.get_destination(DESTINATION_ID))
    with pytest.raises(lsexport.InvalidStateError, match="another event loop"):
        second.run_until_complete(client.get_destination(DESTINATION_ID))
    first.run_until_complete(client.close())
    first.close()
    second.close()
    assert len(server.requests) == 1


def test_a_client_that_nobody_closed_goes_with_its_loop(run, serve):
    server = serve(NEVER)

    async def main() -> None:
        client = client_of(server)
        task = asyncio.ensure_future(client.get_destination(DESTINATION_ID))
        await arrived(server)
        task.cancel()
        await asyncio.wait([task])

    run(main())
    gc.collect()


def test_values_that_are_refused_are_told_at_once(run, serve):
    server = serve(NEVER)

    async def main() -> None:
        async with client_of(server) as client:
            with pytest.raises(lsexport.ValidationError) as refused:
                await client.get_destination("nightly")
            assert refused.value.fields[0].path == "destination_id"

    run(main())
    assert server.requests == []


def test_answers_reach_those_who_asked_when_others_have_left(run, serve):
    """An id that were used again would give one call's end to another."""
    server = serve(DESTINATION)

    async def main() -> None:
        async with client_of(server, queue_max_in_flight=8) as client:
            for _ in range(20):
                tasks = [asyncio.ensure_future(client.get_destination(DESTINATION_ID)) for _ in range(20)]
                await asyncio.sleep(0)
                for task in tasks[::2]:
                    task.cancel()
                outcomes = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes[::2])
                assert [outcome.id for outcome in outcomes[1::2]] == [DESTINATION_ID] * 10

    run(main())
