# SPDX-License-Identifier: MIT
"""How the shared library is linked, what it takes from others, and what it keeps for the whole process."""

import re
import subprocess
from pathlib import Path

import binary
import pytest
from build_folder import Built

NEEDED = re.compile(r"(libcurl|libcurl-gnutls|libjansson|libcrypto|libc|libpthread|ld-linux[\w-]*)\.so\.\d+")

# A library leaves the process, its output and its signals alone, starts no thread and finds the user's texts whole.
FORBIDDEN = {
    *("abort", "exit", "_exit", "_Exit", "quick_exit", "atexit", "__assert_fail", "raise", "kill"),
    *("printf", "fprintf", "vprintf", "vfprintf", "dprintf", "vdprintf", "puts", "fputs", "putchar", "fputc", "perror"),
    *("fwrite", "psignal", "err", "errx", "warn", "warnx", "syslog", "stdout", "stderr"),
    *("signal", "sigaction", "sigprocmask", "pthread_sigmask", "bsd_signal", "sysv_signal"),
    *("pthread_create", "thrd_create", "fork", "vfork", "posix_spawn", "system", "popen", "execve"),
    *("strcpy", "strncpy", "stpcpy", "strcat", "strncat", "sprintf", "vsprintf", "gets", "strtok", "alloca"),
    *("atoi", "atol", "atoll", "atof", "scanf", "sscanf", "rand", "srand", "random", "mktemp", "tmpnam"),
    *("setlocale", "setenv", "putenv", "unsetenv", "gmtime", "localtime", "ctime", "asctime", "strerror"),
}

# Variables that live as long as the process, each with its reason.
VARIABLES = {
    "given": "the allocator's functions, which global_init may change before the first client",
    "init_once": "libcurl is initialised once",
    "init_result": "what came of it",
    "details_once": "the text of lsexport_version_details is made once",
    "details": "that text, static for its users",
}


def undecorated(name: str) -> str:
    """A function as the source calls it: without the marks of fortification and of glibc's newer scanf."""
    match = re.fullmatch(r"__(?:isoc\d+_)?(\w+?)(?:_chk)?", name)
    return match[1] if match and name not in FORBIDDEN else name


def test_it_needs_no_other_libraries(built: Built) -> None:
    needed = re.findall(r"\[(.*?)\]", " ".join(binary.dynamic(built.shared)["NEEDED"]))
    assert "libc.so.6" in needed
    assert not [name for name in needed if not NEEDED.fullmatch(name)]


def test_it_is_linked_as_decided(built: Built) -> None:
    dynamic = binary.dynamic(built.shared)
    assert dynamic["SONAME"] == ["Library soname: [liblsexport.so.0]"]
    assert {"NOW", "NODELETE"} <= set(dynamic["FLAGS_1"][0].split())
    assert not {"TEXTREL", "RPATH", "RUNPATH"} & set(dynamic)
    segments = binary.segments(built.shared)
    assert "GNU_RELRO" in segments
    assert segments["GNU_STACK"] == "RW ", "the stack must not be executable"


def test_it_calls_nothing_that_a_library_must_not(built: Built) -> None:
    assert not {undecorated(name) for name in binary.imports(built.shared)} & FORBIDDEN


def test_it_keeps_no_variables_but_those_with_a_reason(built: Built) -> None:
    kept = {variable.name for variable in binary.writable_variables(built.core)}
    assert kept - set(VARIABLES) == set(), "writable variables without a reason"
    assert set(VARIABLES) - kept == set(), "reasons for variables that are gone"


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that does all that ours must not."""
    folder = tmp_path_factory.mktemp("careless")
    (folder / "careless.c").write_text("""
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        int in_data = 1;
        static _Thread_local int of_thread;
        static const char *const in_rodata[] = {"a", "b"};
        const char *careless(const char *text, char *to, int n) {
          static int in_bss;
          strcpy(to, text);
          sprintf(to, text, n);
          fprintf(stderr, text, n);
          if (of_thread++ + in_bss++ > n) abort();
          return in_rodata[n];
        }
    """)
    flags = ["-O2", "-fPIC", "-w", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"]
    subprocess.run(["gcc", *flags, "-c", "careless.c"], cwd=folder, check=True)
    subprocess.run(["ar", "rcs", "careless.a", "careless.o"], cwd=folder, check=True)
    link = ["-shared", "-Wl,-z,norelro,-z,lazy,-z,execstack,--no-as-needed", "careless.o", "-lm"]
    subprocess.run(["gcc", *link, "-o", "careless.so"], cwd=folder, check=True)
    return folder


def test_a_careless_library_is_seen_through(careless: Path) -> None:
    shared = careless / "careless.so"
    called = {undecorated(name) for name in binary.imports(shared)} & FORBIDDEN
    assert called == {"strcpy", "sprintf", "fprintf", "stderr", "abort"}
    variables = {variable.name for variable in binary.writable_variables(careless / "careless.a")}
    assert variables == {"in_data", "in_bss", "of_thread"}
    assert "FLAGS_1" not in binary.dynamic(shared) and "SONAME" not in binary.dynamic(shared)
    assert not NEEDED.fullmatch(re.findall(r"\[(.*?)\]", binary.dynamic(shared)["NEEDED"][0])[0])
    assert "GNU_RELRO" not in binary.segments(shared)
    assert binary.segments(shared)["GNU_STACK"] == "RWE"
