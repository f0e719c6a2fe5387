"""Makes the generator's requests and documents out of words."""

import json
from itertools import combinations

from render import Bare
from words import (
    ACTION_PATTERNS,
    ACTIONS,
    ADDRESSES,
    ARN_PATTERNS,
    ARNS,
    BLOCKS,
    BYTES,
    DATES,
    NUMBERS,
    PRINCIPALS,
    RESOURCE_PATTERNS,
    RESOURCE_VARIABLES,
    RESOURCES,
    STRING_PATTERNS,
    STRING_VARIABLES,
    STRINGS,
    TRUTHS,
    WIDE,
    A,
    B,
    callers,
    pick,
)

KINDS = ("identity", "boundary", "session", "resource", "trust", "endpoint", "scp", "rcp")
ASSUME = (
    "sts:assumerole",
    "sts:assumerolewithwebidentity",
    "sts:assumerolewithsaml",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
)
OPERATORS = {  # base without the kind's name: (kind of key, request values, policy values)
    "String": (
        ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
        "x:string",
        STRINGS + WIDE,
        STRING_PATTERNS,
    ),
    "Numeric": (
        ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "x:number",
        NUMBERS,
        NUMBERS,
    ),
    "Date": (
        ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "x:date",
        DATES,
        DATES,
    ),
    "Bool": (("",), "x:bool", TRUTHS, TRUTHS),
    "Binary": (("Equals",), "x:bytes", BYTES, BYTES),
    "IpAddress": (("",), "x:address", ADDRESSES, BLOCKS),
    "NotIpAddress": (("",), "x:address", ADDRESSES, BLOCKS),
    "Arn": (("Equals", "NotEquals", "Like", "NotLike"), "x:arn", ARNS, ARN_PATTERNS),
    "Null": (("",), None, None, TRUTHS),
}
BASES = [(name + ending, key, policy) for name, (endings, key, _, policy) in OPERATORS.items() for ending in endings]
KEYS = {key: request for _, key, request, _ in OPERATORS.values() if key}
OTHER_KEYS = (
    "aws:username",
    "aws:PrincipalArn",
    "aws:PrincipalTag/t",
    "aws:SourceAccount",
    "x:m",
    "x:none",
    "aws:userid",
)
COMMON = ("a", "a", "ab", "A", "alice", "xa") * 4
USABLE = {  # so that most values can be read for their operator
    "x:string": COMMON,
    "x:number": NUMBERS[:17],
    "x:date": DATES[:16],
    "x:address": ADDRESSES[:10],
    "x:bytes": BYTES[:4],
    "x:arn": ARNS[:7],
}
USABLE_POLICY = {
    "String": COMMON + COMMON + STRING_PATTERNS,
    "Numeric": NUMBERS[:17],
    "Date": DATES[:16],
    "IpAddress": BLOCKS[:14],
    "NotIpAddress": BLOCKS[:14],
    "Binary": BYTES[:4],
    "Arn": ARN_PATTERNS[:5] + ARN_PATTERNS[7:16] + ARNS[:7],
}
FULL = {
    "scp": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    "rcp": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
}
RCP_ACTIONS = (
    "s3:*",
    "s3:GetObject",
    "sts:*",
    "sts:AssumeRole",
    "kms:*",
    "kms:Decrypt",
    "sqs:*",
    "s3:Get*",
    "S3:*",
    "sts:TagSession",
)


def assumes(action):
    return action in ASSUME


