#!/usr/bin/env python3
"""`remit policy who-can`: which principals of a folder may do something, and what it depends on."""
import json
import os
import tempfile
import unittest

from policy_kit import ACCOUNT, ALLOW_ALL, QUEUE, doc, remit, statement

OTHER = "444455556666"


def arn(rest):
    return f"arn:aws:iam::{ACCOUNT}:{rest}"


class WhoCan(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="remit.")
        self.addCleanup(self.folder.cleanup)
        self.put("account", ACCOUNT + "\n")

    def put(self, path, content):
        path = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))

    def ask(self, *arguments, action="sqs:SendMessage", resource=QUEUE):
        return remit("who-can", action, resource, ".", *arguments, cwd=self.folder.name)

    def answers(self, *arguments, **asked):
        """{principal: (kind, answer, {keys it depends on})}, but for the root user."""
        run = self.ask("--format", "json", *arguments, **asked)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        out = {p["principal"]: (p["kind"], p["answer"], {d["key"] for d in p["dependsOn"]})
               for p in json.loads(run.stdout)["principals"]}
        return {name: answer for name, answer in out.items() if answer[0] != "root"}

    def test_identity_policies_groups_and_boundaries(self):
        silent = doc(statement(action="ec2:*"))
        self.put("roles/sender/policies/send.json", doc(statement(action="sqs:*")))
        self.put("roles/limited/policies/all.json", ALLOW_ALL)
        self.put("roles/limited/boundary.json", silent)
        self.put("roles/idle/policies/ec2.json", silent)
        self.put("users/alice/groups", "senders\n")
        self.put("users/bob/policies/deny.json", doc(statement("Deny")))
        self.put("users/bob/groups", "senders\n")
        self.put("groups/senders/policies/send.json", doc(statement(action="sqs:SendMessage")))
        self.assertEqual(self.answers(), {arn("role/sender"): ("role", "can", set()),
                                          arn("user/alice"): ("user", "can", set())})

    def test_a_condition_makes_a_may_and_is_named_with_its_place(self):
        self.put("roles/r/policies/p.json", json.dumps(doc(
            statement(Condition={"StringEquals": {"aws:ResourceTag/team": ["a", "b"], "aws:PrincipalAccount": ACCOUNT}}),
            statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})), indent=1))
        self.assertEqual(self.answers()[arn("role/r")],
                         ("role", "may", {"aws:ResourceTag/team", "aws:SecureTransport"}))
        said = self.ask().stdout.splitlines()
        self.assertEqual(said[:3], [
            f"may  role      {arn('role/r')}",
            '       Allow if StringEquals "aws:ResourceTag/team" "a", "b" (./roles/r/policies/p.json:9:6)',
            '       Deny if Bool "aws:SecureTransport" "false" (./roles/r/policies/p.json:23:6)'])
        known = ("--context", "aws:ResourceTag/team=a", "--context", "aws:SecureTransport=true")
        self.assertEqual(self.answers(*known)[arn("role/r")], ("role", "can", set()))
        self.assertEqual(self.answers("--context", "aws:ResourceTag/team=c"), {})

    def test_who_somebody_is_is_known(self):
        own = doc(statement(resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:${{aws:username}}"))
        self.put("users/q/policies/own.json", own)
        self.put("users/p/policies/own.json", own)
        self.put("roles/q/policies/own.json", own)
        self.put("roles/byarn/policies/p.json", doc(statement(Condition={"ArnLike": {
            "aws:PrincipalArn": arn("role/by*")}})))
        self.put("roles/notbyarn/policies/p.json", doc(statement(Condition={"ArnLike": {"aws:PrincipalArn": arn("role/by*")}})))
        self.assertEqual(self.answers(), {arn("user/q"): ("user", "can", set()), arn("role/byarn"): ("role", "can", set())})

    def test_a_variable_in_a_resource_that_is_unknown(self):
        self.put("roles/r/policies/p.json", doc(statement(
            resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:${{aws:PrincipalTag/queue}}")))
        self.assertEqual(self.answers()[arn("role/r")], ("role", "may", {"aws:PrincipalTag/queue"}))
        self.assertIn('Allow if the resource fits "aws:PrincipalTag/queue"', self.ask().stdout)
        self.assertEqual(self.answers("--context", "aws:PrincipalTag/queue=q")[arn("role/r")][1], "can")
        self.assertEqual(self.answers("--context", "aws:PrincipalTag/queue=x"), {})

    def test_the_policy_of_the_resource_and_whom_it_names(self):
        self.put("roles/r/policies/none.json", doc(statement(action="ec2:*")))
        self.put("roles/denied/policies/all.json", ALLOW_ALL)
        self.put("resources/q/arn", QUEUE + "\n")
        self.put("resources/q/policy.json", doc(
            statement(resource=QUEUE, Principal={"AWS": [arn("role/r"), OTHER, f"arn:aws:iam::{OTHER}:user/eve",
                                                         arn("user/gone")], "Service": "sns.amazonaws.com"}),
            statement("Deny", resource=QUEUE, Principal={"AWS": arn("role/denied")})))
        self.assertEqual(self.answers(), {
            arn("role/r"): ("role", "can", set()),
            arn("user/gone"): ("principal", "can", set()),
            f"arn:aws:iam::{OTHER}:root": ("account", "can", set()),
            f"arn:aws:iam::{OTHER}:user/eve": ("principal", "can", set()),
            "sns.amazonaws.com": ("service", "can", set())})
        self.assertIn(f"can  account   arn:aws:iam::{OTHER}:root where its own policies allow it", self.ask().stdout)
        self.assertNotIn("sns.amazonaws.com", self.answers(resource=QUEUE + "2"))

    def test_everybody(self):
        self.put("resources/b/arn", "arn:aws:s3:::b\narn:aws:s3:::b/*\n")
        self.put("resources/b/policy.json", doc(statement(resource="arn:aws:s3:::b/*", Principal="*")))
        self.assertEqual(self.answers(resource="arn:aws:s3:::b/x", action="s3:GetObject"), {"*": ("everybody", "can", set())})

    def test_nothing_is_known_of_everybody_and_of_whose_session_it_is(self):
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/elsewhere/s"
        self.put("resources/q/arn", QUEUE)
        self.put("resources/q/policy.json", doc(
            statement(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
            statement(Principal={"AWS": session}, Condition={"ArnLike": {"aws:PrincipalArn": arn("role/app/*")}})))
        self.assertEqual(self.answers(), {"*": ("everybody", "may", {"aws:PrincipalOrgID"}),
                                          session: ("principal", "may", {"aws:PrincipalArn", "aws:PrincipalOrgID"})})

    def test_a_trust_policy_says_who_may_assume_a_role(self):
        self.put("roles/target/trust.json", doc(statement(action="sts:AssumeRole", resource=None, Principal={
            "AWS": arn("user/alice"), "Service": "ecs-tasks.amazonaws.com"}, Condition={"StringEquals": {
                "aws:SourceAccount": ACCOUNT}})))
        self.put("users/alice/policies/none.json", doc(statement(action="ec2:*")))
        self.put("users/bob/policies/all.json", ALLOW_ALL)
        asked = {"action": "sts:AssumeRole", "resource": arn("role/target")}
        self.assertEqual(self.answers(**asked), {
            arn("user/alice"): ("user", "may", {"aws:SourceAccount"}),
            "ecs-tasks.amazonaws.com": ("service", "may", {"aws:SourceAccount"})})

    def test_limits_of_the_organization(self):
        self.put("roles/r/policies/all.json", ALLOW_ALL)
        self.put("scps/0-root.json", ALLOW_ALL)
        self.put("scps/1-unit/a.json", doc(statement(action="ec2:*")))
        self.assertEqual(self.ask().returncode, 1)
        self.put("scps/1-unit/b.json", doc(statement(action="sqs:*")))
        self.assertEqual(self.answers(), {arn("role/r"): ("role", "can", set())})
        self.put("rcps/0/deny.json", doc(statement("Deny", "sqs:*", Principal="*", Condition={"Bool": {
            "aws:SecureTransport": "false"}}), statement(Principal="*")))
        self.assertEqual(self.answers(), {arn("role/r"): ("role", "may", {"aws:SecureTransport"})})

    def test_a_folder_that_serves_lint_too(self):
        self.put("roles/r/policies/all.json", ALLOW_ALL)
        self.put("task-definitions/web.json", {"family": "web", "containerDefinitions": []})
        self.assertEqual(self.answers(), {arn("role/r"): ("role", "can", set())})

    def test_the_root_user_can_and_nobody_else(self):
        run = self.ask()
        self.assertEqual((run.returncode, run.stdout), (0, f"can  root      {arn('root')}\n"))

    def test_paths_and_accounts_can_be_told(self):
        self.put("roles/r/arn", arn("role/app/r"))
        self.put("roles/r/policies/all.json", ALLOW_ALL)
        self.assertIn(arn("role/app/r"), self.answers())
        self.put("account", OTHER)
        self.assertIn(f"roles/r/arn: is {arn('role/app/r')}, wanted arn:aws:iam::{OTHER}:role/...", self.ask().stderr)
        self.assertEqual(self.ask("--account", ACCOUNT).returncode, 0)

    def test_what_does_not_belong_in_the_folder_is_refused(self):
        rows = [
            ("role/r/trust.json", ALLOW_ALL, "./role: is none of account, roles, users, groups, resources, scps, rcps"),
            ("roles/r/policy.json", ALLOW_ALL, "./roles/r/policy.json: a role has arn, trust.json"),
            ("roles/r/policies/p.txt", "x", "./roles/r/policies/p.txt: is no .json file"),
            ("roles/r/policies/p.json", '{"Statement": {"Effect": 1}}', "./roles/r/policies/p.json:1:2: /Statement: "),
            ("users/u/trust.json", ALLOW_ALL, "./users/u/trust.json: a user has arn, groups"),
            ("users/u/groups", "gone\n", "can't read the folder ./groups/gone/policies: "),
            ("users/u/groups", "../roles\n", "./users/u/groups: a group's name holds no /"),
            ("resources/r/policy.json", doc(statement(Principal="*")), "./resources/r: has no file arn"),
            ("resources/r/arns", "x", "./resources/r/arns: a resource has arn and policy.json, no other"),
            ("account", "12", "the account is '12', wanted 12 digits"),
            ("account", "", "no --account, and no file ./account that says it"),
        ]
        for path, content, wanted in rows:
            with tempfile.TemporaryDirectory(prefix="remit.") as folder:
                self.folder, keep = type("F", (), {"name": folder}), self.folder
                self.put("account", ACCOUNT)
                self.put(path, content)
                run = self.ask()
                self.folder = keep
            self.assertEqual((run.returncode, run.stdout), (2, ""), path)
            self.assertIn(wanted, run.stderr)

    def test_two_policies_of_one_resource_are_ambiguous(self):
        for name in "ab":
            self.put(f"resources/{name}/arn", "arn:aws:sqs:*")
            self.put(f"resources/{name}/policy.json", doc(statement(Principal="*")))
        self.assertIn("has two policies: ./resources/a/policy.json and ./resources/b/policy.json", self.ask().stderr)

    def test_what_is_wrong_is_said(self):
        self.assertEqual(remit("who-can", "a:b").returncode, 2)
        self.assertIn("usage: remit policy who-can", remit("who-can", "a:b").stderr)
        self.assertIn("can't read the folder /nonexistent",
                      remit("who-can", "a:b", "*", "/nonexistent", "--account", ACCOUNT).stderr)
        self.assertIn("the most is 256 and 4096", remit("who-can", "a" * 300, "*", ".").stderr)


if __name__ == "__main__":
    unittest.main()
