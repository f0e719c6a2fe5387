"""Random cases over a small world, so that matches happen; the same seed makes the same cases.

Documents and requests come from pools that keep being renewed: a pool's texts meet many times, in ever new company.
"""

import random

import material
from malformed import garble, spoil
from render import render

POOL = 160


class Pool:
    """The last POOL things that `make` made; a new one now and then."""

    def __init__(self, rng, make, renew=0.04):
        self.rng, self.make, self.renew, self.items, self.at = rng, make, renew, [], 0

    def pick(self):
        if len(self.items) < POOL:
            self.items.append(self.make())
            return self.items[-1]
        if self.rng.random() < self.renew:
            self.at = (self.at + 1) % POOL
            self.items[self.at] = self.make()
            return self.items[self.at]
        return self.items[int(self.rng.random() * POOL)]


class Generated:
    """A case: document texts and the request, as the oracle takes them and as a line for the engine."""

    __slots__ = ("identity", "resource", "boundary", "session", "endpoint", "scps", "rcps", "request", "request_text")

    def line(self, number):
        def levels(given):
            return ",".join("[" + ",".join(level) + "]" for level in given)

        return (
            f'{{"id":{number},"identityPolicies":[{",".join(self.identity)}],"resourcePolicy":{self.resource or "null"},'
            f'"permissionBoundary":[{",".join(self.boundary)}],"sessionPolicies":[{",".join(self.session)}],'
            f'"endpointPolicy":{self.endpoint or "null"},"scps":[{levels(self.scps)}],"rcps":[{levels(self.rcps)}],'
            f'"request":{self.request_text}}}'
        )

    def parts(self):
        return (
            self.identity,
            self.resource,
            self.boundary,
            self.session,
            self.endpoint,
            self.scps,
            self.rcps,
            self.request,
        )


class Generator:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.world = material.World(self.rng)
        self.requests = Pool(self.rng, self.world.request, 0.25)
        self.documents = {kind: Pool(self.rng, lambda kind=kind: self.document(kind)) for kind in material.KINDS}

    def document(self, kind):
        value = self.world.document(kind)
        if self.rng.random() < 0.004:
            value = spoil(self.rng, value)
        text = render(self.rng, value)
        return garble(self.rng, text) if self.rng.random() < 0.008 else text

    def some(self, kind, chance, most=2):
        """A list of documents, empty but for a chance."""
        if self.rng.random() >= chance:
            return []
        return [self.documents[kind].pick() for _ in range(1 if self.rng.random() < 0.7 else self.rng.randint(1, most))]

    def levels(self, kind, chance):
        if self.rng.random() >= chance:
            return []
        levels = []
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            level = [self.documents[kind].pick() for _ in range(self.rng.choice((1, 1, 2)))]
            if self.rng.random() < 0.7:
                level.append(material.FULL[kind])
            levels.append(level)
        return levels

    def case(self):
        out = Generated()
        out.request, out.request_text = self.requests.pick()
        action = out.request["action"].lower()
        trust, chance = action.startswith("sts:"), self.rng.random
        own = 0.75 if out.request["principal"].startswith("arn:") else 0.1
        out.identity = self.some("identity", own, 3)
        mandatory = trust or action == "kms:decrypt"
        resource = self.some("trust" if material.assumes(action) else "resource", 0.92 if mandatory else 0.65, 1)
        out.resource = resource[0] if resource else None
        out.boundary = self.some("boundary", 0.22 if own > 0.5 else 0.02, 1)
        out.session = self.some("session", 0.2 if own > 0.5 else 0.02)
        out.endpoint = self.documents["endpoint"].pick() if chance() < 0.06 else None
        out.scps = self.levels("scp", 0.18)
        out.rcps = self.levels("rcp", 0.15)
        return out
