"""The JSON lines of `remit policy evaluate --batch`: a case a line in, a verdict a line out."""

import json
import sys

from decisions import LAYERS, BadCase, Case
from documents import parse


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def known(value, names):
    """A misspelt layer would be a layer that is not there."""
    if value.twice is not None:
        raise BadCase(f"{value.twice} stands twice")
    for name in value:
        if name not in names:
            raise BadCase(f"no member {name}")


def listed(case, name):
    found = case.get(name)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def raw(document):
    """A document's text again; numbers as they were written, duplicate keys twice."""
    if isinstance(document, dict):
        items = [f"{dump(key)}:{raw(value)}" for key, value in document.items()]
        twice = getattr(document, "twice", None)
        if twice is not None:
            items.append(f"{dump(twice)}:null")
        return "{" + ",".join(items) + "}"
    if isinstance(document, list):
        return "[" + ",".join(map(raw, document)) + "]"
    if type(document).__name__ == "Written":
        return str(document)
    return dump(document)


def context_of(request):
    out = {}
    for key, value in (request.get("context") or {}).items():
        values = value if isinstance(value, list) else [value]
        values = [("true" if item else "false") if isinstance(item, bool) else item for item in values]
        if not all(isinstance(item, str) for item in values):
            raise BadCase(f"context key {key} is neither a text nor a list of texts")
        out[key] = [str(item) for item in values] if isinstance(value, list) else str(values[0])
    return out


def case_of(value):
    """A Case of one line's object."""
    request = value.get("request")
    if not isinstance(request, dict):
        raise BadCase("no request")
    known(value, ("id", "request", *LAYERS))
    known(request, ("principal", "action", "resource", "resourceAccount", "context"))
    for name in ("principal", "action", "resource"):
        if not isinstance(request.get(name), str) or not request[name]:
            raise BadCase(f"the request has no {name}")
    request = {**request, "context": context_of(request)}
    levels = {
        name: [
            [raw(document) for document in (level if isinstance(level, list) else [level])]
            for level in listed(value, name)
        ]
        for name in ("scps", "rcps")
    }
    resource, endpoint = (
        [raw(value[name])] if value.get(name) is not None else [None] for name in ("resourcePolicy", "endpointPolicy")
    )
    return Case(
        [raw(document) for document in listed(value, "identityPolicies")],
        resource[0],
        [raw(document) for document in listed(value, "permissionBoundary")],
        [raw(document) for document in listed(value, "sessionPolicies")],
        endpoint[0],
        levels["scps"],
        levels["rcps"],
        request,
    )


def verdict(line):
    value = parse(line)
    if not isinstance(value, dict):
        return {"error": "a case is an object"}
    try:
        decision = case_of(value).decide()
    except BadCase as error:
        return {"id": value.get("id"), "error": str(error)}
    return {"id": value.get("id"), **answer(decision)}


def answer(decision):
    level = {"level": decision.level} if decision.layer in ("scps", "rcps") else {}
    return {"decision": decision.outcome, "layer": decision.layer, **level, "matched": matched(decision)}


def matched(decision):
    """The statements that have the decision's effect, as the batch tells them."""
    out = []
    for layer, level, document, statement in decision.places:
        level = {"level": level} if layer in ("scps", "rcps") else {}
        out.append({"layer": layer, **level, "policy": document, "statement": statement})
    return out


def main():
    bad = 0
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            found = verdict(line)
        except ValueError as error:
            found = {"error": str(error)}
        bad |= "error" in found
        print(dump(found))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
