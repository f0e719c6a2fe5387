#!/usr/bin/env python3
"""`remit policy diff` and the checks: answers, counterexamples that `evaluate` confirms, exit codes."""
import json
import os
import tempfile
import unittest

from policy_kit import ALLOW_ALL, doc, remit, statement

READ = doc(statement(action="s3:Get*", resource="arn:aws:s3:::b/*", Sid="Read"))
MORE = doc(statement(action="s3:*", resource="arn:aws:s3:::b/*", Sid="Read"))


class Proofs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, document):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as out:
            json.dump(document, out)
        return path

    def ask(self, *arguments, code=0):
        run = remit(*arguments)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run.stdout

    def decision(self, document, request):
        case = {"id": "x", "identityPolicies": [document], "request": request}
        return json.loads(remit("evaluate", "--batch", stdin=json.dumps(case) + "\n").stdout)["decision"]


class NoNewAccess(Proofs):
    def test_less_is_no_new_access(self):
        said = self.ask("check-no-new-access", self.file("old", MORE), self.file("new", READ))
        self.assertEqual(said, "PASS: The modified permissions do not grant new access compared to your existing policy.\n")

    def test_more_comes_with_a_request_that_evaluate_confirms(self):
        said = json.loads(self.ask("check-no-new-access", "--format", "json", self.file("old", READ),
                                   self.file("new", MORE), code=1))
        self.assertEqual(said["result"], "FAIL")
        self.assertEqual(said["message"], "The modified permissions grant new access compared to your existing policy.")
        (reason,) = said["reasons"]
        self.assertEqual(reason["description"], "New access in the statement with sid: Read.")
        self.assertEqual((reason["statementIndex"], reason["statementId"], reason["pointer"]), (0, "Read", "/Statement/0"))
        self.assertEqual(self.decision(MORE, reason["request"]), "Allowed")
        self.assertEqual(self.decision(READ, reason["request"]), "ImplicitlyDenied")

    def test_the_place_of_the_statement(self):
        old, new = self.file("old", READ), self.file("new", MORE)
        with open(new, "w", encoding="utf-8") as out:
            out.write('{"Version": "2012-10-17",\n "Statement":\n  ' + json.dumps(MORE["Statement"][0]) + "}")
        said = self.ask("check-no-new-access", old, new, code=1)
        self.assertIn(f"{new}:3:3: /Statement: New access in the statement with sid: Read.", said)

    def test_what_is_not_decided_is_said(self):
        tag = "${aws:PrincipalTag/a}"
        old = doc(statement(Condition={"StringLike": {"k": tag + "*"}}))
        new = doc(statement(Condition={"StringEquals": {"k": tag}}))
        said = self.ask("check-no-new-access", self.file("old", old), self.file("new", new), code=3)
        self.assertTrue(said.startswith("UNKNOWN: "), said)
        self.assertIn("/Statement/0: it hangs on policy variables", said)
        self.assertIn(": " + tag, said)

    def test_types(self):
        old = doc(statement(Principal={"AWS": "arn:aws:iam::111122223333:role/r"}))
        new = doc(statement(Principal={"AWS": "111122223333"}))
        files = self.file("old", old), self.file("new", new)
        self.ask("check-no-new-access", "--type", "resource", *files, code=1)
        self.ask("check-no-new-access", "--type", "resource", *reversed(files))
        run = remit("check-no-new-access", *files)
        self.assertEqual(run.returncode, 2)
        self.assertIn("Principal", run.stderr)

    def test_unusable(self):
        for arguments in (["check-no-new-access", self.file("one", READ)],
                          ["check-no-new-access", self.file("one", READ), "/nowhere"],
                          ["check-no-new-access", self.file("one", READ), self.file("two", {"Statement": 1})],
                          ["check-access-not-granted", self.file("one", READ)],
                          ["check-access-not-granted", "--action", "nonsense", self.file("one", READ)],
                          ["check-no-public-access", self.file("one", READ)],
                          ["check-no-public-access", "--resource-type", "AWS::X::Y", self.file("one", READ)]):
            run = remit(*arguments)
            self.assertEqual((run.returncode, run.stdout), (2, ""), arguments)
            self.assertTrue(run.stderr.startswith("remit: "), run.stderr)


