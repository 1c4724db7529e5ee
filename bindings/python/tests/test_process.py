# SPDX-License-Identifier: MIT
"""Ctrl-C, fork, threads, and the end of the interpreter while calls are in flight."""

import gc
import itertools
import signal
import threading
import time

import lsexport
import processes
import pytest
from conftest import DESTINATION_ID, reply

NEVER = {"silence": True}
SERVED = reply(404, {"detail": "Bulk export destination not found"})
PROMISED = 0.25

WAITS = """
client = lsexport.Client(**options)
try:
    client.get_destination(ID, timeout=50)
except KeyboardInterrupt as interrupt:
    print(type(interrupt.__cause__).__name__, flush=True)
    raise SystemExit(3)
"""


def test_ctrl_c_ends_a_call(serve):
    server = serve(NEVER)
    process = processes.start(WAITS, server.url)
    server.wait_for_requests(1)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "CancelledError\n"
    assert time.monotonic() - began < 10 * PROMISED
    assert processes.ended(process) == (3, "", "")


def test_ctrl_c_ends_asyncio_run(serve):
    server = serve(NEVER)
    process = processes.start(
        """
        async def main():
            async with lsexport.AsyncClient(**options) as client:
                await client.get_destination(ID)

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            raise SystemExit(3)
        """,
        server.url,
    )
    server.wait_for_requests(1)
    process.send_signal(signal.SIGINT)
    assert processes.ended(process) == (3, "", "")


def test_a_handler_that_returns_does_not_end_the_call(serve):
    server = serve(NEVER)
    process = processes.start(
        """
        signal.signal(signal.SIGUSR1, lambda number, frame: print("handled", flush=True))
        client, cancel = lsexport.Client(**options), lsexport.Cancel()
        signal.signal(signal.SIGUSR2, lambda number, frame: cancel.trigger())
        try:
            client.get_destination(ID, cancel=cancel)
        except lsexport.CancelledError:
            print("cancelled")
        """,
        server.url,
    )
    server.wait_for_requests(1)
    process.send_signal(signal.SIGUSR1)
    assert process.stdout.readline() == "handled\n"
    process.send_signal(signal.SIGUSR2)
    assert processes.ended(process) == (0, "cancelled\n", "")


def test_cancel_reaches_calls_now_and_later(serve):
    server = serve(NEVER)
    cancel, outcomes = lsexport.Cancel(), []

    def wait() -> None:
        with pytest.raises(lsexport.CancelledError) as cancelled:
            client.get_destination(DESTINATION_ID, cancel=cancel)
        outcomes.append(cancelled.value.applied)

    with lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url) as client:
        threads = [threading.Thread(target=wait) for _ in range(4)]
        for thread in threads:
            thread.start()
        server.wait_for_requests(4)
        assert not cancel.triggered
        cancel.trigger()
        assert cancel.triggered
        for thread in threads:
            thread.join()
        wait()
    assert outcomes == [lsexport.Applied.NO] * 5
    assert len(server.requests) == 4


def test_threads_share_a_client_and_close_frees_nothing_under_them(serve):
    server = serve(SERVED)
    counts = []

    def work() -> None:
        for number in itertools.count():
            try:
                client.get_destination(DESTINATION_ID)
            except lsexport.NotFoundError:
                continue
            except lsexport.InvalidStateError:
                counts.append(number)
                return

    client = lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    server.wait_for_requests(100)
    client.close()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(server.requests)


