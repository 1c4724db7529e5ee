# SPDX-License-Identifier: MIT
"""What a public header must never hold, so that every language can call the library for years.

RULES are functions that take an Api and yield a complaint for each breach; complaints() runs them all.
"""

from collections.abc import Iterator

from api_model import Api, where
from pycparser import c_ast

SCALARS = {"int32_t", "int64_t", "uint64_t", "size_t", "uintptr_t"}


class Forbidden(c_ast.NodeVisitor):
    """Collects the constructs that no header may use."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def complain(self, node: c_ast.Node, what: str) -> None:
        self.found.append(f"{where(node)}: {what}")

    def visit_Struct(self, node: c_ast.Struct) -> None:
        if node.decls is not None:
            self.complain(node, f"struct {node.name} is defined: handles are opaque")
        self.generic_visit(node)

    def visit_Union(self, node: c_ast.Union) -> None:
        self.complain(node, "a union")
        self.generic_visit(node)

    def visit_Enum(self, node: c_ast.Enum) -> None:
        if node.name is not None:
            self.complain(node, f"enum {node.name} has a name: values cross the boundary as int32_t")
        for one in node.values.enumerators if node.values else ():
            if one.value is None:
                self.complain(one, f"{one.name} has no number of its own")

    def visit_Decl(self, node: c_ast.Decl) -> None:
        if node.bitsize is not None:
            self.complain(node, f"{node.name} is a bit-field")
        for word in node.funcspec + node.storage:
            self.complain(node, f"{node.name} is declared {word}")
        self.generic_visit(node)

    def visit_FuncDef(self, node: c_ast.FuncDef) -> None:
        self.complain(node, f"{node.decl.name} is defined in a header")

    def visit_FuncDecl(self, node: c_ast.FuncDecl) -> None:
        if node.args is None:
            self.complain(node, "empty parentheses: write (void)")
        self.generic_visit(node)

    def visit_EllipsisParam(self, node: c_ast.EllipsisParam) -> None:
        self.complain(node, "variable arguments")

    def visit_ArrayDecl(self, node: c_ast.ArrayDecl) -> None:
        self.complain(node, "an array")


def constructs(api: Api) -> Iterator[str]:
    visitor = Forbidden()
    visitor.visit(api.tree)
    yield from visitor.found
    for node in api.tree.ext:
        if isinstance(node, c_ast.Decl) and node.name and not isinstance(node.type, c_ast.FuncDecl):
            yield f"{where(node)}: {node.name} is a variable"


def type_names(api: Api) -> Iterator[str]:
    for node in api.tree.ext:
        if isinstance(node, c_ast.Typedef) and node.name in api.handles and node.type.type.name != node.name:
            yield f"{where(node)}: the struct of {node.name} must have the same name"
    for name, text in api.aliases.items():
        if text != "int32_t":
            yield f"{name} stands for {text}: only int32_t may have other names"


def prefixes(api: Api) -> Iterator[str]:
    for name in api.names():
        prefix = "LSEXPORT_" if name in api.constants or name in api.macros else "lsexport_"
        if not name.startswith(prefix) or "__" in name:
            yield f"{name} is not named {prefix}*"
    for name in api.macros:
        if "(" in name:
            yield f"{name} is a macro with arguments: no other language has it"
    for name, number in api.constants.items():
        if not -(2**31) <= number < 2**31:
            yield f"{name} does not fit into int32_t"


def types_of(api: Api) -> tuple[set[str], set[str], set[str]]:
    """The types of inputs, outputs and results that may cross the boundary."""
    scalars = SCALARS | set(api.aliases)
    borrowed = {"const char *"} | {f"const {handle} *" for handle in api.handles}
    owned = {f"{handle} *" for handle in api.handles}
    inputs = scalars | borrowed | owned | {callback.name for callback in api.callbacks}
    outputs = {f"{scalar} *" for scalar in scalars} | {f"{handle} **" for handle in api.handles} | {"const char **"}
    return inputs, outputs, scalars | borrowed | owned | {"void"}


def types(api: Api) -> Iterator[str]:
    inputs, outputs, results = types_of(api)
    for function in api.functions + api.callbacks:
        if function.returns not in results:
            yield f"{function.where}: {function.name} returns {function.returns}"
        for parameter in function.parameters:
            if parameter.type not in inputs | outputs:
                yield f"{function.where}: {function.name} takes {parameter.type}"


def parameter_names(api: Api) -> Iterator[str]:
    _, outputs, _ = types_of(api)
    for function in api.functions + api.callbacks:
        for position, parameter in enumerate(function.parameters, 1):
            at, name, kind = f"{function.where}: {function.name}", parameter.name, parameter.type
            if name is None:
                yield f"{at}: parameter {position} has no name"
                continue
            if name.endswith("_out") != (kind in outputs):
                yield f"{at}: {name} is {kind}: outputs, and they alone, are named *_out"
            if wanted := type_by_name(name):
                if kind.removesuffix(" *") != wanted:
                    yield f"{at}: {name} is {kind}, not {wanted}"
            elif kind in ("lsexport_error **", "uintptr_t"):
                yield f"{at}: a {kind} is named {'userdata' if kind == 'uintptr_t' else 'error_out'}"


def type_by_name(name: str) -> str | None:
    """The type that a parameter of this name must have."""
    if name == "error_out":
        return "lsexport_error **"
    name = name.removesuffix("_out")
    if name.endswith(("_ms", "_unix_us")):
        return "int64_t"
    if name in ("index", "length") or name.endswith("_length"):
        return "size_t"
    return "uintptr_t" if name == "userdata" else None


def order(api: Api) -> Iterator[str]:
    """Handle, inputs, call, outputs, error_out."""
    _, outputs, _ = types_of(api)
    handles = {f"{const}{handle} *" for handle in api.handles for const in ("", "const ")}
    callbacks = {callback.name for callback in api.callbacks}
    for function in api.functions:
        at, parameters = f"{function.where}: {function.name}", function.parameters
        kinds = [parameter.type for parameter in parameters]
        ranks = [rank(kind, outputs) for kind in kinds]
        if ranks != sorted(ranks):
            yield f"{at}: the order is inputs, call, outputs, error_out"
        inputs = [kind for kind in kinds if rank(kind, outputs) == 0]
        if set(inputs) & handles and inputs[0] not in handles:
            yield f"{at}: a handle comes first"
        for position, kind in enumerate(kinds):
            followed_by_userdata = kinds[position + 1 : position + 2] == ["uintptr_t"]
            if kind in callbacks and not followed_by_userdata:
                yield f"{at}: {parameters[position].name} is not followed by its userdata"
    for callback in api.callbacks:
        if [one.type for one in callback.parameters][:1] != ["uintptr_t"]:
            yield f"{callback.where}: {callback.name} does not begin with userdata"


def rank(kind: str, outputs: set[str]) -> int:
    if kind == "lsexport_error **":
        return 3
    return 1 if is_call(kind) else 2 if kind in outputs else 0


def is_call(kind: str) -> bool:
    return kind == "const lsexport_call *"


def calls(api: Api) -> Iterator[str]:
    """What takes a client may block, unless it makes or frees: it takes a call, gives an error and returns a status."""
    for function in api.functions:
        at, kinds = f"{function.where}: {function.name}", [one.type for one in function.parameters]
        blocks = "lsexport_client *" in kinds and not function.name.endswith(("_new", "_free"))
        if blocks and not any(map(is_call, kinds)):
            yield f"{at}: may block, and takes no const lsexport_call *"
        if blocks and kinds[-1] != "lsexport_error **":
            yield f"{at}: may block, and has no error_out"
        if not blocks and any(map(is_call, kinds)) and "lsexport_queue *" not in kinds:
            yield f"{at}: takes a call, and no client or queue"
        for parameter in function.parameters:
            if is_call(parameter.type) and parameter.name != "call":
                yield f"{at}: its lsexport_call is named {parameter.name}"
        if any(kind.endswith(" **") for kind in kinds) and function.returns != "lsexport_status":
            yield f"{at}: gives a handle out, and returns no status"


def lifetimes(api: Api) -> Iterator[str]:
    """Each handle is freed, unless nothing gives it out but the handle that is its plural, and owns it."""
    given = {one.type for function in api.functions for one in function.parameters}
    free = {function.name: function for function in api.functions if function.name.endswith("_free")}
    for handle in api.handles:
        function = free.pop(f"{handle}_free", None)
        if function is None:
            if f"{handle}s" in api.handles and f"{handle} **" not in given:
                continue
            yield f"{handle} has no {handle}_free"
        elif (function.returns, [one.type for one in function.parameters]) != ("void", [f"{handle} *"]):
            yield f"{function.where}: {function.name} must be void (*)({handle} *)"
    for function in free.values():
        yield f"{function.where}: {function.name} frees no handle"


RULES = (constructs, type_names, prefixes, types, parameter_names, order, calls, lifetimes)


def complaints(api: Api) -> list[str]:
    return [complaint for rule in RULES for complaint in rule(api)]
