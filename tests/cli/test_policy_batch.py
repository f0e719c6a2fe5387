#!/usr/bin/env python3
"""`remit policy evaluate --batch`: what goes in, what comes out, what is refused."""
import json
import subprocess
import unittest

from policy_kit import (ACCOUNT, ALICE, ALLOW_ALL, QUEUE, REMIT, ROLE, SESSION, Batch, case, doc, remit, statement)

DENY_ALL = doc(statement("Deny"))
SILENT = doc(statement(action="ec2:*"))


class Decisions(Batch):
    def test_nothing_allows(self):
        self.assertEqual(self.batch(case("x")), [{"id": "x", "decision": "ImplicitlyDenied", "layer": "identityPolicies", "matched": []}])

    def test_every_layer_is_asked(self):
        rows = [
            ({}, "Allowed"),
            ({"permissionBoundary": [SILENT]}, "ImplicitlyDenied"),
            ({"permissionBoundary": [ALLOW_ALL]}, "Allowed"),
            ({"permissionBoundary": [DENY_ALL]}, "ExplicitlyDenied"),
            ({"sessionPolicies": [SILENT]}, "ImplicitlyDenied"),
            ({"sessionPolicies": [SILENT, ALLOW_ALL]}, "Allowed"),
            ({"resourcePolicy": doc(statement("Deny", Principal="*"))}, "ExplicitlyDenied"),
            ({"endpointPolicy": doc(statement(action="ec2:*", Principal="*"))}, "ImplicitlyDenied"),
            ({"scps": [ALLOW_ALL, SILENT]}, "ImplicitlyDenied"),
            ({"scps": [ALLOW_ALL, [SILENT, ALLOW_ALL]]}, "Allowed"),
            ({"scps": [[]]}, "ImplicitlyDenied"),
            ({"rcps": [doc(statement("Deny", "sqs:*", Principal="*"))]}, "ExplicitlyDenied"),
            ({"rcps": [[doc(statement(Principal="*"))]]}, "Allowed"),
        ]
        answers = self.batch(*(case(str(i), identityPolicies=[ALLOW_ALL], **layers) for i, (layers, _) in enumerate(rows)))
        self.assertEqual([a["decision"] for a in answers], [wanted for _, wanted in rows])

    def test_empty_and_null_layers_are_none(self):
        for none in ([], None):
            self.assertEqual(self.decision(case(identityPolicies=[ALLOW_ALL], resourcePolicy=None, permissionBoundary=none,
                                                sessionPolicies=none, scps=none, rcps=none, endpointPolicy=None)), "Allowed")

    def test_a_trust_policy_has_to_allow(self):
        request = {"principal": SESSION, "action": "sts:AssumeRole", "resource": ROLE}
        trust = doc(statement(action="sts:AssumeRole", resource=None, Principal={"AWS": ROLE}))
        other = doc(statement(action="sts:AssumeRole", resource=None, Principal={"Service": "ecs.amazonaws.com"}))
        asked = {**request, "context": {"aws:PrincipalArn": ROLE}}
        self.assertEqual(self.decision(case(request=asked, resourcePolicy=trust)), "Allowed")
        self.assertEqual(self.decision(case(request=asked, resourcePolicy=other, identityPolicies=[ALLOW_ALL])),
                         "ImplicitlyDenied")

    def test_a_trust_policy_has_no_resource(self):
        bad = doc(statement(action="sts:AssumeRole", Principal="*"))
        said = self.error(case(request={"action": "sts:AssumeRole", "resource": ROLE}, resourcePolicy=bad))
        self.assertIn("resourcePolicy: /Statement/0: Has prohibited field Resource", said)

    def test_a_key_policy_has_to_allow(self):
        key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
        request = {"action": "kms:Decrypt", "resource": key}
        delegating = doc(statement(action="kms:*", Principal={"AWS": ACCOUNT}))
        self.assertEqual(self.decision(case(request=request, identityPolicies=[ALLOW_ALL])), "ImplicitlyDenied")
        self.assertEqual(self.decision(case(request=request, identityPolicies=[ALLOW_ALL], resourcePolicy=delegating)),
                         "Allowed")

    def test_an_action_without_a_resource(self):
        only_star = case(request={"resource": "*"}, identityPolicies=[doc(statement(resource="arn:aws:sqs:*:*:*"))])
        self.assertEqual(self.decision(only_star), "ImplicitlyDenied")
        self.assertEqual(self.decision(case(request={"resource": "*"}, identityPolicies=[ALLOW_ALL])), "Allowed")

    def test_callers_of_every_kind(self):
        public = doc(statement(Principal="*"))
        for principal in (ALICE, SESSION, f"arn:aws:sts::{ACCOUNT}:federated-user/bob", f"arn:aws:iam::{ACCOUNT}:root",
                          "ecs-tasks.amazonaws.com", "anonymous"):
            request = {"principal": principal, "resourceAccount": ACCOUNT}
            self.assertEqual(self.decision(case(request=request, resourcePolicy=public)), "Allowed", principal)

    def test_resource_account_decides_what_is_cross_account(self):
        request = {"resource": "arn:aws:s3:::b/x", "action": "s3:GetObject"}
        for account, wanted in ((ACCOUNT, "Allowed"), ("444455556666", "ImplicitlyDenied")):
            one = case(request={**request, "resourceAccount": account}, identityPolicies=[ALLOW_ALL])
            self.assertEqual(self.decision(one), wanted)


