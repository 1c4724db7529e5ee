# SPDX-License-Identifier: MIT
"""Files and functions stay short, and every file says its licence."""

from pathlib import Path

import c_source

ROOT = Path(__file__).parents[2]
FOLDERS = ("include", "lib", "examples", "tests")
LONGEST_FILE = 600
LONGEST_FUNCTION = 80

# Files that are longer, each with its reason.
LONG_FILES: dict[str, str] = {}

SOURCES = {".c", ".h", ".def", ".map", ".py", ".sh", ".build", ".options"} | {"CMakeLists.txt"}
# The README's program, which a reader copies whole.
NO_LICENCE = {"examples/create.c"}


def sources() -> dict[str, str]:
    """Source files and scripts, not data."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths if is_source(path)}


def is_source(path: Path) -> bool:
    return path.suffix in SOURCES or path.name in SOURCES or path.read_bytes()[:2] == b"#!"


def says_licence(text: str) -> bool:
    """In the first line, or in the second below a #! line."""
    first, _, rest = text.partition("\n")
    return "SPDX-License-Identifier: MIT" in (rest.partition("\n")[0] if first.startswith("#!") else first)


def long_functions(name: str, text: str) -> list[str]:
    return [
        f"{name}:{function.line}: {function.name} has {function.length} lines"
        for function in c_source.functions(text)
        if function.length > LONGEST_FUNCTION
    ]


def test_every_file_says_its_licence() -> None:
    texts = sources()
    assert len(texts) > 100
    assert [name for name, text in texts.items() if name not in NO_LICENCE and not says_licence(text)] == []


def test_no_file_is_too_long() -> None:
    sizes = {name: len(text.splitlines()) for name, text in sources().items()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE and name not in LONG_FILES} == {}
    assert [name for name in LONG_FILES if sizes.get(name, 0) <= LONGEST_FILE] == [], "no longer long"


def test_no_function_is_too_long() -> None:
    texts = {name: text for name, text in sources().items() if name.endswith((".c", ".h"))}
    assert [complaint for name, text in texts.items() for complaint in long_functions(name, text)] == []


def test_the_functions_are_found() -> None:
    text = """
static const struct row rows[] = {
    {"a", 1},
};
TEXT_GETTER(name)
int one(void) { return 1; }

/* not_this(void) { */
static const char *two(const char *a,
                       int b) {
  if (b) {
    return "}";
  }
  return a;
}
enum { A = 1 };
LSEXPORT_API void three(void (*f)(int)) {
}
"""
    assert c_source.functions(text) == [("one", 5, 2), ("two", 9, 7), ("three", 17, 2)]


def test_a_long_function_is_reported() -> None:
    body = "  a++;\n" * (LONGEST_FUNCTION - 1)
    assert long_functions("a.c", f"void a(void) {{\n{body}}}\n") == ["a.c:1: a has 81 lines"]
    assert long_functions("a.c", f"void a(void) {{\n{body[:-7]}}}\n") == []


def test_a_missing_licence_is_reported() -> None:
    assert says_licence("/* SPDX-License-Identifier: MIT */\nint a;")
    assert says_licence("#!/bin/sh\n# SPDX-License-Identifier: MIT\n")
    assert not says_licence("int a;\n/* SPDX-License-Identifier: MIT */")
    assert not says_licence("")
