# SPDX-License-Identifier: MIT
"""The headers keep the rules of the ABI, and the rules see a header that breaks them."""

import doc_comments
import header_rules
import header_text
import name_rules
import pytest
from api_model import Api, read_text
from build_folder import Built
from pycparser.c_parser import ParseError

GOOD = """
typedef int32_t lsexport_status;
typedef struct lsexport_client lsexport_client;
typedef struct lsexport_call lsexport_call;
typedef struct lsexport_error lsexport_error;
typedef struct lsexport_thing lsexport_thing;
void lsexport_client_free(lsexport_client *client);
void lsexport_call_free(lsexport_call *call);
void lsexport_error_free(lsexport_error *error);
void lsexport_thing_free(lsexport_thing *thing);
"""


def complaints(api: Api) -> list[str]:
    return header_rules.complaints(api) + name_rules.complaints(api)


def test_the_headers_keep_every_rule(api: Api) -> None:
    assert len(api.functions) > 100
    assert complaints(api) == []


def test_the_headers_include_each_other_and_the_standard_ones_alone(built: Built) -> None:
    allowed = {f"<lsexport/{header.name}>" for header in built.headers} | {"<stddef.h>", "<stdint.h>"}
    for header in built.headers:
        assert set(header_text.includes(header.read_text())) <= allowed, header.name


def test_the_umbrella_includes_all_headers(built: Built) -> None:
    umbrella = header_text.includes((built.include / "lsexport/lsexport.h").read_text())
    assert umbrella == sorted(f"<lsexport/{header.name}>" for header in built.headers if header.stem != "lsexport")


def test_the_headers_say_the_same_to_everybody(built: Built) -> None:
    """No declaration hangs on a macro: only the guard, the export macro and extern "C" do."""
    allowed = ("#ifndef LSEXPORT_", "#ifdef __cplusplus", "#if defined(LSEXPORT_STATIC) || !defined(__GNUC__)")
    for header in built.headers:
        directives = [item.text for item in header_text.items(header.read_text()) if item.kind == "directive"]
        conditions = [line for line in directives if line.startswith(("#if", "#elif"))]
        assert all(line.startswith(allowed) for line in conditions), header.name


def test_each_thing_has_a_documentation_comment(built: Built) -> None:
    for header in built.headers:
        assert doc_comments.complaints(header.name, header.read_text()) == []


def test_no_thing_escapes_the_search_for_comments(api: Api, built: Built) -> None:
    found = [item for header in built.headers for item, _ in doc_comments.documented(header.read_text())]
    declared = api.functions + api.callbacks + api.handles + [*api.aliases, *api.macros]
    enums = [node for node in api.tree.ext if not node.name]
    assert len(found) == len(declared) + len(enums)


def test_a_good_header_is_let_through() -> None:
    functions = """
        typedef void (*lsexport_seen_fn)(uintptr_t userdata, const char *line, size_t length);
        enum { LSEXPORT_ONE = 1, LSEXPORT_LESS = -1 };
        #define LSEXPORT_WAIT_MS 5
        lsexport_status lsexport_thing_new(lsexport_thing **thing_out);
        lsexport_status lsexport_thing_set_seen(lsexport_thing *thing, lsexport_seen_fn seen, uintptr_t userdata);
        lsexport_status lsexport_thing_create2(lsexport_client *client, const lsexport_thing *thing,
            const lsexport_call *call, lsexport_thing **thing_out, size_t *length_out, lsexport_error **error_out);
        int64_t lsexport_thing_created_at_unix_us(const lsexport_thing *thing);
        const char *lsexport_thing_json(const lsexport_thing *thing, size_t *length_out);
        size_t lsexport_thing_count(const lsexport_thing *thing);
        lsexport_thing *lsexport_thing_copy(const lsexport_thing *thing);
        size_t lsexport_option_count(void);
    """
    assert complaints(read_text(GOOD + functions)) == []