class Context(Batch):
    def held(self, condition, context):
        one = case(request={"context": context}, identityPolicies=[doc(statement(Condition=condition))])
        return self.decision(one) == "Allowed"

    def test_a_list_is_a_multivalued_key(self):
        self.assertTrue(self.held({"ForAnyValue:StringEquals": {"k": "b"}}, {"k": ["a", "b"]}))
        self.assertFalse(self.held({"StringEquals": {"k": "a"}}, {"k": ["a"]}))
        self.assertTrue(self.held({"ForAllValues:StringEquals": {"k": "a"}}, {"k": []}))

    def test_numbers_and_booleans_are_their_text(self):
        self.assertTrue(self.held({"StringEquals": {"k": "1.50"}}, json.loads('{"k": "1.50"}')))
        line = json.dumps(case(request={"context": {"k": "@"}}, identityPolicies=[
            doc(statement(Condition={"StringEquals": {"k": "1.50"}}))])).replace('"@"', "1.50")
        self.assertEqual(self.batch(line)[0]["decision"], "Allowed")
        self.assertTrue(self.held({"Bool": {"k": "true"}}, {"k": True}))
        self.assertTrue(self.held({"NumericLessThan": {"k": 5}}, {"k": 4}))

    def test_escapes_and_characters_past_latin(self):
        self.assertTrue(self.held({"StringEquals": {"k": "a\tb\"\\"}}, {"k": "a\tb\"\\"}))
        self.assertTrue(self.held({"StringLike": {"k": "x??y"}}, {"k": "x\U0001f600y"}))
        one = json.dumps(case(request={"context": {"k": "x\U0001f600y"}}, identityPolicies=[
            doc(statement(Condition={"StringLike": {"k": "x??y"}}))]), ensure_ascii=False)
        self.assertEqual(self.batch(one)[0]["decision"], "Allowed")

    def test_keys_ignore_capitals_and_stand_once(self):
        self.assertTrue(self.held({"StringEquals": {"AWS:username": "a"}}, {"aws:UserName": "a"}))
        self.assertIn("stands twice", self.error(case(request={"context": {"a:b": "x", "A:B": "y"}})))


class Matched(Batch):
    def test_the_deciding_layer_is_named(self):
        rows = [
            ({"identityPolicies": [ALLOW_ALL]}, "identityPolicies", None),
            ({"identityPolicies": [ALLOW_ALL], "permissionBoundary": [SILENT]}, "permissionBoundary", None),
            ({"identityPolicies": [ALLOW_ALL], "scps": [ALLOW_ALL, SILENT]}, "scps", 1),
            ({"resourcePolicy": doc(statement("Deny", Principal="*"))}, "resourcePolicy", None),
            ({"request": {"action": "sts:GetCallerIdentity", "resource": "*"}}, "none", None),
        ]
        answers = self.batch(*(case(str(i), **layers) for i, (layers, _, _) in enumerate(rows)))
        self.assertEqual([(a["layer"], a.get("level")) for a in answers], [(layer, level) for _, layer, level in rows])

    def test_the_deciding_statements_are_named(self):
        policy = doc(statement(action="ec2:*"), statement(action="sqs:*", Sid="Queues"))
        line = json.dumps(case("m", identityPolicies=[SILENT, policy]))
        (answer,) = self.batch(line)
        (found,) = answer["matched"]
        self.assertEqual({k: v for k, v in found.items() if k != "column"},
                         {"layer": "identityPolicies", "policy": 1, "statement": 1, "sid": "Queues", "effect": "Allow",
                          "pointer": "/Statement/1", "line": 1})
        self.assertTrue(line[found["column"] - 1:].startswith(json.dumps(policy["Statement"][1])))

    def test_a_single_statement_has_no_index(self):
        policy = {"Version": "2012-10-17", "Statement": statement()}
        line = json.dumps(case(identityPolicies=[policy]))
        (found,) = self.batch("", line)[0]["matched"]
        self.assertEqual((found["pointer"], found["statement"], found["line"]), ("/Statement", 0, 2))
        self.assertTrue(line[found["column"] - 1:].startswith(json.dumps(policy["Statement"])))

    def test_levels_are_numbered_and_only_the_effect_that_won_is_listed(self):
        one = case(identityPolicies=[ALLOW_ALL], scps=[ALLOW_ALL, [ALLOW_ALL, DENY_ALL]])
        (found,) = self.batch(one)[0]["matched"]
        self.assertEqual((found["layer"], found["level"], found["policy"], found["effect"]), ("scps", 1, 1, "Deny"))
        line = json.dumps(one)
        self.assertTrue(line[found["column"] - 1:].startswith(json.dumps(DENY_ALL["Statement"][0])))

    def test_all_that_allow_are_listed_in_order(self):
        one = case(identityPolicies=[ALLOW_ALL], permissionBoundary=[ALLOW_ALL], resourcePolicy=doc(statement(Principal="*")))
        self.assertEqual([m["layer"] for m in self.batch(one)[0]["matched"]],
                         ["identityPolicies", "permissionBoundary", "resourcePolicy"])


