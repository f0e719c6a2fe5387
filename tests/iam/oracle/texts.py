"""Texts, patterns and policy variables (reference sections 8, 9.2, 12, 13.4)."""

import functools
import re

STAR, ONE = "*", "?"


def units(text):
    """Characters outside the basic plane as the two UTF-16 code units that AWS counts (9.2)."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    out = []
    for char in text:
        code = ord(char)
        if code <= 0xFFFF:
            out.append(char)
        else:
            out += chr(0xD800 + ((code - 0x10000) >> 10)), chr(0xDC00 + (code & 0x3FF))
    return "".join(out)


def lower(text):
    """Simple lower-casing, a character at a time: no final sigma, and dotted capital I is one letter (13.4)."""
    if text.isascii():
        return text.lower()
    return "".join("i" if char == "\u0130" else char.lower() for char in text)


@functools.lru_cache(maxsize=1 << 16)
def pattern_of(pieces):
    """A compiled regular expression of pieces: (literal,) texts, "*" and "?"."""
    out = []
    for piece in pieces:
        if piece is STAR:
            if not out or out[-1] != ".*":
                out.append(".*")
        elif piece is ONE:
            out.append(".")
        else:
            out.append(re.escape(units(piece[0])))
    return re.compile("".join(out), re.DOTALL)


def plain_pieces(text):
    """Pieces of a pattern without variables: stars, question marks and literal texts."""
    return tuple(STAR if part == "*" else ONE if part == "?" else (part,) for part in re.split(r"([*?])", text) if part)


def matches(pieces, text):
    return pattern_of(pieces).fullmatch(units(text)) is not None


@functools.lru_cache(maxsize=1 << 16)
def action_matches(pattern, action):
    """Section 8: one glob over the whole, ASCII letters without regard to case."""
    return matches(plain_pieces(ascii_lower(pattern)), ascii_lower(action))


def ascii_lower(text):
    return text.lower() if text.isascii() else re.sub("[A-Z]+", lambda found: found.group().lower(), text)


class Variable:
    """`${key}` or `${key, 'default'}`; key None is one that never has a value (a broken one)."""

    def __init__(self, key, default=None):
        self.key, self.default = key, default

    def value(self, context):
        """The text it stands for, or None."""
        if self.key is None:
            return None
        found = context.get(self.key)
        if found is None:
            return self.default
        return None if isinstance(found, list) else found


def read_variable(text, start):
    """The variable whose `${` is at start, and where the text goes on."""
    inside = start + 2
    brace, quote = text.find("}", inside), text.find(", '", inside)
    if quote >= 0 and (brace < 0 or quote < brace):
        end = text.find("'}", quote + 3)
        if end < 0:
            return Variable(None), len(text)
        return Variable(lower(text[inside:quote]) or None, text[quote + 3 : end]), end + 2
    if brace < 0:
        return Variable(None), len(text)
    name = text[inside:brace]
    if name in ("*", "?", "$"):
        return (name,), brace + 1
    return Variable(lower(name) or None), brace + 1


def template(text, with_variables, wildcards=True):
    """Pieces of a pattern: literal texts, stars, question marks, variables (none in Version 2008-10-17)."""
    out, at, literal = [], 0, ""
    while at < len(text):
        if with_variables and text.startswith("${", at):
            piece, at = read_variable(text, at)
            if isinstance(piece, tuple):
                literal += piece[0]
                continue
        elif wildcards and text[at] in "*?":
            piece, at = (STAR if text[at] == "*" else ONE), at + 1
        else:
            literal, at = literal + text[at], at + 1
            continue
        if literal:
            out.append((literal,))
            literal = ""
        out.append(piece)
    if literal:
        out.append((literal,))
    return tuple(out)


def is_fixed(pieces):
    return not any(isinstance(piece, Variable) for piece in pieces)


def fill(pieces, context):
    """The pieces with each variable replaced by its value as literal text; None when one has no value."""
    out = []
    for piece in pieces:
        if isinstance(piece, Variable):
            value = piece.value(context)
            if value is None:
                return None
            piece = (value,)
        out.append(piece)
    return tuple(out)
