#!/usr/bin/env python3
"""`remit policy format`: one form for a document, and nothing else changed."""
import json
import os
import random
import stat
import tempfile
import unittest

from policy_kit import ACCOUNT, ALLOW_ALL, SHARED, Batch, doc, remit, statement

UGLY = '{"Statement": {"Resource": ["*"], "Action": ["s3:Put*", "s3:Get*"], "Effect": "Allow"}, "Version": "2012-10-17"}'
PRETTY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [
        "s3:Get*",
        "s3:Put*"
      ],
      "Resource": "*"
    }
  ]
}
"""


class Format(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="remit.")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_standard_input_and_files(self):
        self.assertEqual(remit("format", stdin=UGLY).stdout, PRETTY)
        self.assertEqual(remit("format", "-", stdin=UGLY).stdout, PRETTY)
        paths = [self.file("a.json", UGLY), self.file("b.json", PRETTY)]
        self.assertEqual(remit("format", *paths).stdout, PRETTY + PRETTY)
        self.assertEqual(self.read(paths[0]), UGLY)

    def test_check_names_the_files_and_leaves_them(self):
        ugly, pretty = self.file("a.json", UGLY), self.file("b.json", PRETTY)
        run = remit("format", "--check", ugly, pretty)
        self.assertEqual((run.returncode, run.stdout), (1, ugly + "\n"))
        self.assertEqual(self.read(ugly), UGLY)
        self.assertEqual(remit("format", "--check", pretty).returncode, 0)

    def test_write_replaces_the_file_and_keeps_its_mode_and_its_links(self):
        path = self.file("a.json", UGLY)
        link = os.path.join(self.folder.name, "link.json")
        os.symlink("a.json", link)
        os.chmod(path, 0o640)
        self.assertEqual(remit("format", "--write", link).returncode, 0)
        self.assertEqual(self.read(path), PRETTY)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
        before = os.stat(path).st_ino
        self.assertEqual(remit("format", "--write", path).returncode, 0)
        self.assertEqual(os.stat(path).st_ino, before, "a formatted file is left alone")

    def test_a_file_that_is_no_policy_is_named_with_its_place_and_the_others_are_done(self):
        bad = self.file("bad.json", '{\n "Statement": [\n  {"Effect": "allow", "Action": "*", "Resource": "*"}\n ]\n}')
        ugly = self.file("a.json", UGLY)
        run = remit("format", "--write", bad, ugly)
        self.assertEqual(run.returncode, 2)
        self.assertEqual(run.stderr, f"remit: {bad}:3:4: /Statement/0/Effect: is neither Allow nor Deny\n")
        self.assertEqual(self.read(ugly), PRETTY)

    def test_what_is_wrong_is_said(self):
        rows = [
            ("{", "-:1:2: expected a key in quotes"),
            ("[]", "-:1:1: Syntax errors in policy. A policy is an object."),
            ('{"Statement": []}', "-:1:2: /Statement: Syntax errors in policy. There is no statement."),
            ('{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}',
             "-:1:16: /Statement/Effect: stands twice in the same statement"),
            ('{"Statement": {"Effect": "Allow", "Action": 5, "Resource": "*"}}',
             "-:1:35: /Statement/Action: needs a string, not a number"),
            ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Colour": "red"}}',
             "-:1:67: /Statement/Colour: no such element in a statement"),
            ('{"Version": "2012-10-17", "Statement": "\u20ac"}', "-:1:41: a policy has no characters above U+00FF"),
            (" " * (4 * 1024 * 1024 + 1), "-: is larger than 4194304 bytes"),
        ]
        for text, wanted in rows:
            run = remit("format", stdin=text)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (2, "", f"remit: {wanted}\n"))

    def test_options_that_exclude_each_other(self):
        self.assertEqual(remit("format", "--check", "--write", self.file("a.json", UGLY)).returncode, 2)
        self.assertEqual(remit("format", "--write", stdin=UGLY).returncode, 2)


class Corpus(Batch):
    """AWS's managed policies: formatted, they are the same policies."""

    def documents(self):
        path = os.path.join(SHARED, "corpus", "managed-policies.jsonl")
        if not os.path.exists(path):
            self.skipTest("skipped: 500 managed policies (../shared/corpus is not here)")
        with open(path, encoding="utf-8") as file:
            return [json.dumps(json.loads(line)["document"]) for line in file]

    def requests(self, text, chance):
        """Requests that the document has something to say about, and one that it has not."""
        out = [("ec2:Unheard", "*")]
        for one in json.loads(text)["Statement"] if isinstance(json.loads(text)["Statement"], list) else []:
            for action in [one.get("Action", "x:y")] if isinstance(one.get("Action", "x:y"), str) else one["Action"][:3]:
                resource = one.get("Resource", "*")
                resource = resource if isinstance(resource, str) else chance.choice(resource)
                out.append((action.replace("*", "Any").replace("?", "x") if action != "*" else "s3:GetObject",
                            resource if resource == "*" else resource.replace("*", "any")[:4096]))
        return chance.sample(out, min(len(out), 6))

    def formatted(self, documents):
        """Each on one line."""
        with tempfile.TemporaryDirectory(prefix="remit.") as folder:
            names = [os.path.join(folder, f"{number:03}.json") for number in range(len(documents))]
            for name, text in zip(names, documents, strict=True):
                with open(name, "w", encoding="utf-8") as file:
                    file.write(text)
            run = remit("format", *names)
        self.assertEqual(run.returncode, 0, run.stderr)
        decoder, at, out = json.JSONDecoder(), 0, []
        while at < len(run.stdout):
            value, at = decoder.raw_decode(run.stdout, at)
            out.append(json.dumps(value))
            at += 1  # the newline behind it
        return out

    def test_formatted_they_decide_alike(self):
        chance = random.Random(20261128)
        before, after = [], []
        documents = self.documents()
        self.assertEqual(len(documents), 500)
        for number, (text, formatted) in enumerate(zip(documents, self.formatted(documents), strict=True)):
            for action, resource in self.requests(text, chance):
                request = json.dumps({"principal": f"arn:aws:iam::{ACCOUNT}:user/alice", "action": action,
                                      "resource": resource, "context": {"aws:PrincipalAccount": ACCOUNT}})
                for lines, policy in ((before, text), (after, formatted)):
                    lines.append('{"id": %d, "identityPolicies": [%s], "request": %s}' % (number, policy, request))
        was, now = self.batch(*before), self.batch(*after)
        decided = {answer["decision"] for answer in was}
        self.assertLessEqual({"Allowed", "ImplicitlyDenied"}, decided)
        for one, two in zip(was, now, strict=True):
            self.assertEqual(one["decision"], two["decision"], one["id"])
            self.assertEqual([m["statement"] for m in one["matched"]], [m["statement"] for m in two["matched"]], one["id"])


if __name__ == "__main__":
    unittest.main()
