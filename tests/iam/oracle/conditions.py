"""The Condition element (reference section 13)."""

import texts
import values

SETS = ("ForAllValues", "ForAnyValue")


class Malformed(Exception):
    """A document that can't be loaded."""


class Unusable:
    """What a comparison says of a request value that it can't read."""


NEVER = Unusable()  # false, negated too: ARNs, addresses
UNEQUAL = Unusable()  # equality is false, the negation true: numbers, dates


# Each kind of operand: how a policy value is read (None: malformed), how a request value is read (an Unusable when it
# can't be), and how the two compare.


class Text:
    wildcards = False

    def __init__(self, fold=str):
        self.fold = fold

    def operand(self, text, with_variables):
        return texts.template(text, with_variables, self.wildcards)

    def request(self, text):
        return text

    def compare(self, operand, text, context):
        pieces = texts.fill(operand, context)
        return pieces is not None and self.fold("".join(piece[0] for piece in pieces)) == self.fold(text)


class Pattern(Text):
    wildcards = True

    def compare(self, operand, text, context):
        pieces = texts.fill(operand, context)
        return pieces is not None and texts.matches(pieces, text)


class Ordered:
    """Numbers and dates: `holds` compares what the reader made of the two texts."""

    def __init__(self, reader, holds):
        self.reader, self.holds = reader, holds

    def operand(self, text, with_variables):
        return self.reader(text)

    def request(self, text):
        found = self.reader(text)
        return UNEQUAL if found is None else found

    def compare(self, operand, found, context):
        return self.holds(found, operand)


class Truth:
    def operand(self, text, with_variables):
        return values.truth(text)

    request = staticmethod(values.truth)

    def compare(self, operand, found, context):
        return operand == found


class Octets:
    def operand(self, text, with_variables):
        return values.octets(text)

    def request(self, text):
        found = values.octets(text)
        return UNEQUAL if found is None else found

    def compare(self, operand, found, context):
        return operand == found


class Address:
    def operand(self, text, with_variables):
        return values.block(text)

    def request(self, text):
        found = values.address(text)
        return NEVER if found is None else found

    def compare(self, operand, found, context):
        return values.within(found, operand)


class Arn:
    """Six parts, each a pattern of its own; ArnEquals and ArnLike are one (13.8)."""

    def operand(self, text, with_variables):
        if text == "*":
            return [(texts.STAR,)] * 6
        parts = values.split_outside_variables(text, with_variables)
        if len(parts) != 6 or parts[0] != "arn":
            return None
        return [texts.template(part, with_variables) for part in parts]

    def request(self, text):
        found = values.arn_parts(text)
        return NEVER if found is None else found

    def compare(self, operand, found, context):
        for pieces, part in zip(operand, found):
            pieces = texts.fill(pieces, context)
            if pieces is None or not texts.matches(pieces, part):
                return False
        return True


def ordered(reader, name):
    return {
        name + "Equals": (Ordered(reader, lambda x, y: x == y), False),
        name + "NotEquals": (Ordered(reader, lambda x, y: x == y), True),
        name + "LessThan": (Ordered(reader, lambda x, y: x < y), False),
        name + "LessThanEquals": (Ordered(reader, lambda x, y: x <= y), False),
        name + "GreaterThan": (Ordered(reader, lambda x, y: x > y), False),
        name + "GreaterThanEquals": (Ordered(reader, lambda x, y: x >= y), False),
    }


BASES = {  # name: (kind, negated)
    "StringEquals": (Text(), False),
    "StringNotEquals": (Text(), True),
    "StringEqualsIgnoreCase": (Text(texts.lower), False),
    "StringNotEqualsIgnoreCase": (Text(texts.lower), True),
    "StringLike": (Pattern(), False),
    "StringNotLike": (Pattern(), True),
    **ordered(values.number, "Numeric"),
    **ordered(values.moment, "Date"),
    "Bool": (Truth(), False),
    "BinaryEquals": (Octets(), False),
    "IpAddress": (Address(), False),
    "NotIpAddress": (Address(), True),
    "ArnEquals": (Arn(), False),
    "ArnNotEquals": (Arn(), True),
    "ArnLike": (Arn(), False),
    "ArnNotLike": (Arn(), True),
}


class Condition:
    """One key under one operator."""

    def __init__(self, name, key, operands, with_variables, deny):
        self.name, self.key, self.deny = name, texts.lower(key), deny
        prefix, colon, base = name.partition(":")
        self.set = prefix if colon else None
        base = base if colon else name
        if colon and prefix not in SETS:
            raise Malformed(f"unknown operator {name}")
        self.null = base == "Null"
        self.if_exists = base.endswith("IfExists")
        self.empty = not operands
        self.malformed = False
        if self.null:
            self.operands = [values.truth(text) for text in operands]
            return
        base = base.removesuffix("IfExists")
        if base not in BASES:
            raise Malformed(f"unknown operator {name}")
        self.kind, self.negated = BASES[base]
        self.operands = [self.kind.operand(text, with_variables) for text in operands]
        self.malformed = None in self.operands

    def holds(self, context):
        found = context.get(self.key)
        if self.null:
            return self.null_holds(found is None)
        if self.malformed and not self.deny:  # 13.11: matches nothing in an Allow
            return False
        if found is None:
            return self.missing_holds()
        if self.malformed:
            return True
        if self.empty:
            return self.empty_holds()
        if self.set is None:
            return not isinstance(found, list) and self.test(found, context)
        found = found if isinstance(found, list) else [found]
        every = all if self.set == "ForAllValues" else any
        return every(self.test(text, context) for text in found)

    def null_holds(self, absent):
        if self.empty:  # section 3 before 13.10
            return absent if self.set == "ForAllValues" else self.deny and self.set is None
        return self.set == "ForAllValues" if self.set else absent in self.operands

    def missing_holds(self):
        """Section 13.2; an empty list of values under a plain operator fails closed (3, docs/policies.md)."""
        if self.empty and not self.if_exists and self.set is None:
            return self.deny
        return self.if_exists or self.set == "ForAllValues" or (self.set is None and self.negated)

    def empty_holds(self):
        """The key is there, and no value in the policy: only a plain Deny fails closed."""
        return self.set is None and not self.if_exists and self.deny

    def test(self, text, context):
        found = self.kind.request(text)
        if found is NEVER:
            return False
        if found is UNEQUAL:
            return self.negated
        return any(self.kind.compare(operand, found, context) for operand in self.operands) != self.negated
