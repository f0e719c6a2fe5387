"""Layers and what they decide together (reference section 15)."""

import functools

import texts
from conditions import Malformed
from documents import RCP_SERVICES, Document, parse
from principals import ACCOUNT, DIRECT, LIMITED, Caller

IDENTITY, RESOURCE, BOUNDARY, SESSION, ENDPOINT, SCPS, RCPS = LAYERS = (  # as a case names them
    "identityPolicies",
    "resourcePolicy",
    "permissionBoundary",
    "sessionPolicies",
    "endpointPolicy",
    "scps",
    "rcps",
)
ALLOWED, IMPLICIT, EXPLICIT = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"
ASSUMING = (
    "sts:assumerole",
    "sts:tagsession",
    "sts:setsourceidentity",
    "sts:setcontext",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
)


class BadCase(Exception):
    """A case that can't be decided."""


class Asked:
    """The request, as statements look at it."""

    def __init__(self, request, bounded):
        self.action, self.resource = request["action"], request["resource"]
        self.context = {texts.lower(key): value for key, value in request.get("context", {}).items()}
        self.caller = Caller(request, self.context)
        self.bounded = bounded
        self.account = request.get("resourceAccount") or self.owner()

    def owner(self):
        parts = self.resource.split(":", 5)
        if len(parts) == 6 and parts[4]:
            return parts[4]
        nobodys = self.resource == "*" or (len(parts) == 6 and parts[0] == "arn")
        return self.caller.account if nobodys else None

    @property
    def same_account(self):
        return self.caller.has_account and self.caller.account == self.account

    @property
    def mandatory(self):
        """Resources whose own policy has to allow, in the same account too (15.4)."""
        parts = self.resource.split(":", 5)
        return self.action.lower() in ASSUMING or (
            self.action.lower().startswith("kms:")
            and len(parts) == 6
            and parts[2] == "kms"
            and parts[5].startswith("key/")
        )

    @property
    def under_scps(self):
        return self.caller.has_account and not self.caller.service_linked

    @property
    def under_rcps(self):
        service = self.action.partition(":")[0].lower()
        return (
            service in RCP_SERVICES
            and self.resource != "*"
            and not self.caller.service_linked
            and self.action.lower() != "kms:retiregrant"
            and not (self.action.lower() in ASSUMING and ":role/aws-service-role/" in self.resource)
        )


class Layer:
    """The documents of one layer; of SCPs and RCPs, of one level."""

    def __init__(self, name, documents, asked, level=0):
        self.name, self.level = name, level
        self.denies, self.grants = [], {}
        for n_document, document in enumerate(documents):
            for n_statement, statement in enumerate(document.statements):
                grant = statement.applies(asked)
                if grant:
                    place = (n_document, n_statement)
                    if statement.deny:
                        self.denies.append(place)
                    else:
                        self.grants[place] = grant

    def places(self, found):
        return [(self.name, self.level, *place) for place in found]


@functools.lru_cache(maxsize=1 << 13)
def document_of(text, kind):
    """By text: campaigns ask the same documents again and again."""
    try:
        return Document(parse(text), kind)
    except (Malformed, ValueError, RecursionError) as error:
        return str(error) or "unreadable"


class Case:
    """Documents are given as texts here."""

    def __init__(self, identity, resource, boundary, session, endpoint, scps, rcps, request):
        trust = request["action"].lower() in ASSUMING
        self.request = request
        self.identity = self.load(identity, "identity")
        self.resource = self.load([resource] if resource else [], "trust" if trust else "resource")
        self.boundary = self.load(boundary, "boundary")
        self.session = self.load(session, "session")
        self.endpoint = self.load([endpoint] if endpoint else [], "endpoint")
        self.scps = [self.load(level, "scp") for level in scps]
        self.rcps = [self.load(level, "rcp") for level in rcps]

    @staticmethod
    def load(documents, kind):
        out = []
        for text in documents:
            document = document_of(text, kind)
            if isinstance(document, str):
                raise BadCase(document)
            out.append(document)
        return out

    def decide(self):
        return Decision(self, Asked(self.request, bool(self.boundary)))


class Decision:
    """`outcome`, the layer that decided, and `places`: (layer, level, document, statement) that did."""

    def __init__(self, case, asked):
        self.places, self.level = [], 0
        self.asked = asked
        if asked.action.lower() == "sts:getcalleridentity":
            self.outcome, self.layer = ALLOWED, "none"
            return
        named = [
            Layer(IDENTITY, case.identity, asked),
            Layer(BOUNDARY, case.boundary, asked),
            Layer(SESSION, case.session, asked),
            Layer(RESOURCE, case.resource, asked),
            Layer(ENDPOINT, case.endpoint, asked),
        ]
        self.identity, self.boundary, self.session, self.resource, self.endpoint = named
        self.scps = [Layer(SCPS, level, asked, n) for n, level in enumerate(case.scps)] if asked.under_scps else []
        self.rcps = [Layer(RCPS, level, asked, n) for n, level in enumerate(case.rcps)] if asked.under_rcps else []
        denying = [layer for layer in named + self.scps + self.rcps if layer.denies]
        if denying:
            self.outcome, self.layer, self.level = EXPLICIT, denying[0].name, denying[0].level
            self.places = [place for layer in denying for place in layer.places(layer.denies)]
            return
        self.outcome, self.layer = self.allow(case, asked)
        if self.outcome == ALLOWED:
            self.places = [place for layer in named + self.scps + self.rcps for place in layer.places(layer.grants)]

    def allow(self, case, asked):
        for name, levels in ((RCPS, self.rcps), (SCPS, self.scps)):
            for level in levels:
                if not level.grants:
                    self.level = level.level
                    return IMPLICIT, name
        if case.endpoint and not self.endpoint.grants:
            return IMPLICIT, ENDPOINT
        kinds = set(self.resource.grants.values())
        identity, boundary, session = self.own_side(case, asked)
        own = identity and boundary and session
        lacking = IDENTITY if not identity else BOUNDARY if not boundary else SESSION
        if not asked.caller.has_account:
            return (ALLOWED, RESOURCE) if DIRECT in kinds else (IMPLICIT, RESOURCE)
        if not asked.same_account:
            if not kinds:
                return IMPLICIT, RESOURCE
            return (ALLOWED, IDENTITY) if own else (IMPLICIT, lacking)
        if DIRECT in kinds or (LIMITED in kinds and boundary and session):
            return ALLOWED, RESOURCE
        if asked.mandatory and not kinds:
            return IMPLICIT, RESOURCE
        if LIMITED in kinds:
            lacking = BOUNDARY if not boundary else SESSION
        elif asked.mandatory and ACCOUNT not in kinds:
            return IMPLICIT, RESOURCE
        return (ALLOWED, IDENTITY) if own else (IMPLICIT, lacking)

    def own_side(self, case, asked):
        """Whether identity-based policies, boundary and session policies allow (15.4, 15.6)."""
        caller = asked.caller
        boundary = not case.boundary or bool(self.boundary.grants)
        session = bool(self.session.grants) if case.session else caller.kind != "federated"
        identity = bool(self.identity.grants)
        if caller.kind == "user" and asked.action.lower() == "sts:getsessiontoken":
            identity = True
        if caller.kind == "root":
            assumed = asked.context.get("aws:assumedroot")
            return True, True, bool(self.session.grants) or not (isinstance(assumed, str) and assumed.lower() == "true")
        return identity, boundary, session
