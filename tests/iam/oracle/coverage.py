"""What a campaign has exercised: each operator with each prefix and ending, each caller, grant and layer."""

import documents
from conditions import BASES
from decisions import ALLOWED, EXPLICIT, LAYERS, document_of

SETS = ("", "ForAllValues:", "ForAnyValue:")
CALLERS = ("user", "session", "federated", "root", "service", "unsigned", "anonymous", "unknown")

IMPOSSIBLE = (("ForAllValues:Null", "kept out"), ("ForAnyValue:Null", "allowed"), ("ForAnyValue:Null", "denied"))


def wanted():
    """The least that has to occur, each in both ways: (what, way)."""
    operators = [prefix + base + ending for prefix in SETS for base in BASES for ending in ("", "IfExists")]
    operators += [prefix + "Null" for prefix in SETS]
    out = [
        (f"operator {name}", way)
        for name in operators
        for way in ("allowed", "denied", "kept out")
        if (name, way) not in IMPOSSIBLE
    ]
    out += [
        (f"caller {kind}", way)
        for kind in CALLERS
        for way in ("Allowed", "ImplicitlyDenied", "ExplicitlyDenied")
        if (kind, way) != ("unknown", "Allowed")
    ]
    out += [(f"layer {name}", way) for name in LAYERS for way in ("denied", "lacked")]
    out += [(f"layer {name}", "allowed") for name in ("identityPolicies", "resourcePolicy")]
    out += [(f"grant {kind}", "Allowed") for kind in (1, 2, 3)]
    return out


def statement_of(case, place):
    layer, level, n_document, n_statement = place
    given = {
        "identityPolicies": case.identity,
        "resourcePolicy": [case.resource],
        "permissionBoundary": case.boundary,
        "sessionPolicies": case.session,
        "endpointPolicy": [case.endpoint],
    }
    texts = case.scps[level] if layer == "scps" else case.rcps[level] if layer == "rcps" else given[layer]
    for kind in KINDS[layer]:
        found = document_of(texts[n_document], kind)
        if isinstance(found, documents.Document):
            return found.statements[n_statement]
    return None


KINDS = {
    "identityPolicies": ("identity",),
    "resourcePolicy": ("trust", "resource"),
    "permissionBoundary": ("boundary",),
    "sessionPolicies": ("session",),
    "endpointPolicy": ("endpoint",),
    "scps": ("scp",),
    "rcps": ("rcp",),
}


def note(covered, case, decision):
    covered[f"caller {decision.asked.caller.kind}", decision.outcome] += 1
    way = "denied" if decision.outcome == EXPLICIT else "allowed" if decision.outcome == ALLOWED else "lacked"
    covered[f"layer {decision.layer}", way] += 1
    for place in decision.places:
        statement = statement_of(case, place)
        if statement is not None:
            for condition in statement.conditions:
                covered[f"operator {condition.name}", way] += 1
    if decision.outcome == ALLOWED and decision.layer != "none":
        for grant in set(decision.resource.grants.values()):
            covered[f"grant {grant}", ALLOWED] += 1
    for texts, kind in ((case.identity, "identity"), (case.boundary, "boundary")):
        for text in texts:
            for statement in document_of(text, kind).statements:
                note_kept_out(covered, statement, decision.asked)


def note_kept_out(covered, statement, asked):
    """A condition that alone kept its statement from applying."""
    if (
        statement.conditions
        and statement.action_holds(asked.action)
        and statement.resource_holds(asked.resource, asked.context)
    ):
        failing = [condition for condition in statement.conditions if not condition.holds(asked.context)]
        if len(failing) == 1:
            covered[f"operator {failing[0].name}", "kept out"] += 1


def report(covered):
    """Prints the least covered, and returns what never occurred."""
    missing = [what for what in wanted() if not covered[what]]
    counts = sorted((covered[what], what) for what in wanted())
    print(
        f"covered: {len(counts) - len(missing)} of {len(counts)} ways; the rarest: "
        + ", ".join(f"{name} {way} {count}" for count, (name, way) in counts[:6])
    )
    for name, way in missing:
        print(f"never occurred: {name} {way}")
    return missing