class Refused(Batch):
    def test_the_run_goes_on_behind_a_bad_case(self):
        answers = self.batch(case(1), "{nonsense", case(2, request={"action": None}), case("3"), code=1)
        self.assertEqual([a["id"] for a in answers], [1, None, 2, "3"])
        self.assertEqual(["error" in a for a in answers], [False, True, True, False])
        self.assertEqual(answers[1]["error"], "line 2 column 2: expected a key in quotes")

    def test_a_broken_case_is_named_when_its_id_was_read(self):
        (answer,) = self.batch('{"id": "seven", "request": {"principal": ]', code=1)
        self.assertEqual(answer["id"], "seven")

    def test_what_is_wrong_is_said(self):
        rows = [
            (case(request={"principal": None}), "request.principal is missing"),
            (case(request={"action": None}), "request.action is missing"),
            (case(request={"resource": ""}), "request.resource is empty"),
            (case(request={"principal": 7}), "request.principal is 7, wanted a string"),
            (case(request={"colour": "red"}), 'request has no member "colour"'),
            ({"id": "x"}, "request is missing"),
            ({"id": "x", "request": []}, "request is [], wanted an object"),
            (case(identityPolicy=[]), 'a case has no member "identityPolicy"'),
            (case(identityPolicies="x"), 'identityPolicies is "x", wanted a policy or a list of policies'),
            (case(identityPolicies=["x"]), 'a policy of identityPolicies is "x", wanted an object'),
            (case(resourcePolicy=[]), "resourcePolicy is [], wanted a policy or null"),
            (case(scps=ALLOW_ALL), "wanted a list of levels, the root's first"),
            (case(scps=[ALLOW_ALL] * 17), "scps has more than 16 levels"),
            (case(request={"context": []}), "request.context is [], wanted an object of condition keys"),
            (case(request={"context": {"k": {}}}), "a value is {}, wanted a string, a number, a boolean or a list of them"),
            (case(request={"context": {"k": [None]}}), "is null, wanted a string, a number or a boolean"),
            (case(request={"context": {"k": "v" * 65537}}), "has a value of 65537 bytes, the most is 65536"),
            (case(request={"action": "s3:" + "x" * 300}), "request.action has 303 bytes, the most is 256"),
            (case(request={"resource": "a" * 5000}), "request.resource has 5000 bytes, the most is 4096"),
            (case({"a": 1}), 'id is {"a": 1}, wanted a string or a number'),
            ([], "a case is [], wanted an object"),
        ]
        for one, wanted in rows:
            self.assertIn(wanted, self.error(json.dumps(one)))

    def test_a_policy_that_cannot_be_compiled_is_an_error_and_no_denial(self):
        rows = [
            ({"identityPolicies": [ALLOW_ALL, doc(statement(Principal="*"))]},
             "identityPolicies: policy 1: /Statement/0: Has prohibited field Principal"),
            ({"permissionBoundary": [{"Statement": []}]}, "permissionBoundary: policy 0: /Statement: "),
            ({"scps": [ALLOW_ALL, [ALLOW_ALL, {}]]}, "scps: level 1: policy 1: Missing required field Statement"),
            ({"resourcePolicy": doc(statement())}, "resourcePolicy: /Statement/0: Missing required field Principal"),
            ({"rcps": [ALLOW_ALL]}, "rcps: level 0: /Statement/0: "),
        ]
        for layers, wanted in rows:
            self.assertIn(wanted, self.error(case(**layers)))

    def test_keys_that_stand_twice_are_refused_wherever_they_are(self):
        allow = '{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}'
        request = json.dumps(case()["request"])
        self.assertIn("/Statement/0/Effect: stands twice in the same statement", self.error(
            '{"id": 1, "identityPolicies": [{"Statement": [%s]}], "request": %s}' % (allow, request)))
        self.assertIn("a case has the member request twice", self.error('{"id": 1, "request": %s, "request": %s}' % (request, request)))
        self.assertIn("request has the member action twice", self.error(
            '{"id": 1, "request": %s}' % request.replace("{", '{"action": "s3:GetObject", ')))
        self.assertIn('the key "k" stands twice', self.error(
            json.dumps(case(request={"context": {"@": 1}})).replace('"@": 1', '"k": 1, "k": 2')))

    def test_a_case_that_is_too_large_is_passed_over(self):
        large = json.dumps(case("big", request={"context": {"k": ["v" * 60000] * 300}}))
        self.assertGreater(len(large), 16 * 1024 * 1024)
        answers = self.batch(large, case("next"), code=1)
        self.assertEqual(answers[0], {"id": None, "error": "line 1: a case of more than 16777216 bytes"})
        self.assertEqual(answers[1]["id"], "next")


