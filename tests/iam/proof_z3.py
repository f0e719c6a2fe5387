#!/usr/bin/python3
"""The prover against z3: random pairs of policies, put into formulas over texts, numbers and bit vectors from the
reference alone (reference iam-evaluation.md), and each verdict compared. Where the prover has a counterexample, which
the evaluator has confirmed, z3 is asked about some only: to find one takes it long.

    proof_z3.py PROOF-PAIRS [N] [SEED]

Skips with a message where python3-z3 is not installed. Exit 1 when one verdict contradicts the other.
"""
import ipaddress
import json
import re
import subprocess
import sys
from datetime import datetime, timezone

try:
    import z3
except ImportError:
    print("skipped: no python3-z3 here")
    sys.exit(77)

MILLISECONDS = 1000  # for one pair; z3 may give up
VALUES = 3  # members of a multivalued key at most
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
TEXT = {"String", "Arn", "Bool"}
KINDS = {"aws:username": "String", "k": "String", "n": "Numeric", "d": "Date", "ip": "Ip", "arn": "Arn", "b": "Bool"}


def text_of(value):
    return re.sub(r"[^ -\[\]-~]|\\", lambda m: "\\u{%x}" % ord(m.group(0)), value)


def string(value):
    context = z3.main_ctx()
    return z3.SeqRef(z3.Z3_mk_string(context.ref(), text_of(value)), context)  # StringVal() takes no escapes


ANY = z3.Full(z3.ReSort(z3.StringSort()))
ONE = z3.Range(string("\0"), string("\uffff"))


def but_colon():
    return z3.Intersect(ONE, z3.Complement(z3.Re(string(":"))))


def union(regexes):
    return regexes[0] if len(regexes) == 1 else z3.Union(*regexes)


def concat(regexes):
    if not regexes:
        return z3.Re(string(""))
    return regexes[0] if len(regexes) == 1 else z3.Concat(*regexes)


def tokens(pattern, wild, variables_from):
    """("text", c) ("one",) ("run",) ("var", key, fallback) of a pattern."""
    out, at = [], 0
    while at < len(pattern):
        found = re.match(r"\$\{([^}]*)\}", pattern[at:]) if variables_from is not None and at >= variables_from else None
        if found:
            inner = found.group(1)
            fallback = re.match(r"(.*?), '(.*)'$", inner)
            if inner in ("*", "?", "$"):
                out.append(("text", inner))
            elif fallback:
                out.append(("var", fallback.group(1), fallback.group(2)))
            else:
                out.append(("var", inner, None))
            at += len(found.group(0))
            continue
        c = pattern[at]
        out.append(("run",) if wild and c == "*" else ("one",) if wild and c == "?" else ("text", c))
        at += 1
    return out


class Key:
    """A condition key of the request: absent, one value, or a set of up to VALUES."""

    def __init__(self, name):
        self.name, self.kind = name, KINDS[name]
        self.absent, self.multi = z3.Bool(f"absent {name}"), z3.Bool(f"multi {name}")
        self.member = [z3.Bool(f"member {name} {i}") for i in range(VALUES)]
        self.values = [self.value(i) for i in range(VALUES)]

    def value(self, i):
        name = f"value {self.name} {i}"
        if self.kind in TEXT:
            return z3.String(name)
        if self.kind == "Numeric":
            return z3.Real(name), z3.Bool(name + " read")
        if self.kind == "Date":
            return z3.Int(name), z3.Bool(name + " read")
        return z3.BitVec(name, 128), z3.Bool(name + " read"), z3.Bool(name + " six")

    def limits(self):
        out = [z3.Not(self.multi)] if self.name.startswith("aws:") else []  # these hold one value, never a list
        for value in self.values:
            if self.kind == "Date":  # what dates and seconds since 1970 can say
                out += [value[0] >= -62167219200000, value[0] <= 253402300799999]
            if self.kind == "Ip":  # IPv4 within IPv6 is IPv4
                address, _, six = value
                out += [z3.If(six, z3.Extract(127, 32, address) != 0xffff, z3.Extract(127, 32, address) == 0)]
        return out


class Request:
    def __init__(self, text):
        self.action, self.resource, self.star = z3.String("action"), z3.String("resource"), z3.Bool("star")
        self.keys = {name: Key(name) for name in KINDS if f'"{name}"' in text or f"{{{name}" in text}

    def limits(self):
        lower = z3.Intersect(but_colon(), z3.Complement(z3.Range("A", "Z")))
        arn = concat([z3.Re(string("arn:"))] + [z3.Star(but_colon()), z3.Re(string(":"))] * 4 + [ANY])
        out = [z3.InRe(self.action, z3.Concat(z3.Plus(lower), z3.Re(string(":")), z3.Plus(lower))),
               z3.InRe(self.resource, arn), self.action != string("sts:getcalleridentity")]
        return out + [limit for key in self.keys.values() for limit in key.limits()]

    def variable(self, key, fallback):
        """(whether it resolves, its text)."""
        k = self.keys.get(key)
        if k is None:
            return (z3.BoolVal(fallback is not None), string(fallback or ""))
        single = z3.And(z3.Not(k.absent), z3.Not(k.multi))
        if fallback is None:
            return single, k.values[0]
        return z3.Or(single, k.absent), z3.If(k.absent, string(fallback), k.values[0])


