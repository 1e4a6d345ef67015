#!/usr/bin/env python3
"""Checks the shape of ceremony vectors (format 1, README.md) without wardkey.

  tests/vectors/check.py [FILE...]

Without a file it checks every .jsonl file beside it. It reads every line, and checks members, types, ids, steps and codes. The
steps and codes that exist are those of TRACEABILITY.md. It verifies no signature: it is the start of a runner in another
language, which adds the call of its own library. Exits with 1 if a vector is wrong, and with 2 if there is none.
"""
import base64, json, pathlib, re, sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = (HERE.parent.parent / "TRACEABILITY.md").read_text(encoding="utf-8")
STEPS = set(re.findall(r"^\| (7\.[12]/\d+) \|", PAGE, re.M))
# Codes stand in the last column of the steps, and in the first of the codes without a vector.
CODES = set(re.findall(r"`([a-z0-9-]+)` \d+", PAGE)) | set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.M))
QUIRK = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*$")


def is_bytes(value):
    """Base64url without padding, in its one spelling."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", value) or len(value) % 4 == 1:
        return False
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == value


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def one_of(*words):
    return lambda value: value in words


def many(kind):
    return lambda value: isinstance(value, list) and all(map(kind, value))


def or_null(kind):
    return lambda value: value is None or kind(value)


def is_text(value):
    return isinstance(value, str) and value != ""


def is_flag(value):
    return isinstance(value, bool)


def is_object(value):
    return isinstance(value, dict)


# Each member with its type. A name with `?` may be absent.
RP = {"id": is_text, "origins": many(is_text), "allow_cross_origin?": is_flag, "top_origins?": many(is_text)}
BOTH = {"challenge": is_bytes, "uv_required": is_flag, "algs?": or_null(many(is_integer)), "extensions?": or_null(is_object),
        "mediation?": or_null(one_of("modal", "silent", "optional", "required", "conditional")),
        "quirks?": many(lambda value: isinstance(value, str) and QUIRK.match(value) is not None),
        "validate_at?": or_null(is_integer), "trust_anchors?": many(is_bytes)}
POLICY = {"accept_none": is_flag, "accept_self": is_flag, "trust": one_of("verify", "ignore")}
CREDENTIAL = {"id": is_bytes, "public_key_cose": is_bytes, "sign_count": is_integer, "user_handle": or_null(is_bytes),
              "backup_eligible": or_null(is_flag), "backup_state": or_null(is_flag), "uv_initialized": or_null(is_flag),
              "transports?": many(is_text)}
EXPECTED = {
    "registration": {**BOTH, "attestation_policy": is_object, "compound_policy": one_of("all"),
                     "known_credential_ids": many(is_bytes)},
    "authentication": {**BOTH, "allow_credentials": or_null(many(is_bytes)), "user_identified": is_flag,
                       "appid?": or_null(is_text), "counter_policy": one_of("reject", "report"),
                       "backup_policy": one_of("verify"), "credential": or_null(is_object)},
}
VERDICT = {"accept": is_flag, "step": or_null(is_text), "reason": lambda value: isinstance(value, str),
           "attestation_format?": or_null(is_text), "attestation_type?": or_null(is_text)}
VECTOR = {"id": is_text, "kind": one_of(*EXPECTED), "rp": is_object, "expected": is_object, "response": lambda value: True,
          "verdict": is_object, "strict?": is_flag, "source?": lambda value: isinstance(value, (str, dict))}


def members(value, shape, where):
    """Yields what is wrong with the members of an object."""
    if not isinstance(value, dict):
        yield f"{where}: expected an object"
        return
    known = {name.rstrip("?") for name in shape}
    yield from (f"{where}: unknown member {name}" for name in value if name not in known)
    for name, kind in shape.items():
        if name.rstrip("?") in value:
            if not kind(value[name.rstrip("?")]):
                yield f"{where}.{name.rstrip('?')}: another type or value"
        elif not name.endswith("?"):
            yield f"{where}: {name} is missing"


def faults(vector):
    yield from members(vector, VECTOR, "vector")
    kind, expected, verdict = vector["kind"], vector["expected"], vector["verdict"]
    yield from members(vector["rp"], RP, "rp")
    yield from members(expected, EXPECTED[kind], "expected")
    if kind == "registration":
        yield from members(expected["attestation_policy"], POLICY, "expected.attestation_policy")
    elif expected["credential"] is not None:
        yield from members(expected["credential"], CREDENTIAL, "expected.credential")
    yield from members(verdict, VERDICT, "verdict")
    step, reason = verdict["step"], verdict["reason"]
    named = re.search(r"§(7\.[12]) step (\d+)", step or "")
    if named and "/".join(named.groups()) not in STEPS:
        yield f"verdict.step: there is no step {step}"
    if named and named[1] != {"registration": "7.1", "authentication": "7.2"}[kind]:
        yield f"verdict.step: {step} is of the other ceremony"
    if not verdict["accept"] and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", reason) and reason not in CODES:
        yield f"verdict.reason: there is no code {reason}"
    if verdict["accept"] and "strict" in vector:
        yield "strict: an accepted vector cannot be refused by a strict reader"


def main(files):
    assert len(STEPS) > 50 and len(CODES) > 60, f"TRACEABILITY.md has {len(STEPS)} steps and {len(CODES)} codes"
    seen, wrong = set(), 0
    for file in files:
        for number, line in enumerate(pathlib.Path(file).read_bytes().splitlines(), 1):
            try:
                vector = json.loads(line)
                found = list(faults(vector))
                if vector["id"] in seen:
                    found.append("the id occurs twice")
                seen.add(vector["id"])
            except (ValueError, KeyError, TypeError) as error:
                found = [f"not a vector: {error!r}"]
            wrong += bool(found)
            for fault in found:
                print(f"{file}, line {number}: {fault}")
    print(f"{len(seen)} vectors, {wrong} wrong")
    return 1 if wrong else 0 if seen else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or sorted(HERE.glob("*.jsonl"))))
