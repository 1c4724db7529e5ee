"""Hold the emulator's OpenAPI document against the published one, field by field.

    python -m lsexport_emulator.compare_openapi PATH

PATH is LangSmith's OpenAPI document (JSON). Every difference in what a client can notice is printed,
one a line, and makes the exit status 1: paths, methods, operation ids, parameters, bodies, answers,
and of each schema the members, types, nullability, defaults and limits. Titles, descriptions and
examples are not compared, nor are the refusals that the published document does not mention.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

PREFIX = "/api/v1/bulk-exports/destinations"
_PROSE = frozenset({"title", "description", "summary", "examples", "example", "tags"})

Json = Any


def differences(ours: Json, published: Json, prefix: str = PREFIX) -> list[str]:
    return list(_Comparison(ours, published).paths(prefix))


class _Comparison:
    def __init__(self, ours: Json, published: Json) -> None:
        self._ours = ours
        self._published = published
        self._compared: set[str] = set()

    def paths(self, prefix: str) -> Iterator[str]:
        ours = _under(self._ours["paths"], prefix)
        published = _under(self._published["paths"], prefix)
        yield from _names("path", ours, published)
        for path in sorted(set(ours) & set(published)):
            yield from _names(f"{path}: method", ours[path], published[path])
            for method in sorted(set(ours[path]) & set(published[path])):
                yield from self._operation(
                    f"{method.upper()} {path}", ours[path][method], published[path][method]
                )

    def _operation(self, where: str, ours: Json, published: Json) -> Iterator[str]:
        for member in ("operationId", "security"):
            yield from _plain(f"{where}: {member}", ours.get(member), published.get(member))
        our_parameters, parameters = _parameters(ours), _parameters(published)
        yield from _names(f"{where}: parameter", our_parameters, parameters)
        for name in sorted(set(our_parameters) & set(parameters)):
            place = f"{where}: parameter {name}"
            yield from _plain(
                f"{place}: required",
                our_parameters[name].get("required", False),
                parameters[name].get("required", False),
            )
            yield from self._schema(place, our_parameters[name]["schema"], parameters[name]["schema"])
        yield from self._body(f"{where}: body", ours.get("requestBody"), published.get("requestBody"))
        for status, answer in sorted(published["responses"].items()):
            if status not in ours["responses"]:
                yield f"{where}: answer {status}: ours lacks it"
            else:
                yield from self._content(f"{where}: answer {status}", ours["responses"][status], answer)

    def _body(self, where: str, ours: Json, published: Json) -> Iterator[str]:
        if ours is None or published is None:
            yield from _plain(where, ours, published)
            return
        yield from _plain(f"{where}: required", ours.get("required", False), published.get("required", False))
        yield from self._content(where, ours, published)

    def _content(self, where: str, ours: Json, published: Json) -> Iterator[str]:
        ours, published = ours.get("content", {}), published.get("content", {})
        yield from _names(f"{where}: media type", ours, published)
        for name in sorted(set(ours) & set(published)):
            yield from self._schema(f"{where}: {name}", ours[name]["schema"], published[name]["schema"])

    def _schema(self, where: str, ours: Json, published: Json) -> Iterator[str]:
        """Two schemas, and once for each name whatever they refer to."""
        if "$ref" in ours or "$ref" in published:
            yield from _plain(f"{where}: $ref", ours.get("$ref"), published.get("$ref"))
            if ours.get("$ref") == published.get("$ref") and ours["$ref"] not in self._compared:
                self._compared.add(ours["$ref"])
                name = ours["$ref"].rpartition("/")[2]
                yield from self._schema(name, _named(self._ours, name), _named(self._published, name))
            return
        for keyword in sorted((set(ours) | set(published)) - _PROSE):
            place = f"{where}: {keyword}"
            left, right = ours.get(keyword), published.get(keyword)
            if keyword == "properties":
                yield from _names(f"{where}: member", left or {}, right or {})
                for name in sorted(set(left or {}) & set(right or {})):
                    yield from self._schema(f"{where}.{name}", left[name], right[name])
            elif keyword == "items" and left is not None and right is not None:
                yield from self._schema(f"{where}[]", left, right)
            elif keyword == "anyOf" and left is not None and right is not None and len(left) == len(right):
                for index, (one, other) in enumerate(zip(left, right, strict=True)):
                    yield from self._schema(f"{where}|{index}", one, other)
            elif keyword in ("required", "enum"):
                yield from _plain(place, sorted(left or []), sorted(right or []))
            else:
                yield from _plain(place, left, right)


def _under(paths: Json, prefix: str) -> dict[str, Json]:
    return {path: methods for path, methods in paths.items() if path.startswith(prefix)}


def _parameters(operation: Json) -> dict[str, Json]:
    return {f"{item['in']} {item['name']}": item for item in operation.get("parameters", [])}


def _named(document: Json, name: str) -> Json:
    return document["components"]["schemas"].get(name, {})


def _names(what: str, ours: Json, published: Json) -> Iterator[str]:
    for name in sorted(set(published) - set(ours)):
        yield f"{what} {name}: ours lacks it"
    for name in sorted(set(ours) - set(published)):
        yield f"{what} {name}: not published"


def _plain(where: str, ours: Json, published: Json) -> Iterator[str]:
    if ours != published:
        yield f"{where}: ours {json.dumps(ours)}, published {json.dumps(published)}"


def main(arguments: Sequence[str] | None = None) -> int:
    description, _, _ = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="lsexport_emulator.compare_openapi", description=description)
    parser.add_argument("path", help="LangSmith's OpenAPI document, JSON")
    options = parser.parse_args(arguments)

    from lsexport_emulator.app import create_api
    from lsexport_emulator.emulator import Emulator

    with open(options.path, encoding="utf-8") as file:
        published = json.load(file)
    found = differences(create_api(Emulator()).openapi(), published)
    for line in found:
        print(line)
    print(f"{len(found)} difference(s) under {PREFIX}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
