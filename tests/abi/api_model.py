# SPDX-License-Identifier: MIT
"""The public API as its headers declare it, read with pycparser."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import header_text
from pycparser import c_ast, c_parser

# What <stddef.h> and <stdint.h> give to the headers. A name that is not here does not parse.
STANDARD_TYPES = ("size_t", "int32_t", "int64_t", "uint64_t", "uintptr_t")
PRELUDE = '# 1 "<standard>"\n' + "".join(f"typedef long {name};\n" for name in STANDARD_TYPES)


@dataclass(frozen=True)
class Parameter:
    name: str | None
    type: str  # as "const char *"


@dataclass(frozen=True)
class Function:
    name: str
    returns: str
    parameters: tuple[Parameter, ...]
    where: str  # as "error.h:12"

    @property
    def signature(self) -> str:
        return f"{self.returns} ({', '.join(one.type for one in self.parameters) or 'void'})"


@dataclass
class Api:
    tree: c_ast.FileAST
    functions: list[Function] = field(default_factory=list)
    callbacks: list[Function] = field(default_factory=list)  # types of function pointers
    handles: list[str] = field(default_factory=list)  # opaque types
    aliases: dict[str, str] = field(default_factory=dict)  # other names of scalars
    constants: dict[str, int] = field(default_factory=dict)  # of enums
    macros: dict[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """All that a user can name, but the names of parameters."""
        named = [one.name for one in self.functions + self.callbacks]
        return named + self.handles + [*self.aliases, *self.constants, *self.macros]


def read(headers: Iterable[Path]) -> Api:
    """The API of these headers, which include each other and only the standard ones beside."""
    by_name = {f"<lsexport/{header.name}>": header for header in headers}
    parts: list[str] = []
    macros: dict[str, str] = {}

    def take(name: str) -> None:
        header = by_name.pop(name, None)
        if header is None:
            return
        text = header.read_text("utf-8")
        for included in header_text.includes(text):
            take(included)
        parts.append(f'# 1 "{header.name}"\n{header_text.declarations_only(text)}\n')
        macros.update(header_text.macros(text))

    for name in list(by_name):
        take(name)
    return _model("".join(parts), macros)


def read_text(text: str) -> Api:
    """The API of one header, given as text."""
    return _model(f'# 1 "header.h"\n{header_text.declarations_only(text)}\n', header_text.macros(text))


def _model(source: str, macros: dict[str, str]) -> Api:
    api = Api(c_parser.CParser().parse(PRELUDE + source), macros=macros)
    api.tree.ext = [node for node in api.tree.ext if node.coord.file != "<standard>"]
    for node in api.tree.ext:
        if isinstance(node, c_ast.Typedef):
            _add_type(api, node)
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            api.functions.append(_function(node.name, node.type, node))
        elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.Enum):
            api.constants.update(_constants(node.type))
    return api


def _add_type(api: Api, node: c_ast.Typedef) -> None:
    kind = node.type
    if isinstance(kind, c_ast.PtrDecl) and isinstance(kind.type, c_ast.FuncDecl):
        api.callbacks.append(_function(node.name, kind.type, node))
    elif isinstance(kind, c_ast.TypeDecl) and isinstance(kind.type, c_ast.Struct):
        api.handles.append(node.name)
    else:
        api.aliases[node.name] = type_text(kind)


def _function(name: str, node: c_ast.FuncDecl, at: c_ast.Node) -> Function:
    parameters = [
        Parameter(getattr(one, "name", None), type_text(one)) for one in (node.args.params if node.args else ())
    ]
    if parameters == [Parameter(None, "void")]:
        parameters = []
    return Function(name, type_text(node.type), tuple(parameters), where(at))


def _constants(node: c_ast.Enum) -> dict[str, int]:
    found: dict[str, int] = {}
    following = 0
    for one in node.values.enumerators:
        following = _number(one.value) if one.value else following
        found[one.name] = following
        following += 1
    return found


def _number(node: c_ast.Node) -> int:
    if isinstance(node, c_ast.UnaryOp) and node.op == "-":
        return -_number(node.expr)
    if not isinstance(node, c_ast.Constant):
        raise ValueError(f"{where(node)}: a constant's value must be a plain number")
    return int(re.sub(r"[uUlL]+$", "", node.value), 0)


def where(node: c_ast.Node) -> str:
    return f"{Path(node.coord.file).name}:{node.coord.line}"


def type_text(node: c_ast.Node) -> str:
    """A type as C text, without the name it declares."""
    quals = "".join(f"{qualifier} " for qualifier in getattr(node, "quals", None) or ())
    match node:
        case c_ast.EllipsisParam():
            return "..."
        case c_ast.Decl() | c_ast.Typename():
            return type_text(node.type)
        case c_ast.TypeDecl():
            return quals + type_text(node.type)
        case c_ast.IdentifierType():
            return " ".join(node.names)
        case c_ast.Struct() | c_ast.Union() | c_ast.Enum():
            return f"{type(node).__name__.lower()} {node.name}"
        case c_ast.PtrDecl():
            inner = type_text(node.type)
            return f"{inner}{'' if inner.endswith('*') else ' '}*{quals.strip()}"
        case c_ast.ArrayDecl():
            return type_text(node.type) + "[]"
        case c_ast.FuncDecl():
            return type_text(node.type) + "()"
    raise ValueError(f"{where(node)}: {type(node).__name__}")