def test_fork_gives_an_error_and_leaves_the_parent_alone(serve):
    server = serve(SERVED)
    status, output, errors = processes.run(
        """
        def attempt(make, call):
            try:
                call(make())
            except lsexport.Error as error:
                return type(error).__name__

        async def one(client):
            async with client:
                await client.get_destination(ID)

        async def begin(client):
            task = asyncio.ensure_future(client.get_destination(ID))
            await asyncio.sleep(0)
            return task

        blocking = lsexport.Client(**options)
        waiting, used = lsexport.AsyncClient(**options), lsexport.AsyncClient(**options)
        get = lambda client: client.get_destination(ID)
        get_soon = lambda client: asyncio.run(one(client))
        attempt(lambda: blocking, get)
        loop = asyncio.new_event_loop()
        in_flight = loop.run_until_complete(begin(used))
        child = os.fork()
        if child == 0:
            print(attempt(lambda: blocking, get), attempt(lambda: waiting, get_soon), attempt(lambda: used, get_soon))
            print(attempt(lambda: lsexport.Client(**options), get), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        print(attempt(lambda: blocking, get), attempt(lambda: waiting, get_soon))
        print(attempt(lambda: in_flight, loop.run_until_complete), flush=True)
        loop.run_until_complete(used.close())
        loop.close()
        """,
        server.url,
    )
    assert (status, errors) == (0, "")
    assert output.splitlines() == [
        "ForkedError ForkedError ForkedError",
        "NotFoundError",
        "NotFoundError NotFoundError",
        "NotFoundError",
    ]
    assert len(server.requests) == 5


def test_a_forked_child_that_ends_does_not_end_the_parents_calls(serve):
    server = serve(NEVER, SERVED)
    process = processes.start(
        """
        client = lsexport.Client(**options)

        def wait():
            try:
                client.get_destination(ID, timeout=50)
            except lsexport.CancelledError:
                print("cancelled", flush=True)

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        sys.stdin.readline()
        warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside threads
        child = os.fork()
        if child == 0:
            sys.exit()
        os.waitpid(child, 0)
        print("alive", thread.is_alive(), flush=True)
        """,
        server.url,
        stdin=True,
    )
    server.wait_for_requests(1)
    process.stdin.write("\n")
    process.stdin.flush()
    status, output, errors = processes.ended(process)
    assert (status, output.splitlines()[0], errors) == (0, "alive True", "")


ENDINGS = {
    "daemon threads": """
        client = lsexport.Client(**options, logger=logging.getLogger())
        for _ in range(8):
            threading.Thread(target=lambda: client.get_destination(ID), daemon=True).start()
        sys.stdin.readline()
        """,
    "a loop that stopped": """
        client = lsexport.AsyncClient(**options, logger=logging.getLogger())
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(client.get_destination(ID)) for _ in range(8)]
        loop.run_until_complete(loop.run_in_executor(None, sys.stdin.readline))
        os.write(1, b"ends\\n")
        sys.stderr = open(os.devnull, "w")  # asyncio tells of the tasks that are left
        """,
    "a loop in a daemon thread": """
        client = lsexport.AsyncClient(**options)

        async def main():
            await asyncio.gather(*(client.get_destination(ID) for _ in range(8)))

        threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
        sys.stdin.readline()
        """,
}


@pytest.mark.parametrize("program", ENDINGS.values(), ids=ENDINGS)
def test_the_interpreter_ends_with_calls_in_flight(serve, program):
    server = serve(NEVER)
    process = processes.start(program, server.url, stdin=True)
    server.wait_for_requests(8)
    process.stdin.write("\n")
    process.stdin.flush()
    began = time.monotonic()
    status, output, errors = processes.ended(process)
    assert time.monotonic() - began < 10
    assert (status, [word for word in ("Fatal", "Traceback") if word in errors]) == (0, []), errors


def test_a_function_of_atexit_can_make_a_call(serve):
    server = serve(SERVED)
    program = """
        def last():
            try:
                client.get_destination(ID)
            except lsexport.NotFoundError:
                print("answered")

        client = lsexport.Client(**options)
        """
    before = "import atexit; atexit.register(lambda: last())"  # so it comes after the library's own
    assert processes.run(program, server.url, before) == (0, "answered\n", "")
    assert len(server.requests) == 1


def test_garbage_is_collected_in_any_order(serve):
    server = serve(NEVER)
    for order in itertools.permutations(range(4)):
        things = [
            lsexport.Client(api_key="lsv2_pt_canary", api_root=server.url),
            lsexport.Credentials.static("AKIAGARBAGE", "garbage"),
            lsexport.Cancel(),
            lsexport.AsyncClient(api_key="lsv2_pt_canary", api_root=server.url),
        ]
        things.append(things)  # a cycle, for the collector
        for index in order:
            things[index] = None
        del things
    gc.collect()
    assert server.requests == []
