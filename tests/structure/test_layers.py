# SPDX-License-Identifier: MIT
"""The direction of includes in lib/, who may see what, and what nobody there may call."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import c_source
import pytest

LIB = Path(__file__).parents[2] / "lib"

# From the lowest to the highest: none includes what stands behind it.
FOLDERS = ["base", "error", "net", "json", "langsmith", "storage", "flow", "api"]

# Headers, and all below their folders, that only one place may include: the files whose paths begin so.
ONE_PLACE = {
    "<curl/": "net/transport_curl",
    "<jansson": "json/",
    "<openssl/": "storage/",
    "<sys/epoll.h>": "net/poller_epoll.c",
    "<sys/eventfd.h>": "net/wake_eventfd.c",
}

# Operations and flows are given what they need and give back what they made: no clock, no chance, no files, no network.
PURE = {"error", "json", "langsmith", "storage", "flow"}
IMPURE_CALLS = {
    *("time", "clock", "clock_gettime", "gettimeofday", "getrandom", "getentropy", "rand", "random"),
    *("open", "openat", "read", "write", "close", "fopen", "access", "stat"),
    *("socket", "connect", "send", "recv", "poll"),
}

# Functions that only one place may call.
ONE_CALLER = {"getenv": "api/config.c", "secure_getenv": "api/config.c", "getrandom": "net/world.c"}

# The process, its output and its threads belong to the user; what has no bound, or one for all threads, has a better.
BANNED = {
    *("abort", "exit", "_exit", "_Exit", "quick_exit", "atexit", "assert", "raise", "kill", "longjmp"),
    *("printf", "fprintf", "vprintf", "vfprintf", "dprintf", "puts", "fputs", "putchar", "fputc", "fwrite", "perror"),
    *("signal", "sigaction", "sigprocmask", "pthread_sigmask"),
    *("pthread_create", "thrd_create", "fork", "vfork", "posix_spawn", "system", "popen"),
    *("strcpy", "strncpy", "stpcpy", "strcat", "strncat", "sprintf", "vsprintf", "gets", "strtok", "alloca"),
    *("atoi", "atol", "atoll", "atof", "scanf", "sscanf", "rand", "srand", "mktemp", "tmpnam"),
    *("setlocale", "setenv", "putenv", "unsetenv", "gmtime", "localtime", "ctime", "asctime", "strerror"),
    *("sleep", "usleep", "nanosleep"),
}


def sources() -> dict[str, str]:
    """The texts of lib/ by their paths below it."""
    return {str(path.relative_to(LIB)): path.read_text() for path in sorted(LIB.rglob("*")) if path.suffix in SUFFIXES}


SUFFIXES = {".c", ".h", ".def"}


def breaches(texts: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        folder = path.partition("/")[0]
        if folder not in FOLDERS:
            yield f"{path}: lib/ has no place for the folder {folder}"
            continue
        for include in c_source.includes(text):
            yield from (f"{path}: {complaint}" for complaint in bad_include(path, folder, include))
        called = c_source.calls(text)
        for name in sorted(called & BANNED):
            yield f"{path}: calls {name}"
        for name in sorted(called & IMPURE_CALLS if folder in PURE else ()):
            yield f"{path}: calls {name}, and is no longer pure"
        for name, place in ONE_CALLER.items():
            if name in called and path != place:
                yield f"{path}: calls {name}, which is for {place}"


def bad_include(path: str, folder: str, include: str) -> Iterator[str]:
    if include.startswith('"'):
        target = include.strip('"').partition("/")[0]
        if target not in FOLDERS:
            yield f"includes {include}, which is not named by its folder"
        elif FOLDERS.index(target) > FOLDERS.index(folder):
            yield f"includes {include}, which is higher"
    for prefix, place in ONE_PLACE.items():
        if include.startswith(prefix) and not path.startswith(place):
            yield f"includes {include}, which is for {place}"


def test_lib_keeps_its_layers() -> None:
    texts = sources()
    assert {path.partition("/")[0] for path in texts} >= set(FOLDERS)
    assert list(breaches(texts)) == []


def test_every_library_is_seen_somewhere() -> None:
    """Else a rule of ONE_PLACE would hold for want of anything to look at."""
    found = {include for text in sources().values() for include in c_source.includes(text)}
    for prefix in ("<curl/", "<jansson", "<openssl/", "<sys/epoll.h>", "<sys/eventfd.h>", '"base/'):
        assert [include for include in found if include.startswith(prefix)], prefix


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("base/a.c", '#include "error/error.h"', "which is higher"),
        ("net/a.c", '#include "json/json.h"', "which is higher"),
        ("flow/a.h", '#  include "api/client.h"', "which is higher"),
        ("base/a.c", '#include "a.h"', "not named by its folder"),
        ("util/a.c", "", "no place for the folder util"),
        ("net/engine.c", "#include <curl/curl.h>", "which is for net/transport_curl"),
        ("api/transport_curl.h", "#include <curl/multi.h>", "which is for net/transport_curl"),
        ("langsmith/a.c", "#include <jansson.h>", "which is for json/"),
        ("net/a.c", "#include <openssl/ssl.h>", "which is for storage/"),
        ("net/a.c", "#include <sys/epoll.h>", "which is for net/poller_epoll.c"),
        ("api/client.c", "char *a = getenv (name);", "which is for api/config.c"),
        ("langsmith/a.c", "now = time(NULL);", "no longer pure"),
        ("base/a.c", 'printf("%s", a);', "calls printf"),
        ("base/a.c", "if (!a) abort();", "calls abort"),
        ("base/a.c", "#define COPY(a, b) strcpy(a, b)", "calls strcpy"),
        ("base/a.c", "n = atoi(text);", "calls atoi"),
    ],
)
def test_a_breach_is_reported(path: str, text: str, complaint: str) -> None:
    assert complaint in " ".join(breaches({path: text}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("api/a.c", '#include "base/buf.h"\n#include "api/client.h"\n#include <stdio.h>\n#include <lsexport/call.h>'),
        ("base/a.c", '/* #include "api/client.h", printf() */ a = "abort()"; // exit(1)'),
        ("base/a.c", "snprintf(a, n, b); world->time(c); table.write(d); my_printf(e);"),
        ("api/config.c", "getenv(name);"),
        ("net/transport_curl.c", "#include <curl/curl.h>"),
    ],
)
def test_what_is_allowed_is_let_through(path: str, text: str) -> None:
    assert list(breaches({path: text})) == []
