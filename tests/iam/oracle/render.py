"""JSON texts as people and tools write them: with and without spaces, escapes, numbers and booleans bare."""

import json


class Twice:
    """An object with one more member at its end, which may repeat a key."""

    def __init__(self, members, key, value):
        self.members, self.key, self.value = members, key, value


class Bare(str):
    """A number as it is to stand in the text."""


def text_of(rng, text, odd):
    if odd and text and rng.random() < 0.3:
        at = rng.randrange(len(text))
        if ord(text[at]) < 0x10000:
            return f'{json.dumps(text[:at])[:-1]}\\u{ord(text[at]):04x}{json.dumps(text[at + 1:])[1:]}'
    return json.dumps(text, ensure_ascii=rng.random() < 0.5 if odd else False)


def tokens(rng, value, odd):
    if isinstance(value, Bare) or value is True or value is False or value is None:
        return str(value) if isinstance(value, Bare) else json.dumps(value)
    if isinstance(value, str):
        return text_of(rng, value, odd)
    gap = rng.choice(("", " ", "\n\t")) if odd else ""
    if isinstance(value, list):
        return "[" + gap + ("," + gap).join(tokens(rng, item, odd) for item in value) + "]"
    members = list((value.members if isinstance(value, Twice) else value).items())
    if odd:
        rng.shuffle(members)
    if isinstance(value, Twice):
        members.append((value.key, value.value))
    return (
        "{"
        + gap
        + ("," + gap).join(f"{text_of(rng, key, odd)}{gap}:{gap}{tokens(rng, item, odd)}" for key, item in members)
        + "}"
    )


def holds_twice(value):
    if isinstance(value, dict):
        value = value.values()
    return isinstance(value, Twice) or (
        not isinstance(value, str) and hasattr(value, "__iter__") and any(map(holds_twice, value))
    )


def render(rng, value):
    odd = rng.random() < 0.15
    if not odd and not holds_twice(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return tokens(rng, value, odd).replace("\n\t", " ")