class Diff(Proofs):
    def test_the_same_in_other_words(self):
        other = doc(statement(action=["s3:Get*", "S3:GETOBJECT"], resource=["arn:aws:s3:::b/*", "arn:aws:s3:::b/x/*"]))
        self.assertEqual(self.ask("diff", self.file("old", READ), self.file("new", other)), "gained: no, lost: no\n")

    def test_gained_and_lost(self):
        put = doc(statement(action="s3:Put*", resource="arn:aws:s3:::b/*"))
        said = self.ask("diff", self.file("old", READ), self.file("new", put), code=1).splitlines()
        self.assertEqual(said[0], "gained: yes, lost: yes")
        self.assertRegex(said[1], r'^\+ .*new:1:\d+: /Statement/0 allows: \{"principal":.*"action":"s3:Put')
        self.assertRegex(said[2], r'^- .*old:1:\d+: /Statement/0 \(Sid "Read"\) allows: \{.*"action":"s3:Get')
        self.assertEqual(len(said), 3)

    def test_json(self):
        said = json.loads(self.ask("diff", "--format", "json", self.file("old", MORE), self.file("new", READ), code=1))
        self.assertEqual(said["gained"], {"result": "PASS", "reasons": []})
        self.assertEqual(said["lost"]["result"], "FAIL")
        self.assertEqual(self.decision(MORE, said["lost"]["reasons"][0]["request"]), "Allowed")


class AccessNotGranted(Proofs):
    def test_actions_and_resources(self):
        rows = [
            (["--action", "s3:PutObject"], 0),
            (["--action", "s3:GetObject"], 1),
            (["--action", "s3:PutObject", "--action", "s3:GetObject"], 1),
            (["--action", "s3:GetObject", "--resource", "arn:aws:s3:::c/*"], 0),
            (["--action", "s3:GetObject", "--resource", "arn:aws:s3:::*/x"], 1),
            (["--action", "*:*Object"], 1),
            (["--resource", "arn:aws:s3:::b/x"], 1),
        ]
        path = self.file("policy", READ)
        for options, code in rows:
            self.ask("check-access-not-granted", *options, path, code=code)

    def test_a_deny_counts(self):
        path = self.file("policy", doc(statement(), statement("Deny", "iam:*")))
        self.ask("check-access-not-granted", "--action", "iam:PassRole", path)

    def test_the_texts_of_the_answer(self):
        said = json.loads(self.ask("check-access-not-granted", "--format", "json", "--action", "s3:GetObject",
                                   self.file("policy", ALLOW_ALL), code=1))
        self.assertEqual(said["message"],
                         "The policy document grants access to perform one or more of the listed actions or resources.")
        self.assertEqual(said["reasons"][0]["request"]["action"].lower(), "s3:getobject")


class NoPublicAccess(Proofs):
    def test_what_is_public(self):
        rows = [
            (statement(Principal="*"), True),
            (statement(Principal={"AWS": "*"}), True),
            (statement(Principal={"AWS": "111122223333"}), False),
            (statement(Principal={"Service": "ecs-tasks.amazonaws.com"}), False),
            (statement(NotPrincipal={"AWS": "111122223333"}), True),
            (statement(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
            (statement(Principal="*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}), True),
            (statement(Principal="*", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}), True),
            (statement(Principal="*", Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}), True),
            (statement(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), False),
            (statement(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}), True),
            (statement(Principal="*", Condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2000::/3"]}}), True),
            (statement(Principal="*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
             False),
            (statement(Principal="*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}), True),
            (statement(Principal="*", Condition={"StringEquals": {"s3:prefix": "x"}}), True),
            (statement(Principal="*", Condition={"StringLike": {"aws:userid": "AROAEXAMPLE:*"}}), False),
        ]
        for one, public in rows:
            said = json.loads(self.ask("check-no-public-access", "--resource-type", "AWS::S3::Bucket", "--format", "json",
                                       self.file("policy", doc(one)), code=int(public)))
            self.assertEqual(said["result"], "FAIL" if public else "PASS", one)

    def test_a_deny_takes_it_back(self):
        deny = statement("Deny", Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}})
        path = self.file("policy", doc(statement(Principal="*"), deny))
        self.ask("check-no-public-access", "--resource-type", "AWS::SQS::Queue", path)

    def test_trust(self):
        open_to_all = doc(statement(action="sts:AssumeRole", resource=None, Principal={"AWS": "*"}))
        external = doc(statement(action="sts:AssumeRole", resource=None, Principal={"AWS": "*"},
                                 Condition={"StringEquals": {"sts:ExternalId": "secret"}}))
        kind = "AWS::IAM::AssumeRolePolicyDocument"
        self.ask("check-no-public-access", "--resource-type", kind, self.file("policy", open_to_all), code=1)
        self.ask("check-no-public-access", "--resource-type", kind, self.file("policy", external))


if __name__ == "__main__":
    unittest.main()
