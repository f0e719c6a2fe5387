"""Callers, and the Principal and NotPrincipal elements (reference section 11)."""

import re

from conditions import Malformed

NONE, ACCOUNT, LIMITED, DIRECT = range(4)  # kinds of a grant, weakest first (15.3)
TYPES = ("AWS", "Federated", "Service", "CanonicalUser")
PROVIDERS = ("cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com")
IAM = re.compile(r"arn:([^:]*):(iam|sts):[^:]*:([0-9]{12}):(.+)", re.DOTALL)


class Caller:
    """Who asks: kind is user, session, federated, root, service, unsigned, anonymous or unknown."""

    def __init__(self, request, context):
        self.text = text = request["principal"]
        self.kind, self.account, self.partition, self.role = "unknown", None, None, None
        self.user_id = context.get("aws:userid")
        found = IAM.fullmatch(text)
        if text in ("anonymous", ""):
            self.kind = "anonymous"
        elif found:
            self.partition, service, self.account, rest = found.groups()
            self.place(service, rest, context.get("aws:principalarn"))
        elif not text.startswith("arn:"):
            self.kind = (
                "unsigned"
                if text in PROVIDERS
                else "service" if re.fullmatch(r"[a-z0-9.-]+\.[a-z0-9.-]*", text) else "unknown"
            )

    def place(self, service, rest, principal_arn):
        if service == "iam" and rest == "root":
            self.kind = "root"
        elif service == "iam" and re.fullmatch("user/.+", rest):
            self.kind = "user"
        elif service == "iam" and re.match("(oidc|saml)-provider/.", rest):
            self.kind = "unsigned"
        elif service == "sts" and re.fullmatch("federated-user/.+", rest):
            self.kind = "federated"
        elif service == "sts" and re.fullmatch("assumed-role/[^/]+/[^/]+", rest):
            self.kind = "session"
            self.role = rest.split("/")[1]
            self.role_arn = self.own_role(principal_arn)

    def own_role(self, principal_arn):
        """The role's ARN with its path, when aws:PrincipalArn tells it."""
        found = IAM.fullmatch(principal_arn) if isinstance(principal_arn, str) else None
        if (
            found
            and found.group(2) == "iam"
            and found.group(4).startswith("role/")
            and found.group(3) == self.account
            and found.group(4).rpartition("/")[2] == self.role
        ):
            return principal_arn
        return None

    @property
    def has_account(self):
        return self.kind in ("user", "session", "federated", "root")

    @property
    def service_linked(self):
        return self.kind == "session" and self.role_arn is not None and ":role/aws-service-role/" in self.role_arn

    def is_session_of(self, role_arn):
        if self.kind != "session":
            return False
        if self.role_arn is not None:
            return role_arn == self.role_arn
        found = IAM.fullmatch(role_arn)
        return (
            bool(found)
            and found.group(1, 3) == (self.partition, self.account)
            and found.group(4).rpartition("/")[2] == self.role
        )


def aws_entry(entry, caller):
    """The kind of match of one text under "AWS" other than "*"."""
    found = IAM.fullmatch(entry)
    if re.fullmatch("[0-9]{12}", entry) or (found and found.group(2, 4) == ("iam", "root")):
        if not caller.has_account or caller.account != (found.group(3) if found else entry):
            return NONE
        if found and found.group(1) != caller.partition:
            return NONE
        return DIRECT if caller.kind == "root" else ACCOUNT
    if not found:
        return unique_id(entry, caller)
    if found.group(4).startswith("role/") and found.group(2) == "iam":
        return LIMITED if caller.is_session_of(entry) else NONE
    return DIRECT if caller.kind in ("user", "session", "federated") and entry == caller.text else NONE


def unique_id(entry, caller):
    """AIDA... and AROA..., as stored when the principal was saved (11.1)."""
    if not isinstance(caller.user_id, str):
        return NONE
    if caller.kind == "user" and entry.startswith("AIDA") and entry == caller.user_id:
        return DIRECT
    if caller.kind == "session" and entry.startswith("AROA") and entry == caller.user_id.partition(":")[0]:
        return LIMITED
    return NONE


class Principal:
    """The element of one statement. `entries` are (type, text) pairs; "*" alone is ("AWS", "*")."""

    def __init__(self, element, negated, kind, deny):
        self.negated, self.trust, self.deny = negated, kind == "trust", deny
        self.limit = kind in ("rcp", "endpoint")
        if element == "*":
            self.entries = [("AWS", "*")]
            return
        if not isinstance(element, dict):
            raise Malformed("a Principal is \"*\" or an object")
        self.entries = []
        for kind, listed in element.items():
            if kind not in TYPES:
                raise Malformed(f"unknown principal type {kind}")
            for text in listed if isinstance(listed, list) else [listed]:
                if not isinstance(text, str):
                    raise Malformed("a principal is a text")
                self.entries.append((kind, text))

    def everybody(self, caller):
        if self.deny or self.limit:
            return DIRECT
        if caller.kind in ("unknown", "unsigned") or (self.trust and caller.kind == "anonymous"):
            return NONE
        return DIRECT

    def kind_of(self, entry, caller):
        kind, text = entry
        if kind == "AWS":
            return self.everybody(caller) if text == "*" else aws_entry(text, caller)
        if kind == "Service":
            return DIRECT if caller.kind == "service" and text == caller.text else NONE
        if kind == "Federated":
            return DIRECT if caller.kind == "unsigned" and text == caller.text else NONE
        return NONE  # a batch does not tell canonical users

    def grant(self, caller, bounded):
        """NONE when this element does not match the caller, else the strongest kind of its matches."""
        if not self.negated:
            return max((self.kind_of(entry, caller) for entry in self.entries), default=NONE)
        if not self.entries:
            return DIRECT if self.deny else NONE
        if self.deny:
            return NONE if self.exempt(caller, bounded) else DIRECT
        if self.everybody(caller) == NONE or any(self.kind_of(entry, caller) for entry in self.entries):
            return NONE
        return DIRECT

    def exempt(self, caller, bounded):
        """11.3: whether a Deny with NotPrincipal lets the caller go: only when each of its identities is listed."""
        kinds = [self.kind_of(entry, caller) for entry in self.entries]
        if bounded:
            return False
        if any(entry == ("AWS", "*") for entry in self.entries):
            return True
        if caller.kind == "session":
            return all(kind in kinds for kind in (ACCOUNT, LIMITED, DIRECT))
        if caller.kind == "federated":  # its user is one of its identities, and a batch can't name him
            return False
        if caller.kind == "user":
            return ACCOUNT in kinds and DIRECT in kinds
        return DIRECT in kinds