class Streams(Batch):
    def test_each_answer_comes_before_the_next_case(self):
        with subprocess.Popen([REMIT, "policy", "evaluate", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as run:
            for i in range(3):
                run.stdin.write(json.dumps(case(i)) + "\n")
                run.stdin.flush()
                self.assertEqual(json.loads(run.stdout.readline())["id"], i)
            run.stdin.close()
            self.assertEqual(run.wait(timeout=10), 0)

    def test_the_last_line_needs_no_newline_and_blank_lines_count_for_nothing(self):
        run = remit("evaluate", "--batch", stdin="\n  \n" + json.dumps(case("only")))
        self.assertEqual([json.loads(line)["id"] for line in run.stdout.splitlines()], ["only"])

    def test_a_file_that_is_not_there(self):
        run = remit("evaluate", "--batch", "/nonexistent/cases")
        self.assertEqual(run.returncode, 2)
        self.assertIn("/nonexistent/cases", run.stderr)

    def test_texts_that_come_again_are_decided_alike(self):
        first = case("a", identityPolicies=[ALLOW_ALL], scps=[ALLOW_ALL, SILENT])
        second = case("b", identityPolicies=[SILENT], resourcePolicy=doc(statement(Principal={"AWS": ALICE})))
        answers = self.batch(*[first, second] * 50)
        self.assertEqual([a["decision"] for a in answers], ["ImplicitlyDenied", "Allowed"] * 50)
        self.assertEqual(self.decision(case(identityPolicies=[ALLOW_ALL], request={"resource": QUEUE})), "Allowed")


class One(unittest.TestCase):
    """Without --batch: one case, for people."""

    def test_an_allow_names_its_statement_and_its_place(self):
        text = json.dumps(case(identityPolicies=[doc(statement(action="ec2:*"), statement(Sid="All"))]), indent=2)
        run = remit("evaluate", stdin=text)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("Allowed by identity-based policy", run.stdout)
        line = 1 + text[:text.index('"Effect": "Allow",\n          "Action": "*"')].count("\n") - 1
        self.assertIn(f"-:{line}:9: Allow of identityPolicies policy 0 /Statement/1\n", run.stdout)

    def test_a_denial_says_what_was_missing_and_the_smallest_grant(self):
        near = doc(statement(Condition={"StringEquals": {"aws:username": "bob"}}))
        run = remit("evaluate", "-", stdin=json.dumps(case(identityPolicies=[near], request={"context": {
            "aws:username": "alice"}})))
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertRegex(run.stdout, r'/Statement/0 \(-:1:\d+\)\n    condition StringEquals "aws:username" "bob" does not hold: '
                         r'the request has "alice" \(-:1:\d+\)\n')
        self.assertIn("needs in identity-based policy: {", run.stdout)

    def test_what_is_no_case_is_unusable(self):
        for text, wanted in (("", "-: line 1 column 1: the text ends too early"), ("{}", "-: request is missing"),
                             (json.dumps(case(identityPolicies=[{}])), "identityPolicies: policy 0: Missing required field")):
            run = remit("evaluate", stdin=text)
            self.assertEqual(run.returncode, 2)
            self.assertIn(wanted, run.stderr)
            self.assertEqual(run.stdout, "")


if __name__ == "__main__":
    unittest.main()
