# SPDX-License-Identifier: MIT
"""Reads the public headers: writes the source of the extension module, and the constants as Python enumerations.

usage: read_headers.py HEADER... OUT.c OUT.py
"""

import re
import sys
from pathlib import Path

from cffi import FFI

CALLBACKS = """
extern "Python" int32_t lsexport_python_tick(uintptr_t);
extern "Python" void lsexport_python_log(uintptr_t, const char *, size_t);
"""
ENUMERATIONS = {
    **{"Status": "ERR", "Cause": "CAUSE", "Side": "SIDE", "Applied": "APPLIED"},
    **{"Severity": "SEVERITY", "Need": "NEED", "Verdict": "VERDICT", "Outcome": "OUTCOME"},
}


def in_order(headers: list[Path]) -> list[str]:
    """The texts of all headers, each behind those that it includes."""
    texts = {f"lsexport/{header.name}": header.read_text() for header in headers}
    done: list[str] = []

    def add(name: str) -> None:
        for included in re.findall(r"^#include <(lsexport/\w+\.h)>", texts[name], re.MULTILINE):
            add(included)
        if texts[name] not in done:
            done.append(texts[name])

    add("lsexport/lsexport.h")
    return done


def declarations(text: str) -> str:
    """The text as cffi reads it, with the numbers that were macros."""
    numbers = re.findall(r"^#define (LSEXPORT_\w+) \d+$", text, re.MULTILINE)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"^#ifdef __cplusplus\n.*?^#endif$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    return text.replace("LSEXPORT_API ", "") + "".join(f"\n#define {number} ..." for number in numbers)


def constants(text: str) -> str:
    lines = ['"""Numbers of the C interface; docs/errors.md says what each means."""', "", "from enum import IntEnum"]
    for name, prefix in ENUMERATIONS.items():
        members = re.findall(rf"\bLSEXPORT_{prefix}_(\w+) = (\d+)", text)
        if name == "Status":
            members.insert(0, ("OK", "0"))
        lines += ["", "", f"class {name}(IntEnum):", *(f"    {member} = {number}" for member, number in members)]
    return "\n".join(lines) + "\n"


def main() -> None:
    *headers, module, python = map(Path, sys.argv[1:])
    text = "\n".join(in_order(headers))
    ffi = FFI()
    ffi.cdef(declarations(text) + CALLBACKS)
    ffi.set_source("lsexport._ffi", "#include <lsexport/lsexport.h>", py_limited_api=True)
    ffi.emit_c_code(str(module))
    python.write_text(constants(text))


main()