@pytest.mark.parametrize(
    ("breach", "complaint"),
    [
        ("typedef struct lsexport_pair { int32_t a; } lsexport_pair;", "is defined: handles are opaque"),
        ("struct lsexport_pair { int32_t a : 3; };", "is a bit-field"),
        ("struct lsexport_pair { union { int32_t a; } b; };", "a union"),
        ("typedef struct other lsexport_bag; void lsexport_bag_free(lsexport_bag *bag);", "must have the same name"),
        ("enum lsexport_kind { LSEXPORT_A = 1 };", "has a name"),
        ("enum { LSEXPORT_A };", "has no number of its own"),
        ("enum { LSEXPORT_A = 4000000000 };", "does not fit into int32_t"),
        ("enum { ONE = 1 };", "is not named LSEXPORT_"),
        ("#define LSEXPORT_MAX(a) a", "a macro with arguments"),
        ("extern int32_t lsexport_debug;", "is a variable"),
        ("static inline int32_t lsexport_version(void) { return 1; }", "is defined in a header"),
        ("static int32_t lsexport_version(void);", "is declared static"),
        ("int32_t lsexport_version();", "empty parentheses"),
        ("int32_t lsexport_abi_level(const char *format, ...);", "variable arguments"),
        ("int32_t lsexport_abi_level(const char *names[]);", "an array"),
        ("int32_t lsexport_option_key(size_t);", "parameter 1 has no name"),
        ("int32_t lsexport_abi_level(long a);", "takes long"),
        ("int32_t lsexport_abi_level(int a);", "takes int"),
        ("int32_t lsexport_abi_level(_Bool a);", "takes _Bool"),
        ("int32_t lsexport_abi_level(void *a);", "takes void *"),
        ("int32_t lsexport_abi_level(char *a);", "takes char *"),
        ("int32_t lsexport_abi_level(lsexport_call a);", "takes lsexport_call"),
        ("typedef int64_t lsexport_when;", "only int32_t may have other names"),
        ("char *lsexport_abi_text(void);", "returns char *"),
        ("double lsexport_abi_level(void);", "returns double"),
        ("lsexport_error lsexport_abi_level(void);", "returns lsexport_error"),
        ("lsexport_status lsexport_thing_new(lsexport_thing **thing);", "are named *_out"),
        ("int32_t lsexport_abi_level(int32_t a_out);", "are named *_out"),
        ("const char *lsexport_option_key(int32_t index);", "index is int32_t, not size_t"),
        ("lsexport_status lsexport_call_set_ms(lsexport_call *call, int32_t wait_ms);", "not int64_t"),
        ("lsexport_status lsexport_call_set_it(lsexport_call *call, uintptr_t data);", "is named userdata"),
        ("lsexport_status lsexport_thing_new(lsexport_thing **thing_out, lsexport_error **e_out);", "named error_out"),
        ("typedef void (*lsexport_seen_fn)(const char *line);", "does not begin with userdata"),
        (
            "typedef void (*lsexport_seen_fn)(uintptr_t userdata);"
            "lsexport_status lsexport_thing_set_seen(lsexport_thing *thing, lsexport_seen_fn seen);",
            "is not followed by its userdata",
        ),
        ("lsexport_status lsexport_thing_set_id(const char *id, lsexport_thing *thing);", "a handle comes first"),
        ("lsexport_status lsexport_thing_new(lsexport_thing **thing_out, int32_t kind);", "the order is"),
        (
            "lsexport_status lsexport_thing_get(lsexport_client *client, const lsexport_call *call, const char *id,"
            "lsexport_thing **thing_out, lsexport_error **error_out);",
            "the order is",
        ),
        (
            "lsexport_status lsexport_thing_get(lsexport_client *client, const lsexport_call *call,"
            "lsexport_error **error_out, lsexport_thing **thing_out);",
            "the order is",
        ),
        (
            "lsexport_status lsexport_thing_delete(lsexport_client *client, lsexport_error **error_out);",
            "takes no const lsexport_call *",
        ),
        (
            "lsexport_status lsexport_thing_delete(lsexport_client *client, const lsexport_call *call);",
            "has no error_out",
        ),
        (
            "lsexport_status lsexport_thing_delete(lsexport_client *client, const lsexport_call *how,"
            "lsexport_error **error_out);",
            "its lsexport_call is named how",
        ),
        ("int32_t lsexport_thing_wait(const lsexport_call *call);", "takes a call, and no client"),
        ("int32_t lsexport_thing_new(lsexport_thing **thing_out);", "returns no status"),
        ("typedef struct lsexport_bag lsexport_bag;", "has no lsexport_bag_free"),
        ("int32_t lsexport_option_free(int32_t option);", "frees no handle"),
        (
            "typedef struct lsexport_bag lsexport_bag; void lsexport_bag_free(lsexport_bag **bag_out);",
            "must be void (*)(lsexport_bag *)",
        ),
        ("int32_t lsexport_sort(int32_t a);", "has no noun"),
        ("void lsexport_thing_destroy(lsexport_thing *thing);", "has no verb"),
        ("const char *lsexport_thing_get_name(const lsexport_thing *thing);", "which goes to the network"),
        ("int32_t lsexport_thing_update(const lsexport_thing *thing, lsexport_error **error_out);", "more than read"),
        ("void lsexport_thing_show(const lsexport_thing *thing);", "has no verb, and returns void"),
        ("lsexport_status lsexport_thing_new(int32_t kind);", "makes no lsexport_thing"),
        ("lsexport_thing *lsexport_thing_copy(lsexport_thing *thing);", "does not copy its own handle"),
        ("void lsexport_thing_set_name(lsexport_thing *thing, const char *name);", "is no setter"),
        ("int32_t lsexport_option_count(void);", "is no count"),
        ("const char *lsexport_option_at(int32_t key);", "takes no index"),
        ("int32_t lsexport_thing_age_ms(const lsexport_thing *thing);", "is a time"),
    ],
)
def test_a_breach_is_reported(breach: str, complaint: str) -> None:
    assert any(complaint in one for one in complaints(read_text(f"{GOOD}\n{breach}\n")))