def regex_of(parts, part=False):
    one = but_colon() if part else ONE
    out = []
    for token in parts:
        if token[0] == "text" and out and isinstance(out[-1], str):
            out[-1] += token[1]
        else:
            out.append(token[1] if token[0] == "text" else one if token[0] == "one" else z3.Star(one) if part else ANY)
    return concat([z3.Re(string(piece)) if isinstance(piece, str) else piece for piece in out])


def matches(request, text, parts):
    """A glob, whose variables are texts; with variables a star may stand at its end alone."""
    if not any(token[0] == "var" for token in parts):
        return z3.InRe(text, regex_of(parts))
    conditions, offset = [], z3.IntVal(0)
    for i, token in enumerate(parts):
        if token[0] == "run":
            assert i == len(parts) - 1, parts
            return z3.And(*conditions, z3.Length(text) >= offset)
        if token[0] == "var":
            resolved, piece = request.variable(token[1], token[2])
            conditions.append(resolved)
        else:
            piece = string(token[1]) if token[0] == "text" else None
        size = z3.IntVal(1) if piece is None else z3.Length(piece)
        conditions.append(z3.Length(text) >= offset + size)
        if piece is not None:
            conditions.append(z3.SubString(text, offset, size) == piece)
        offset = offset + size
    return z3.And(*conditions, z3.Length(text) == offset)


def fold(c):
    """All characters with the same lower case, one by one."""
    low = c.lower()
    return union([z3.Re(string(x)) for x in dict.fromkeys(
        [low, *(chr(i) for i in range(0x2130) if chr(i).lower() == low and len(chr(i).lower()) == 1)])])


FOLDED = {}


def no_case(request, text, parts):
    if any(token[0] == "var" for token in parts):
        return None
    for token in parts:
        FOLDED.setdefault(token[1], fold(token[1]))
    return z3.InRe(text, concat([FOLDED[token[1]] for token in parts]))


def moment(text):
    if re.fullmatch(r"\d{5,}", text):
        return int(text) * 1000
    text = text.replace("Z", "+00:00") if "T" in text else text + "T00:00:00+00:00"
    return round((datetime.fromisoformat(text) - EPOCH).total_seconds() * 1000)


def arn_like(request, text, pattern, variables):
    if pattern == "*":
        pattern = "arn:*:*:*:*:*"
    split = pattern.split(":", 5) if "${" not in pattern else re.split(r":(?![^{]*\})", pattern, maxsplit=5)
    parts = [tokens(piece, True, 0 if variables else None) for piece in split]
    if any(token[0] == "var" for piece in parts for token in piece):  # in the last part alone
        assert not any(token[0] == "var" for piece in parts[:5] for token in piece)
        head = [token for piece in parts[:5] for token in [*piece, ("text", ":")]]
        assert not any(token[0] == "run" for token in head)
        colons = [z3.SubString(text, i, 1) != string(":") for i, token in enumerate(head) if token[0] == "one"]
        return z3.And(matches(request, text, head + parts[5]), *colons)
    pieces = []
    for i, piece in enumerate(parts):
        pieces += [regex_of(piece, i < 5)] + ([z3.Re(string(":"))] if i < 5 else [])
    return z3.InRe(text, concat(pieces))


def is_arn(text):
    return z3.InRe(text, concat([z3.Re(string("arn:"))] + [z3.Star(but_colon()), z3.Re(string(":"))] * 4 + [ANY]))


def within(value, block):
    address, _, six = value
    if "/" not in block:
        block += "/128" if ":" in block else "/32"
    net = ipaddress.ip_network(block, strict=False)
    bits = 128 if net.version == 6 else 32
    same = z3.BoolVal(True)
    if net.prefixlen:
        high = z3.Extract(bits - 1, bits - net.prefixlen, address)
        same = high == z3.BitVecVal(int(net.network_address) >> (bits - net.prefixlen), net.prefixlen)
    return z3.And(six == (net.version == 6), same)


class Unfit(Exception):
    """Outside of what is put into formulas here."""


def compare(request, base, value, operand, variables):
    """The positive form."""
    if base in ("StringEquals", "StringLike"):
        return matches(request, value, tokens(operand, base == "StringLike", 0 if variables else None))
    if base == "StringEqualsIgnoreCase":
        found = no_case(request, value, tokens(operand, False, 0 if variables else None))
        if found is None:
            raise Unfit("a variable without regard to case")
        return found
    if base.startswith("Arn"):
        return arn_like(request, value, operand, variables)
    if base == "Bool":
        true = z3.InRe(value, concat([union([z3.Re(string(c)), z3.Re(string(c.upper()))]) for c in "true"]))
        return true if operand.lower() == "true" else z3.Not(true)
    if base == "IpAddress":
        return within(value, operand)
    limit = z3.RealVal(operand) if base.startswith("Numeric") and "e" not in operand else \
        z3.RealVal(str(int(float(operand)))) if base.startswith("Numeric") else z3.IntVal(moment(operand))
    x = value[0]
    return {"Equals": x == limit, "LessThan": x < limit, "LessThanEquals": x <= limit, "GreaterThan": x > limit,
            "GreaterThanEquals": x >= limit}[re.sub("^(Numeric|Date)", "", base)]


