#!/usr/bin/env python3
"""`remit policy simulate`: one request, decided and explained, for people and for programs."""
import json
import os
import tempfile
import unittest

from policy_kit import ACCOUNT, ALICE, ALLOW_ALL, QUEUE, ROLE, SESSION, doc, remit, statement

RUN = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
    {"Sid": "Run", "Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*",
     "Condition": {"ArnEquals": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/blue"}}}
  ]
}
"""
TASK = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:3"
BLUE = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/blue"


class Simulate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="remit.")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, policy):
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as out:
            out.write(policy if isinstance(policy, str) else json.dumps(policy))
        return name

    def simulate(self, *arguments, principal=ALICE, action="sqs:SendMessage", resource=QUEUE, stdin=None):
        return remit("simulate", "--principal", principal, "--action", action, "--resource", resource, *arguments,
                     cwd=self.folder.name, stdin=stdin)

    def run_task(self, *arguments):
        return self.simulate(self.file("run.json", RUN), *arguments, action="ecs:RunTask", resource=TASK)

    def test_an_allow_names_the_statement_its_place_and_the_condition_that_held(self):
        run = self.run_task("--context", f"ecs:cluster={BLUE}")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.splitlines()[1:], [
            '  decided by identity-based policy "run.json" /Statement/1 (Sid "Run") (run.json:5:5)',
            '    action matches "ecs:RunTask"', '    resource matches "*"',
            '    condition ArnEquals "ecs:cluster" "arn:aws:ecs:*:*:cluster/blue" holds: the request has '
            f'"{BLUE}" (run.json:6:34)'])
        self.assertTrue(run.stdout.startswith("Allowed by identity-based policy: "))

    def test_a_denial_says_what_was_missing_and_the_smallest_grant(self):
        run = self.run_task()
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn("  near: identity-based policy \"run.json\" /Statement/1 (Sid \"Run\") (run.json:5:5)\n", run.stdout)
        self.assertIn("does not hold: the request has no such key (run.json:6:34)\n", run.stdout)
        grant = run.stdout.split("needs in identity-based policy: ")[1]
        again = self.simulate(self.file("grant.json", grant), action="ecs:RunTask", resource=TASK)
        self.assertEqual(again.returncode, 0, "the grant grants")

    def test_json_says_the_same(self):
        denied = json.loads(self.run_task("--format", "json").stdout)
        self.assertEqual((denied["decision"], denied["layer"], denied["lacking"]),
                         ("ImplicitlyDenied", "identityPolicies", ["identityPolicies"]))
        self.assertIn("is not authorized to perform: ecs:RunTask on resource: " + TASK, denied["message"])
        (near,) = denied["statements"]
        self.assertEqual((near["policy"], near["pointer"], near["line"], near["column"], near["applies"], near["condition"]),
                         ("run.json", "/Statement/1", 5, 5, False, "no"))
        (condition,) = near["conditions"]
        self.assertEqual(condition, {
            "operator": "ArnEquals", "key": "ecs:cluster", "policyValues": ["arn:aws:ecs:*:*:cluster/blue"],
            "present": False, "holds": False, "pointer": "/Statement/1/Condition/ArnEquals/ecs:cluster",
            "line": 6, "column": 34})
        (grant,) = denied["grants"]
        self.assertEqual(grant["policy"]["Statement"][0]["Action"], "ecs:RunTask")
        allowed = json.loads(self.run_task("--format=json", "--context", f"ecs:cluster={BLUE}").stdout)
        self.assertEqual((allowed["decision"], allowed["grants"], allowed["lacking"]), ("Allowed", [], []))
        self.assertNotIn("message", allowed)
        (by,) = allowed["statements"]
        self.assertEqual((by["decides"], by["conditions"][0]["requestValues"]), (True, [BLUE]))

    def test_a_resource_without_an_owner_is_the_callers(self):
        policy, bucket = self.file("all.json", ALLOW_ALL), "arn:aws:s3:::reports/today"
        for principal, more, code in ((ALICE, [], 0), (ALICE, ["--resource-account", ACCOUNT], 0),
                                      (ALICE, ["--resource-account", "444455556666"], 1), ("sns.amazonaws.com", [], 1)):
            run = self.simulate(policy, *more, principal=principal, action="s3:GetObject", resource=bucket)
            self.assertEqual(run.returncode, code, (principal, more, run.stdout, run.stderr))

    def test_every_layer_has_an_option(self):
        allow, silent = self.file("allow.json", ALLOW_ALL), self.file("silent.json", doc(statement(action="ec2:*")))
        deny = self.file("deny.json", doc(statement("Deny")))
        public = self.file("public.json", doc(statement(Principal="*")))
        rcp = self.file("rcp.json", doc(statement("Deny", "sqs:*", Principal="*")))
        other = self.file("other.json", doc(statement(action="ec2:*", Principal="*")))
        rows = [
            ([allow], 0, "Allowed by identity-based policy"),
            (["--identity-policy", silent, "--identity-policy", allow], 0, "Allowed by identity-based policy"),
            ([allow, "--boundary", silent], 1, "ImplicitlyDenied: no permissions boundary allows it"),
            ([allow, "--session-policy", silent], 1, "ImplicitlyDenied: no session policy allows it"),
            ([allow, "--session-policy", silent, "--session-policy", allow], 0, "Allowed"),
            ([allow, "--scp", allow, "--scp", silent], 1,
             "ImplicitlyDenied: no service control policy allows it at level 1"),
            ([allow, "--scp", allow, "--scp", f"{silent},{allow}"], 0, "Allowed"),
            ([allow, "--scp", deny], 1, "ExplicitlyDenied by service control policy at level 0"),
            ([allow, "--rcp", rcp], 1, "ExplicitlyDenied by resource control policy at level 0"),
            (["--resource-policy", public], 0, "Allowed by resource-based policy"),
            ([allow, "--endpoint-policy", other], 1, "ImplicitlyDenied: no VPC endpoint policy allows it"),
            ([], 1, "ImplicitlyDenied: no identity-based policy allows it"),
        ]
        for arguments, code, wanted in rows:
            run = self.simulate(*arguments)
            self.assertEqual((run.returncode, run.stdout[:len(wanted)]), (code, wanted), f"{arguments} {run.stderr}")

    def test_a_trust_policy(self):
        trust = self.file("trust.json", doc(statement(action="sts:AssumeRole", resource=None, Principal={"AWS": ROLE})))
        asked = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{ACCOUNT}:role/other"}
        run = self.simulate("--resource-policy", trust, "--context", f"aws:PrincipalArn={ROLE}", principal=SESSION, **asked)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertEqual(self.simulate("--resource-policy", trust, **asked).returncode, 1)

    def test_a_grant_for_each_silent_level(self):
        silent = self.file("silent.json", doc(statement(action="ec2:*")))
        run = self.simulate("--scp", silent, "--scp", silent, "--format", "json")
        grants = {grant["layer"]: grant for grant in json.loads(run.stdout)["grants"]}
        self.assertEqual(sorted(grants), ["identityPolicies", "scps"])
        self.assertEqual(grants["scps"]["levels"], [0, 1])

    def test_lists_in_the_context_are_multivalued(self):
        policy = self.file("tags.json", doc(statement(Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}})))
        self.assertEqual(self.simulate(policy, "--context", 'aws:TagKeys=["a","b"]').returncode, 0)
        self.assertEqual(self.simulate(policy, "--context", 'aws:TagKeys=["a","c"]').returncode, 1)

    def test_a_policy_from_standard_input(self):
        run = self.simulate("-", stdin=json.dumps(ALLOW_ALL))
        self.assertEqual(run.returncode, 0)
        self.assertIn("(-:1:41)", run.stdout)

    def test_what_is_wrong_is_said(self):
        bad = self.file("bad.json", '{\n"Statement": {"Effect": "Allow", "Action": "*", "Action": "*", "Resource": "*"}}')
        resource = self.file("resource.json", doc(statement()))
        rows = [
            ([bad], "bad.json:2:34: /Statement/Action: stands twice in the same statement"),
            (["--resource-policy", resource], "resource.json:1:41: /Statement/0: Missing required field Principal"),
            (["gone.json"], "can't open gone.json: "),
            (["--context", "k"], "--context is 'k', wanted KEY=VALUE"),
            (["--context", "k=a", "--context", "K=b"], "--context is 'K=b', wanted each key once"),
            (["--context", "k=[1]"], "--context is 'k=[1]', wanted a list of strings"),
            (["--context", "k=[a"], "--context is 'k=[a', wanted a list of strings in JSON"),
            (["--scp", "a.json,,b.json"], "can't open a.json: "),
            (["--scp", ","], "a level is ',', wanted file names with commas between"),
            (["--scp", resource] * 17, "--scp is given 17 times, the most is 16"),
            (["--format", "xml"], "--format is 'xml', wanted FORMAT"),
            (["--colour"], "there is no option '--colour'"),
        ]
        for arguments, wanted in rows:
            run = self.simulate(*arguments)
            self.assertEqual((run.returncode, run.stdout), (2, ""), arguments)
            self.assertIn(wanted, run.stderr)
        self.assertIn("--principal is 'alice', wanted the ARN of a user", self.simulate(principal="alice").stderr)
        self.assertIn("a role acts as its session", self.simulate(principal=ROLE).stderr)
        self.assertIn("--action has 303 bytes, the most is 256", self.simulate(action="s3:" + "x" * 300).stderr)
        self.assertIn("--resource has 4097 bytes, the most is 4096", self.simulate(resource="x" * 4097).stderr)
        self.assertIn("--principal WHO is missing", remit("simulate", "--action", "a:b", "--resource", "*").stderr)


if __name__ == "__main__":
    unittest.main()