@pytest.mark.parametrize("kind", ["bool", "time_t", "FILE *", "va_list", "off_t", "CURL *", "uint8_t"])
def test_a_type_of_another_header_does_not_parse(kind: str) -> None:
    with pytest.raises(ParseError):
        read_text(f"{GOOD}\nint32_t lsexport_abi_level({kind} a);\n")


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("int32_t lsexport_abi_level(void);", "directly before"),
        ("/* Plain. Since: 0.1. */\nint32_t lsexport_abi_level(void);", "directly before"),
        ("/** Too far away. Since: 0.1. */\n\nint32_t lsexport_abi_level(void);", "directly before"),
        ("/** For one. Since: 0.1. */\nint32_t a(void);\nint32_t b(void);", "header.h:3: int32_t b(void);: no comment"),
        ("/** Says no version. */\nint32_t lsexport_abi_level(void);", "does not end with"),
        ("/** Since: 0.1. But goes on. */\n#define LSEXPORT_A 1", "does not end with"),
        ("/** Since: 0.1. */\n#define LSEXPORT_A 1", "says nothing"),
        ("#define LSEXPORT_A 1", "directly before"),
        ("enum { LSEXPORT_A = 1 };", "directly before"),
        ("typedef struct a a;", "directly before"),
        ("/** Of nothing. Since: 0.1. */\n/* ---- */\n", "before nothing"),
    ],
)
def test_a_bad_comment_is_reported(header: str, complaint: str) -> None:
    assert any(complaint in one for one in doc_comments.complaints("header.h", header))


def test_good_comments_are_let_through() -> None:
    header = """#ifndef A_H
#define A_H
#ifdef __cplusplus
extern "C" {
#endif
/** One. Since: 0.1. */
LSEXPORT_API int32_t one(void);
/** Two; and
 * more. Since: 1.12. */
enum {
  A = 1, /* the first; */
  B = 2
};
#ifdef __cplusplus
}
#endif
#endif
"""
    assert doc_comments.complaints("header.h", header) == []
    assert len(list(doc_comments.documented(header))) == 2