class World:
    def __init__(self, rng):
        self.rng, self.callers = rng, callers()

    def chance(self, share):
        return self.rng.random() < share

    def recase(self, text):
        """Other capitals, where they do not count."""
        return text if self.chance(0.85) else pick(self.rng, (text.lower(), text.upper(), text.swapcase()))

    # ---- requests ----

    def value(self, key):
        if key in USABLE and self.chance(0.8):
            return pick(self.rng, USABLE[key])
        return pick(self.rng, KEYS.get(key, STRINGS))

    def context(self, own):
        out = {self.recase(key): value for key, value in own.items() if self.chance(0.95)}
        for key in KEYS:
            if self.chance(0.25):
                continue
            out[self.recase(key)] = (
                [self.value(key) for _ in range(pick(self.rng, (0, 1, 1, 2, 3)))]
                if self.chance(0.3)
                else self.value(key)
            )
        if self.chance(0.6):
            out[self.recase("aws:PrincipalTag/t")] = pick(self.rng, ("a", "*", "alice", "", "x", "A", "\U0001f600"))
        if self.chance(0.5):
            out["x:m"] = [pick(self.rng, STRINGS)]
        if self.chance(0.2):
            if "aws:sourceaccount" not in {key.lower() for key in out}:
                out["aws:SourceAccount"] = pick(self.rng, (A, B))
        return out

    def request(self):
        """(the oracle's request, its JSON text)."""
        principal, own = pick(self.rng, self.callers)
        action = pick(self.rng, ACTIONS)
        if principal[:4] != "arn:" and self.chance(0.6) or "-provider/" in principal:
            action = pick(
                self.rng, ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "s3:GetObject", "sts:AssumeRoleWithSAML")
            )
        resource = pick(self.rng, RESOURCES[action.partition(":")[0]])
        if action in ("s3:ListAllMyBuckets", "kms:ListKeys", "sts:GetSessionToken") or (
            not assumes(action.lower()) and self.chance(0.04)
        ):
            resource = "*"
        out = {
            "principal": principal,
            "action": self.recase(action),
            "resource": resource,
            "context": self.context(own),
        }
        owner = resource.split(":")[4] if resource.count(":") > 4 else ""
        if self.chance(0.85):
            out["resourceAccount"] = owner or pick(self.rng, (A, A, A, A, A, A, B))
        return out, json.dumps(out, ensure_ascii=False, separators=(",", ":"))

    # ---- documents ----

    def listed(self, make, most=3, empty=0.01):
        """One bare value, or a list."""
        if self.chance(0.55):
            return make()
        if self.chance(empty):
            return []
        return [make() for _ in range(self.rng.randint(1, most))]

    def operand(self, base, policy):
        if base.startswith("String") and self.chance(0.25):
            return pick(self.rng, STRING_VARIABLES)
        name = next((name for name in USABLE_POLICY if base.startswith(name)), None)
        text = pick(self.rng, USABLE_POLICY[name] if name and self.chance(0.93) else policy)
        if self.chance(0.1) and text in ("true", "false"):
            return text == "true"
        return (
            Bare(text)
            if self.chance(0.2)
            and text in ("1", "2", "5", "0.5", "-1", "1.0", "1e0", "7", "10", "1893456000", "2030", "-0")
            else text
        )

    def condition(self):
        base, key, policy = pick(self.rng, BASES)
        if key is None:
            key = pick(self.rng, tuple(KEYS) + OTHER_KEYS)
        elif self.chance(0.08):
            key = pick(self.rng, OTHER_KEYS)
        prefix = pick(self.rng, ("", "", "", "ForAllValues:", "ForAnyValue:"))
        ending = "IfExists" if base != "Null" and self.chance(0.3) else ""
        return prefix + base + ending, self.recase(key), self.listed(lambda: self.operand(base, policy), 3, 0.04)

    def conditions(self):
        out = {}
        for _ in range(pick(self.rng, (0, 0, 0, 0, 0, 1, 1, 1, 1, 2))):
            operator, key, value = self.condition()
            keys = out.setdefault(operator, {})
            if all(key.lower() != other.lower() for other in keys):
                keys[key] = value
        return out

    def principal(self, trust):
        entries = [pick(self.rng, PRINCIPALS) for _ in range(pick(self.rng, (1, 1, 2, 3, 4, 5)))]
        if "*" in entries:
            return "*"
        out = {}
        for kind, text in entries:
            out.setdefault(kind, []).append(text)
        return {kind: texts if len(texts) > 1 or self.chance(0.3) else texts[0] for kind, texts in out.items()}

    def not_principal(self):
        """Often all that belongs to one caller, so that it is let go."""
        whole = pick(
            self.rng,
            (
                (A, f"arn:aws:iam::{A}:user/alice"),
                (f"arn:aws:iam::{A}:root", f"arn:aws:iam::{A}:role/r", f"arn:aws:sts::{A}:assumed-role/r/s1"),
                (A, f"arn:aws:iam::{A}:role/svc/r2", f"arn:aws:sts::{A}:assumed-role/r2/s1"),
                (B, f"arn:aws:iam::{B}:user/alice"),
            ),
        )
        if self.chance(0.3):
            return self.principal(False)
        return {
            "AWS": list(pick(self.rng, list(combinations(whole, len(whole) - 1)))) if self.chance(0.3) else list(whole)
        }

    def statement(self, kind):
        out = {"Effect": "Allow" if self.chance(0.84) else "Deny"}
        if self.chance(0.2):
            out["Sid"] = pick(self.rng, ("One", "Two", "x", ""))
        if kind in ("resource", "trust", "endpoint", "rcp"):
            out["Principal"] = (
                "*" if kind == "rcp" or (kind == "endpoint" and self.chance(0.8)) else self.principal(kind == "trust")
            )
            if kind in ("resource", "endpoint") and self.chance(0.3 if out["Effect"] == "Deny" else 0.05):
                del out["Principal"]
                out["NotPrincipal"] = self.not_principal()
        if kind == "rcp":
            out["Effect"], out["Action"] = "Deny", self.listed(lambda: pick(self.rng, RCP_ACTIONS))
        else:
            out["Action" if self.chance(0.88) else "NotAction"] = self.listed(
                lambda: self.recase(pick(self.rng, ACTION_PATTERNS)), 4
            )
        if kind != "trust" and not (kind == "resource" and self.chance(0.05)):
            out["Resource" if self.chance(0.88) else "NotResource"] = self.listed(lambda: self.pattern(kind), 4)
        conditions = self.conditions()
        if conditions or self.chance(0.05):
            out["Condition"] = conditions
        return out

    def pattern(self, kind):
        while True:
            text = pick(self.rng, RESOURCE_VARIABLES if self.chance(0.12) else RESOURCE_PATTERNS)
            whole = text.count(":") > 4 or text.strip("*") == "" != text
            if (
                whole
                or kind not in ("session", "rcp", "scp")
                or self.chance(0.004)
                or (kind == "scp" and text.endswith("*"))
            ):
                return text

    def document(self, kind):
        out = (
            {"Version": "2012-10-17"}
            if self.chance(0.85) or kind == "rcp"
            else pick(self.rng, ({}, {"Version": "2008-10-17"}))
        )
        if kind in ("resource", "trust") and self.chance(0.1):
            out["Id"] = "any text"
        statements = [
            self.statement(kind)
            for _ in range(
                pick(self.rng, (2, 3, 4, 5) if kind in ("resource", "trust", "identity") else (1, 1, 1, 2, 2, 3))
            )
        ]
        if kind in ("boundary", "session", "scp", "endpoint") and self.chance(0.4):
            wide = {"Effect": "Allow", "Action": "*", "Resource": "*"}
            statements.append({**wide, "Principal": "*"} if kind == "endpoint" else wide)
        out["Statement"] = statements[0] if len(statements) == 1 and self.chance(0.4) else statements
        return out
