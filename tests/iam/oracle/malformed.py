"""Documents that are to be refused, or that look as if they were."""

import copy

from render import Twice

LETTERS = '{}[]":,\\ 0123456789truefalsn.eE+-u*?$\u00e9\u0141\t'


def garble(rng, text):
    """The document's text with one character more, less or another: mostly no JSON any more, or no policy."""
    at = rng.randrange(len(text))
    way = rng.randrange(3)
    return text[:at] + (rng.choice(LETTERS) if way else "") + text[at + (way < 2) :]


def spoil_top(rng, value):
    return rng.choice(
        (
            lambda: {**value, "Version": "2012-10-18"},
            lambda: {**value, "Version": Ellipsis},
            lambda: {**value, "statement": value["Statement"]},
            lambda: {**value, "Statement": []},
            lambda: {**value, "Id": "policy"},
            lambda: {**value, "Id": ["policy"]},
            lambda: {**value, "Statement": None},
            lambda: {**value, "Comment": "a\u0100"},
            lambda: {"Version": "2012-10-17"},
            lambda: Twice(value, "Version", "2012-10-17"),
            lambda: Twice(value, "Statement", value["Statement"]),
            lambda: {**value, "Statement": [value["Statement"]]},
        )
    )()


CHANGES = (
    ("Effect", "allow"),
    ("Effect", None),
    ("Effect", ["Allow"]),
    ("Action", None),
    ("Action", []),
    ("Action", True),
    ("NotAction", "s3:*"),
    ("Resource", None),
    ("Resource", []),
    ("Resource", {"a": "b"}),
    ("NotResource", "*"),
    ("Principal", "*"),
    ("Principal", "111122223333"),
    ("Principal", {"AWS": None}),
    ("Principal", {"User": "x"}),
    ("Principal", {}),
    ("Principal", {"AWS": []}),
    ("Principal", ["*"]),
    ("NotPrincipal", {"AWS": "111122223333"}),
    ("Sid", ""),
    ("Sid", "odd one!"),
    ("Sid", None),
    ("Condition", {}),
    ("Condition", []),
    ("Condition", None),
    ("Condition", {"StringEquals": {}}),
    ("Condition", {"stringequals": {"x:k": "a"}}),
    ("Condition", {"NullIfExists": {"x:k": "true"}}),
    ("Condition", {"ForSomeValues:StringEquals": {"x:k": "a"}}),
    ("Condition", {"StringEquals": {"x:k": ["a", ["b"]]}}),
    ("Condition", {"StringEquals": {"x:k": None}}),
    ("Condition", {"StringEquals": {"x:k": "a", "X:K": "a"}}),
    ("Condition", {"StringEquals": {"x:k": {"y": "z"}}}),
    ("Condition", {"StringLikeIgnoreCase": {"x:k": "a"}}),
    ("Condition", {"StringEquals": {"x:k": "\u0100"}}),
    ("Condition", {"StringEquals": {"x:k": "\u007f\u00a0\u00ff\t\r\n"}}),
    ("Condition", {"StringEquals": {"x:k": "\u0001"}}),
    ("Condition", {"StringEqualsIfExistsIfExists": {"x:k": "a"}}),
    ("Condition", {"NumericIfExistsEquals": {"x:k": "1"}}),
    ("Condition", {"ForAllValues:ForAnyValue:StringEquals": {"x:k": "a"}}),
    ("Condition", {"": {}}),
    ("Condition", {"IfExists": {}}),
    ("Condition", {"ForAllValues:": {"x:k": "a"}}),
)


def spoil(rng, value):
    """The document with one thing changed; most of what comes out can't be loaded."""
    if rng.random() < 0.3:
        found = spoil_top(rng, value)
        if isinstance(found, dict) and found.get("Version") is Ellipsis:
            found["Version"] = None
        return found
    value = copy.deepcopy(value)
    listed = value["Statement"] if isinstance(value["Statement"], list) else [value["Statement"]]
    at = rng.randrange(len(listed))
    statement = listed[at]
    way = rng.random()
    if way < 0.15:
        statement.pop(rng.choice(list(statement)))
    elif way < 0.3:
        key = rng.choice(list(statement))
        listed[at] = Twice(dict(statement), key, statement[key])
    elif way < 0.35:
        statement[rng.choice(("effect", "ACTION", "Actions", "Comment"))] = "x"
    else:
        key, change = rng.choice(CHANGES)
        statement[key] = copy.deepcopy(change)
    value["Statement"] = listed if rng.random() < 0.9 else listed[0]
    return value
