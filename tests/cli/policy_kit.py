"""The built `remit` as a user runs it, and policies in few words, for the tests of `remit policy`."""
import json
import os
import subprocess
import unittest

REMIT = os.environ.get("REMIT", "remit")
SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/r"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s1"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"


def remit(*arguments, stdin=None, cwd=None, env=None):
    """Runs `remit policy ...`; text goes in and comes out as UTF-8."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    run = subprocess.run([REMIT, "policy", *arguments], input=data if data is not None else b"", capture_output=True,
                         timeout=120, cwd=cwd, env=env, check=False)
    run.stdout = run.stdout.decode()
    run.stderr = run.stderr.decode()
    return run


def statement(effect="Allow", action="*", resource="*", **more):
    out = {"Effect": effect, "Action": action, **more}
    if resource is not None:
        out["Resource"] = resource
    return out


def doc(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


ALLOW_ALL = doc(statement())


def case(identifier="c", request=None, **layers):
    asked = {"principal": ALICE, "action": "sqs:SendMessage", "resource": QUEUE, **(request or {})}
    return {"id": identifier, **layers, "request": {k: v for k, v in asked.items() if v is not None}}


class Batch(unittest.TestCase):
    def batch(self, *cases, code=0):
        """Cases are dictionaries, or lines as they are; the answers in order."""
        lines = [one if isinstance(one, str) else json.dumps(one) for one in cases]
        run = remit("evaluate", "--batch", stdin="".join(line + "\n" for line in lines))
        self.assertEqual(run.returncode, code, run.stderr + run.stdout)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def decision(self, one):
        return self.batch(one)[0]["decision"]

    def error(self, one):
        (answer,) = self.batch(one, code=1)
        self.assertNotIn("decision", answer)
        return answer["error"]
