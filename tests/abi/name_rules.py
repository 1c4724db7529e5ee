# SPDX-License-Identifier: MIT
"""lsexport_<noun>_<verb>: verbs come from a closed list, and getters have none.

A changed function gets a new name that ends with 2, so digits behind a word do not count.
"""

from collections.abc import Iterator

from api_model import Api, Function

# Nouns beside the handles: tables, and the process as a whole.
TABLES = {"status", "cause", "option"}
PROCESS = {"abi", "version", "global"}

OVER_THE_NETWORK = {"get", "list", "create", "ensure", "patch", "delete", "diagnose", "verify", "rotate"}
VERBS = OVER_THE_NETWORK | {
    *("init", "new", "free", "copy", "set", "allow", "cancel", "close", "wait", "check", "explain"),
    *("submit", "trigger", "count", "at"),
}


def split_name(api: Api, name: str) -> tuple[str, str]:
    """The noun of a function, the longest that fits, and the words behind it."""
    nouns = {handle.removeprefix("lsexport_") for handle in api.handles} | TABLES | PROCESS
    words = name.removeprefix("lsexport_").split("_")
    for length in range(len(words), 0, -1):
        if "_".join(words[:length]) in nouns:
            return "_".join(words[:length]), "_".join(words[length:])
    return "", name


def verb_of(rest: str) -> str | None:
    word = rest.split("_")[0].rstrip("0123456789")
    return word if word in VERBS else None


def complaints(api: Api) -> list[str]:
    return [f"{one.where}: {one.name} {text}" for one in api.functions for text in _breaches(api, one)]


def _breaches(api: Api, function: Function) -> Iterator[str]:
    noun, rest = split_name(api, function.name)
    if not noun:
        yield "has no noun: none of the handles, of the tables, nor of the process"
        return
    handle = f"lsexport_{noun}" if f"lsexport_{noun}" in api.handles else None
    kinds = [parameter.type for parameter in function.parameters]
    match verb_of(rest):
        case None:
            yield from _breaches_of_getter(function, handle, kinds)
        case "new":
            if f"{handle} **" not in kinds:
                yield f"makes no {handle}"
        case "copy":
            if (function.returns, kinds) != (f"{handle} *", [f"const {handle} *"]):
                yield "does not copy its own handle"
        case "set" | "allow":
            if kinds[:1] != [f"{handle} *"] or function.returns != "lsexport_status" or "lsexport_error **" in kinds:
                yield "is no setter: its handle comes first, it returns a status and has no error_out"
        case "count":
            if function.returns != "size_t" or kinds != ([f"const {handle} *"] if handle else []):
                yield "is no count: size_t of a handle or of a table"
        case "at":
            if kinds != ([f"const {handle} *"] if handle else []) + ["size_t"]:
                yield "takes no index"
        case verb if verb in OVER_THE_NETWORK and "lsexport_client *" not in kinds:
            yield f"has the verb {verb}, which goes to the network, and takes no client"
    if function.name.endswith(("_ms", "_unix_us")) and verb_of(rest) is None and function.returns != "int64_t":
        yield f"is a time, and returns {function.returns}"


def _breaches_of_getter(function: Function, handle: str | None, kinds: list[str]) -> Iterator[str]:
    """What has no verb only reads: it changes no handle and asks no server."""
    if handle and kinds[:1] != [f"const {handle} *"]:
        yield f"has no verb, and does not read a const {handle} *"
    if function.returns in ("void", "lsexport_status") and not function.name.endswith("_status"):
        yield f"has no verb, and returns {function.returns}"
    changed = [kind for kind in kinds if kind.endswith("*") and not kind.startswith("const ") and kind != "size_t *"]
    if changed or "const lsexport_call *" in kinds:
        yield "has no verb, and does more than read"
