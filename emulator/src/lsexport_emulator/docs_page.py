"""The OpenAPI document as a page to read, with nothing fetched from anywhere."""

import json
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; color: #222;
       margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; font: 600 1.1rem ui-monospace, monospace; }
h2 b { color: #06c; text-transform: uppercase; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
"""


def add_to(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(render(app.openapi()))


def render(document: dict[str, Any]) -> str:
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>{escape(document['info']['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{escape(document['info']['title'])} {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info'].get('description', ''))}</p>",
        '<p>The same as data: <a href="openapi.json">openapi.json</a></p>',
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(path, method, operation))
    parts.append("<h1>Schemas</h1>")
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        parts.append(_schema(name, schema))
    return "".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = []
    for parameter in operation.get("parameters", []):
        rows.append(
            (f"{parameter['in']} <code>{escape(parameter['name'])}</code>", _type(parameter["schema"]))
        )
    for content in operation.get("requestBody", {}).get("content", {}).values():
        rows.append(("body", _type(content["schema"])))
    for status, response in operation["responses"].items():
        types = [_type(content["schema"]) for content in response.get("content", {}).values()]
        rows.append((escape(status), " ".join([escape(response["description"]), *types])))
    text = escape(operation.get("description", operation.get("summary", "")))
    return f"<h2><b>{escape(method)}</b> {escape(path)}</h2><p>{text}</p>{_table(rows)}"


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [
        (
            f"<code>{escape(member)}</code>{' (required)' if member in required else ''}",
            f"{_type(facts)} {escape(facts.get('description', ''))}",
        )
        for member, facts in schema.get("properties", {}).items()
    ]
    content = _table(rows) if rows else f"<p>{_type(schema)}</p>"
    return f'<h2 id="{escape(name)}">{escape(name)}</h2>{content}'


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " or ".join(_type(member) for member in schema["anyOf"])
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    limits = {name: value for name, value in schema.items() if name not in ("title", "type", "description")}
    text = escape(str(schema.get("type", "anything")))
    return f"{text} <code>{escape(json.dumps(limits))}</code>" if limits else text


def _table(rows: list[tuple[str, str]]) -> str:
    return "<table>" + "".join(f"<tr><td>{left}<td>{right}" for left, right in rows) + "</table>"
