"""Policy documents: what is refused, and when a statement applies (reference sections 2 to 10)."""

import json
import re

import texts
from conditions import Condition, Malformed
from principals import DIRECT, NONE, Principal

TOP = ("Version", "Id", "Statement")
ELEMENTS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
WITH_PRINCIPAL = ("resource", "endpoint", "trust", "rcp")
DEEPEST = 16
OUTSIDE = re.compile("[^\t\n\r\u0020-\u00ff]")
RCP_SERVICES = set(
    "appstream dsql clouddirectory cloudfront cloudsearch logs networkmonitor cognito-identity cognito-idp comprehend "
    "comprehendmedical firehose dynamodb dax autoscaling ecr ecr-public gamelift inspector-scan kendra kinesisvideo "
    "memorydb aoss personalize polly s3 swf sqs textract timestream-influxdb transcribe translate workspaces appconfig "
    "autoscaling-plans budgets servicediscovery cloudtrail-data codeartifact codebuild codecommit codepipeline "
    "compute-optimizer cost-optimization-hub events fms fis health rolesanywhere kms opensearch pricing "
    "pca-connector-ad resource-groups secretsmanager sts signin support transfer notifications wafv2 xray".split()
)


class Written(str):
    """A number as it stands in the JSON text."""


class Pairs(dict):
    """An object; `twice` is a key that it holds twice."""

    twice = None


def pairs(items):
    found = Pairs(items)
    if len(found) != len(items):
        names = [name for name, _ in items]
        found.twice = next(name for name in names if names.count(name) > 1)
    return found


def not_json(constant):
    raise ValueError(f"{constant} is no JSON")


DECODER = json.JSONDecoder(object_pairs_hook=pairs, parse_int=Written, parse_float=Written, parse_constant=not_json)


def parse(text):
    return DECODER.decode(text)


def check_texts(value, depth=1):
    """Characters, nesting and duplicate keys (section 2)."""
    if isinstance(value, str):
        if OUTSIDE.search(value):
            raise Malformed("a character above U+00FF, or a control character")
    elif isinstance(value, (dict, list)):
        if depth > DEEPEST:
            raise Malformed("nested too deep")
        if getattr(value, "twice", None) is not None:
            raise Malformed(f"duplicate key {value.twice}")
        for item in value:
            check_texts(item, depth + 1)
        for item in value.values() if isinstance(value, dict) else ():
            check_texts(item, depth + 1)


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Written)


def text_list(value, name):
    value = value if isinstance(value, list) else [value]
    if not all(is_text(item) for item in value):
        raise Malformed(f"{name} is a text or a list of texts")
    return value


def condition_values(value):
    out = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, bool):
            item = "true" if item else "false"
        if not isinstance(item, str):
            raise Malformed("a condition value is a text, a number, true or false")
        out.append(str(item))
    return out


class Resource:
    """One pattern of Resource or NotResource (9)."""

    def __init__(self, text, kind, with_variables):
        self.stars = text != "" and text.strip("*") == ""
        self.never = False
        n_parts = text.count(":") + 1
        if kind in ("session", "rcp") and text != "*" and not text.startswith("arn:"):
            raise Malformed(f"resource {text} is no ARN")
        if n_parts < 6 and text.startswith("arn:"):
            text = self.short(text, kind, n_parts)
        head = text.split(":", 5)
        self.never = self.never or (len(head) == 6 and head[5] == "")
        self.pieces = texts.plain_pieces(text)
        if len(head) == 6 and n_parts > 5:
            self.pieces = texts.plain_pieces(text[: -len(head[5])] if head[5] else text) + texts.template(
                head[5], with_variables
            )
        self.fixed = texts.is_fixed(self.pieces)

    def short(self, text, kind, n_parts):
        """Fewer than six parts (9.3)."""
        if kind == "session" or kind == "rcp" or (kind == "scp" and not text.endswith("*")):
            raise Malformed(f"resource {text} has fewer than six parts")
        if kind in ("resource", "endpoint") and not re.search("[*?]", text):
            self.never = True
        return text + ":*" * (6 - n_parts)

    def matches(self, resource, context):
        if resource == "*" or self.stars:
            return self.stars
        if self.never:
            return False
        pieces = self.pieces if self.fixed else texts.fill(self.pieces, context)
        return pieces is not None and texts.matches(pieces, resource)


