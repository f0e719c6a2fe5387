"""Cuts a case down while a question about it keeps its answer."""

from batch import raw
from documents import Written, parse

TRIES = 400


def smaller(value, keep=()):
    """The value with one member, element or inner member less, everything that is one step smaller."""
    if isinstance(value, dict):
        for key in value:
            if key not in keep:
                yield {name: item for name, item in value.items() if name != key}
        for key, item in value.items():
            yield from ({**value, key: found} for found in smaller(item))
    elif isinstance(value, list):
        for at in range(len(value)):
            yield value[:at] + value[at + 1 :]
        for at, item in enumerate(value):
            if len(value) == 1 and not isinstance(item, (dict, list)):
                yield item
            yield from (value[:at] + [found] + value[at + 1 :] for found in smaller(item))
    elif (
        isinstance(value, str)
        and not isinstance(value, Written)
        and len(value) > 24
        and ":" in value
        and value[:4] != "arn:"
    ):
        yield "a"


def minimise(line, still):
    """The shortest line found for which still(line) holds; line itself must be one."""
    value, tries, shrunk = parse(line), 0, True
    while shrunk and tries < TRIES:
        shrunk = False
        for candidate in smaller(value, ("id", "request")):
            tries += 1
            text = raw(candidate)
            if len(text) < len(line) and still(text):
                value, line, shrunk = candidate, text, True
                break
            if tries >= TRIES:
                break
    return line