def test(request, base, negated, value, operands, variables):
    hit = z3.Or(*[compare(request, base, value, operand, variables) for operand in operands])
    if base.startswith(("Numeric", "Date")):
        return z3.If(value[1], z3.Not(hit) if negated else hit, z3.BoolVal(negated))
    if base == "IpAddress":
        return z3.And(value[1], z3.Not(hit) if negated else hit)
    if base.startswith("Arn"):
        return z3.And(is_arn(value), z3.Not(hit) if negated else hit)
    return z3.Not(hit) if negated else hit


def condition(request, operator, key, operands, variables):
    k = request.keys[key]
    operands = [str(o) for o in (operands if isinstance(operands, list) else [operands])]
    quantifier, _, base = operator.rpartition(":")
    exists = base.endswith("IfExists")
    base = base[:-len("IfExists")] if exists else base
    if base == "Null":
        return z3.Or(*[k.absent if o == "true" else z3.Not(k.absent) for o in operands])
    negated = "Not" in base
    base = base.replace("Not", "").replace("ArnEquals", "ArnLike")
    holds = [test(request, base, negated, value, operands, variables) for value in k.values]
    if quantifier == "":
        return z3.If(k.absent, z3.BoolVal(exists or negated), z3.And(z3.Not(k.multi), holds[0]))
    every = quantifier == "ForAllValues"
    member = [z3.And(k.multi, m) for m in k.member]
    if every:
        listed = z3.And(*[z3.Implies(m, h) for m, h in zip(member, holds)])
    else:
        listed = z3.Or(*[z3.And(m, h) for m, h in zip(member, holds)])
    return z3.If(k.absent, z3.BoolVal(exists or every), z3.If(k.multi, listed, holds[0]))


def listed(value):
    return value if isinstance(value, list) else [value]


def statement(request, s, variables):
    names = [p.lower() for p in listed(s.get("Action", s.get("NotAction")))]
    action = z3.Or(*[matches(request, request.action, tokens(p, True, None)) for p in names])
    arns = listed(s.get("Resource", s.get("NotResource")))
    texts = [matches(request, request.resource, tokens(p, True, len("arn:aws:s3:::") if variables else None)) for p in arns]
    resource = z3.If(request.star, z3.BoolVal("*" in arns), z3.Or(*texts))
    parts = [z3.Not(action) if "NotAction" in s else action, z3.Not(resource) if "NotResource" in s else resource]
    for operator, keys in s.get("Condition", {}).items():
        parts += [condition(request, operator, key, operands, variables) for key, operands in keys.items()]
    return z3.And(*parts)


def allows(request, document):
    variables = document["Version"] == "2012-10-17"
    statements = [(s["Effect"], statement(request, s, variables)) for s in document["Statement"]]
    allow = [f for effect, f in statements if effect == "Allow"]
    deny = [f for effect, f in statements if effect == "Deny"]
    return z3.And(z3.Or(*allow, False), z3.Not(z3.Or(*deny, False)))


def verdict(pair):
    request = Request(json.dumps([pair["new"], pair["old"]]))
    solver = z3.Solver()
    solver.set("timeout", MILLISECONDS)
    try:
        solver.add(*request.limits(), allows(request, pair["new"]), z3.Not(allows(request, pair["old"])))
    except Unfit:
        return "unfit"
    return str(solver.check())


def main():
    program, n, seed = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "300", sys.argv[3] if len(sys.argv) > 3 else "1"
    lines = subprocess.run([program, n, seed], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    counts, wrong, failures = {}, 0, 0
    for line in lines:
        pair = json.loads(line)
        failures += pair["answer"] == "FAIL"
        if pair["answer"] == "FAIL" and failures % 4:
            continue
        said = verdict(pair)
        counts[(pair["answer"], said)] = counts.get((pair["answer"], said), 0) + 1
        if (pair["answer"], said) in (("PASS", "sat"), ("FAIL", "unsat")):
            wrong += 1
            print(f"the prover says {pair['answer']}, z3 says {said}:\n{line}")
    for (ours, theirs), count in sorted(counts.items()):
        print(f"prover {ours:8} z3 {theirs:8} {count}")
    proven = sum(count for (ours, theirs), count in counts.items() if ours == "PASS" and theirs != "unfit")
    agreed = counts.get(("PASS", "unsat"), 0)
    print(f"{agreed} of {proven} proofs are z3's as well, {wrong} contradictions")
    return 1 if wrong or agreed * 2 < proven else 0


if __name__ == "__main__":
    sys.exit(main())
