"""Reads the public API from rustdoc JSON."""
import json
import sys

# The version of the format, which may change with each nightly toolchain.
FORMAT = 57


class Api:
    """The items that a user of the crate can name. `paths` maps (kind, id) to the paths of an item."""

    def __init__(self, file):
        index = json.load(open(file))
        if index["format_version"] != FORMAT:
            print(f"skipped: rustdoc JSON has format {index['format_version']}, and this script reads format {FORMAT}")
            sys.exit(0)
        self.items, self.paths, self.summaries = index["index"], {}, index["paths"]
        root = self.items[str(index["root"])]
        self.crate = root["name"]
        self.walk(root, self.crate)

    def item(self, number):
        return self.items.get(str(number))

    def visit(self, item, path):
        kind, inner = next(iter(item["inner"].items()))
        if kind != "use":
            if item["name"]:
                self.reach(item, f"{path}::{item['name']}")
            return
        target = self.item(inner["id"])
        if target is not None and inner["is_glob"]:
            self.walk(target, path)
        elif target is not None:
            self.reach(target, f"{path}::{inner['name']}")

    def reach(self, item, path):
        kind = next(iter(item["inner"]))
        self.paths.setdefault((kind, item["id"]), set()).add(path)
        if kind == "module":
            self.walk(item, path)

    def walk(self, module, path):
        for child in module["inner"]["module"]["items"]:
            if self.item(child) is not None:
                self.visit(self.item(child), path)

    def types(self):
        kinds = ("struct", "enum", "union", "trait", "type_alias")
        return {key: found for key, found in self.paths.items() if key[0] in kinds}

    def impls(self, key):
        kind, number = key
        inner = self.item(number)["inner"][kind]
        for impl in inner.get("impls", []) if isinstance(inner, dict) else []:
            if self.item(impl) is not None:
                yield self.item(impl)["inner"]["impl"]

    def is_error(self, key):
        traits = [(impl.get("trait") or {}).get("path", "") for impl in self.impls(key)]
        return any(name.split("::")[-1] == "Error" for name in traits)

    def members(self, key):
        """Fields, variants with their fields, functions of the type, functions of the trait."""
        kind, number = key
        inner = self.item(number)["inner"][kind]
        found = list(inner.get("variants") or []) + self.fields(inner.get("kind"))
        found += [i for impl in self.impls(key) if not impl.get("trait") for i in impl["items"]]
        if kind == "trait":
            found += inner["items"]
        for number in found:
            item = self.item(number)
            if item is None or item["visibility"] not in ("public", "default"):
                continue
            yield item

    def unnamed(self):
        """Local types that occur in signatures and have no public path."""
        named = {number for _, number in self.paths}

        def occur(value):
            if isinstance(value, dict):
                if "resolved_path" in value:
                    yield value["resolved_path"]["id"]
                for part in value.values():
                    yield from occur(part)
            elif isinstance(value, list):
                for part in value:
                    yield from occur(part)

        signatures = [self.item(number)["inner"] for kind, number in self.paths if kind in ("function", "constant")]
        for key in self.types():
            for member in self.members(key):
                signatures.append(member["inner"])
                if "variant" in member["inner"]:
                    signatures += [self.item(i)["inner"] for i in self.fields(member["inner"]["variant"]["kind"])]
        for number in occur(signatures):
            summary = self.summaries.get(str(number))
            if number not in named and summary and summary["crate_id"] == 0:
                yield "::".join(summary["path"])

    @staticmethod
    def fields(kind):
        if not isinstance(kind, dict):
            return []
        plain = kind.get("plain") or kind.get("struct")
        return list(plain["fields"]) if plain else [i for i in kind.get("tuple") or [] if i is not None]


def text(kind):
    """A type, as short as it is unambiguous."""
    if kind is None:
        return "()"
    name, inner = next(iter(kind.items())) if isinstance(kind, dict) else (kind, None)
    if name == "resolved_path":
        return inner["path"].split("::")[-1] + arguments(inner.get("args"))
    if name in ("primitive", "generic"):
        return inner
    if name == "borrowed_ref":
        return "&" + ("mut " if inner["is_mutable"] else "") + text(inner["type"])
    if name == "slice":
        return f"[{text(inner)}]"
    if name == "array":
        return f"[{text(inner['type'])}; {inner['len']}]"
    if name == "tuple":
        return "(" + ", ".join(text(part) for part in inner) + ")"
    if name == "impl_trait":
        return "impl " + " + ".join(bound(part) for part in inner)
    if name == "dyn_trait":
        return "dyn " + " + ".join(part["trait"]["path"].split("::")[-1] for part in inner["traits"])
    if name == "qualified_path":
        return f"{text(inner['self_type'])}::{inner['name']}"
    return name


def bound(part):
    inner = part.get("trait_bound")
    return inner["trait"]["path"].split("::")[-1] + arguments(inner["trait"].get("args")) if inner else "use"


def arguments(args):
    if not args:
        return ""
    if "parenthesized" in args:
        inner = args["parenthesized"]
        return "(" + ", ".join(text(part) for part in inner["inputs"]) + ") -> " + text(inner["output"])
    inner = args["angle_bracketed"]
    parts = [text(part["type"]) for part in inner["args"] if isinstance(part, dict) and "type" in part]
    for constraint in inner.get("constraints", []):
        equal = (constraint.get("binding") or {}).get("equality") or {}
        parts.append(constraint["name"] + " = " + (text(equal["type"]) if "type" in equal else "…"))
    return f"<{', '.join(parts)}>" if parts else ""


def signature(item):
    """What a caller must know of an item: parameters and result, or the type of a field."""
    kind, inner = next(iter(item["inner"].items()))
    if kind == "function":
        inputs = ", ".join(text(part) for _, part in inner["sig"]["inputs"])
        return f"({inputs}) -> {text(inner['sig']['output'])}"
    if kind == "struct_field":
        return ": " + text(inner)
    if kind in ("constant", "assoc_const"):
        return ": " + text(inner["type"])
    return ""