class Statement:
    def __init__(self, element, kind, with_variables):
        if not isinstance(element, dict):
            raise Malformed("a statement is an object")
        for name in element:
            if name not in ELEMENTS:
                raise Malformed(f"unknown element {name}")
        if element.get("Effect") not in ("Allow", "Deny"):
            raise Malformed("Effect is Allow or Deny")
        if "Sid" in element and not is_text(element["Sid"]):
            raise Malformed("a Sid is a text")
        self.sid = element.get("Sid", "")
        self.deny = element["Effect"] == "Deny"
        self.read_principal(element, kind)
        self.read_action(element)
        self.read_resource(element, kind, with_variables)
        self.read_conditions(element, with_variables)

    def read_principal(self, element, kind):
        given = [name for name in ("Principal", "NotPrincipal") if name in element]
        if kind not in WITH_PRINCIPAL:
            if given:
                raise Malformed(f"no {given[0]} here")
            self.principal = None
            return
        if len(given) != 1:
            raise Malformed("one of Principal and NotPrincipal")
        if given[0] == "NotPrincipal" and kind not in ("resource", "endpoint"):
            raise Malformed("no NotPrincipal here")
        self.principal = Principal(element[given[0]], given[0] == "NotPrincipal", kind, self.deny)
        if kind == "rcp" and self.principal.entries != [("AWS", "*")]:
            raise Malformed("the Principal of an RCP is *")

    def read_action(self, element):
        given = [name for name in ("Action", "NotAction") if name in element]
        if len(given) != 1:
            raise Malformed("one of Action and NotAction")
        self.not_action = given[0] == "NotAction"
        self.actions = text_list(element[given[0]], given[0])

    def read_resource(self, element, kind, with_variables):
        given = [name for name in ("Resource", "NotResource") if name in element]
        self.own_resource = not given
        if kind == "trust":
            if given:
                raise Malformed("no Resource in a trust policy")
            return
        if len(given) > 1 or (not given and kind != "resource"):
            raise Malformed("one of Resource and NotResource")
        if given:
            self.not_resource = given[0] == "NotResource"
            self.resources = [Resource(text, kind, with_variables) for text in text_list(element[given[0]], given[0])]

    def read_conditions(self, element, with_variables):
        block = element.get("Condition", {})
        if not isinstance(block, dict):
            raise Malformed("Condition is an object")
        self.conditions = []
        for operator, keys in block.items():
            Condition(operator, "", [], with_variables, self.deny)  # a known operator, even with no key under it
            if not isinstance(keys, dict):
                raise Malformed("an operator holds an object")
            if len({texts.lower(key) for key in keys}) != len(keys):
                raise Malformed("a condition key twice")
            for key, value in keys.items():
                self.conditions.append(Condition(operator, key, condition_values(value), with_variables, self.deny))

    def action_holds(self, action):
        found = any(texts.action_matches(pattern, action) for pattern in self.actions)
        if not self.not_action:
            return found
        return self.deny if not self.actions else not found

    def resource_holds(self, resource, context):
        if self.own_resource:
            return True
        found = any(pattern.matches(resource, context) for pattern in self.resources)
        if not self.not_resource:
            return found
        return self.deny if not self.resources else not found

    def applies(self, asked):
        """NONE, or the kind of the grant (DIRECT where there is no Principal)."""
        if not self.action_holds(asked.action):
            return NONE
        grant = DIRECT if self.principal is None else self.principal.grant(asked.caller, asked.bounded)
        if grant == NONE or not self.resource_holds(asked.resource, asked.context):
            return NONE
        return grant if all(condition.holds(asked.context) for condition in self.conditions) else NONE


class Document:
    """A document of one kind: identity, resource, trust, boundary, session, endpoint, scp or rcp."""

    def __init__(self, value, kind):
        check_texts(value)
        if not isinstance(value, dict):
            raise Malformed("a document is an object")
        for name in value:
            if name not in TOP:
                raise Malformed(f"unknown element {name}")
        version = value.get("Version", "2008-10-17")
        if version not in ("2008-10-17", "2012-10-17"):
            raise Malformed("unknown Version")
        if "Id" in value and (kind in ("identity", "boundary", "session") or not is_text(value["Id"])):
            raise Malformed("no Id here, or one that is no text")
        statements = value.get("Statement")
        statements = statements if isinstance(statements, list) else [statements]
        if not statements:
            raise Malformed("no statement")
        with_variables = version == "2012-10-17"
        self.statements = [Statement(item, kind, with_variables) for item in statements]
        if kind == "rcp":
            self.check_rcp(value, version)

    def check_rcp(self, value, version):
        """Customers may deny the actions of some services; the one Allow is the managed RCPFullAWSAccess (4)."""
        if version != "2012-10-17":
            raise Malformed("an RCP is of Version 2012-10-17")
        if len(self.statements) == 1 and not self.statements[0].deny and self.full_access(self.statements[0]):
            return
        for statement in self.statements:
            if not statement.deny or statement.not_action:
                raise Malformed("an RCP denies, by Action")
            for action in statement.actions:
                if not re.match("[^:*?]+:", action):
                    raise Malformed(f"an RCP names the service of {action}")

    @staticmethod
    def full_access(statement):
        return (
            statement.actions == ["*"]
            and not statement.not_action
            and not statement.conditions
            and not statement.not_resource
            and [pattern.stars for pattern in statement.resources] == [True]
        )
