#!/usr/bin/env python3
"""`remit policy lint`: what it finds, in four formats, and what its exit code says."""
import json
import os
import tempfile
import unittest
import xml.etree.ElementTree as xml
from urllib.parse import unquote, urlparse

from policy_kit import ACCOUNT, doc, remit, statement

GOOD = doc(statement(action="s3:GetObject", resource="arn:aws:s3:::b/x"))
BAD = doc(statement(effect="allow", action="s3:GetObject", resource="arn:aws:s3:::b/x"))
STAR = doc(statement(action="ecs:StopTask"))  # a suggestion and nothing graver
TASKS = doc(statement(action="sts:AssumeRole", resource=None, Principal={"Service": "ecs-tasks.amazonaws.com"},
                      Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT},
                                 "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:*"}}))

# [sarif 3] what the objects that lint writes may have, and what they must
SARIF = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"columnKind", "results"}),
    "driver": ({"name"}, {"rules"}),
    "rule": ({"id"}, {"shortDescription", "help", "helpUri", "defaultConfiguration", "properties"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "relatedLocations"}),
    "location": (set(), {"physicalLocation", "logicalLocations"}),
    "physicalLocation": ({"artifactLocation"}, {"region"}),
    "region": (set(), {"startLine", "startColumn", "endLine", "endColumn", "charOffset", "charLength"}),
}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="remit.")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        return path


class Lint(Folder):
    def codes(self, document, *options, code=1):
        run = remit("lint", "--format", "json", *options, self.file("p.json", document))
        self.assertEqual(run.returncode, code, run.stderr)
        return [finding["issueCode"] for finding in json.loads(run.stdout)["files"][0]["findings"]]

    def test_exit_code_0_without_findings(self):
        run = remit("lint", self.file("p.json", GOOD))
        self.assertEqual((run.returncode, run.stdout), (0, "0 findings in 1 file\n"))

    def test_exit_code_1_with_findings(self):
        path = self.file("p.json", BAD)
        run = remit("lint", path)
        self.assertEqual(run.returncode, 1)
        first, last = run.stdout.splitlines()
        self.assertEqual(first, f'{path}:1:52: ERROR INVALID_EFFECT: Effect "allow" is neither Allow nor Deny; case matters. '
                                "[/Statement/0/Effect]")
        self.assertEqual(last, "1 finding in 1 file, 1 ERROR")

    def test_exit_code_2_when_unusable(self):
        self.assertEqual(remit("lint").returncode, 2)
        self.assertEqual(remit("lint", "/nonexistent.json").returncode, 2)
        self.assertEqual(remit("lint", "--type", "nothing", self.file("p.json", GOOD)).returncode, 2)
        self.assertEqual(remit("lint", "--services", "/nonexistent", self.file("p.json", GOOD)).returncode, 2)
        run = remit("lint", "--services", os.path.dirname(self.file("services/x.json", "{}")), self.file("p.json", GOOD))
        self.assertEqual(run.returncode, 2)
        self.assertIn("x.json", run.stderr)

    def test_fail_on(self):
        path = self.file("p.json", STAR)
        self.assertEqual(remit("lint", path).returncode, 1)
        self.assertEqual(remit("lint", "--fail-on", "WARNING", path).returncode, 0)
        self.assertEqual(remit("lint", "--fail-on", "ERROR", self.file("b.json", BAD)).returncode, 1)

    def test_standard_input(self):
        run = remit("lint", "-", stdin='{"Version":')
        self.assertEqual(run.returncode, 1)
        self.assertTrue(run.stdout.startswith("-:1:12: ERROR JSON_SYNTAX_ERROR"), run.stdout)

    def test_types(self):
        self.assertEqual(self.codes(TASKS, "--type", "trust", code=0), [])
        self.assertIn("UNSUPPORTED_PRINCIPAL", self.codes(TASKS))
        self.assertIn("MISSING_PRINCIPAL", self.codes(GOOD, "--type", "resource"))
        self.assertIn("KMS_NO_ACCOUNT_STATEMENT",
                      self.codes(doc(statement(action="kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"})),
                                 "--type", "resource", "--resource-type", "AWS::KMS::Key"))

    def test_options(self):
        role = f"arn:aws:iam::{ACCOUNT}:role/r"
        passing = doc(statement(action="iam:PassRole", resource=role))
        self.assertIn("PASSROLE_CROSS_ACCOUNT", self.codes(passing, "--account", "444455556666"))
        self.assertNotIn("PASSROLE_CROSS_ACCOUNT", self.codes(passing, "--account", ACCOUNT))
        self.assertIn("INVALID_SERVICE_IN_ACTION", self.codes(doc(statement(action="esc:RunTask")), "--all-services"))
        own = doc(statement(action="s3:GetObject", resource="arn:aws:s3:::b/${aws:username}"))
        self.assertIn("VARIABLE_NEVER_PRESENT", self.codes(own, "--for-role"))
        secret = doc(statement(action="secretsmanager:GetSecretValue"))
        self.assertIn("SENSITIVE_ACCESS", self.codes(secret, "--sensitive", "arn:aws:secretsmanager:*:*:secret:prod/*"))
        scp = doc(statement(action="s3:GetObject", resource="arn:aws:s3:::b/x"))
        self.assertEqual(self.codes(scp, "--type", "scp", code=0), [])
        self.assertEqual(self.codes(scp, "--type", "scp", "--old-scp"), ["SCP_SYNTAX_ERROR_ALLOW_RESOURCE"])

    def test_a_users_own_descriptions(self):
        folder = os.path.dirname(self.file("services/robots.json", {"Name": "robots", "Actions": [{"Name": "Walk"}]}))
        walk = doc(statement(action=["robots:Wlak"]))
        self.assertEqual(self.codes(walk, code=0), [])
        run = remit("lint", "--services", folder, self.file("p.json", walk))
        self.assertIn('Did you mean "robots:Walk"?', run.stdout)


class Formats(Folder):
    def setUp(self):
        super().setUp()
        self.paths = [self.file("a b.json", BAD), self.file("good.json", GOOD),
                      self.file("ä.json", doc(statement(Sid="é<&>", action=["s3:Get*", "s3:GetObject"])))]

    def run_as(self, name):
        run = remit("lint", "--format", name, *self.paths)
        self.assertEqual(run.returncode, 1, run.stderr)
        return run.stdout

    def test_json_is_as_validate_policy_answers(self):
        files = json.loads(self.run_as("json"))["files"]
        self.assertEqual([one["file"] for one in files], self.paths)
        (finding,) = files[0]["findings"]
        self.assertEqual(finding["findingType"], "ERROR")
        self.assertTrue(finding["learnMoreLink"].endswith("-error-invalid-effect"))
        (place,) = finding["locations"]
        self.assertEqual(place["path"], [{"value": "Statement"}, {"index": 0}, {"value": "Effect"}])
        self.assertEqual(place["span"]["start"], {"line": 1, "column": 51, "offset": 51})
        self.assertEqual(place["span"]["end"], {"line": 1, "column": 58, "offset": 58})
        self.assertEqual(files[1]["findings"], [])

    def test_spans_are_where_the_values_stand(self):
        for one in json.loads(self.run_as("json"))["files"]:
            with open(one["file"], encoding="utf-8") as file:
                text = file.read()
            for finding in one["findings"]:
                for place in finding["locations"]:
                    value = json.loads(text)
                    for step in place["path"]:
                        value = value[step.get("value", step.get("index"))]
                    span = text[place["span"]["start"]["offset"]:place["span"]["end"]["offset"]]
                    self.assertEqual(json.loads(span), value)

    def check(self, kind, thing):
        must, may = SARIF[kind]
        self.assertLessEqual(must, set(thing), kind)
        self.assertLessEqual(set(thing), must | may, kind)

    def check_location(self, place):
        self.check("location", place)
        physical = place["physicalLocation"]
        self.check("physicalLocation", physical)
        self.check("region", physical["region"])
        region = physical["region"]
        self.assertGreaterEqual(min(region["startLine"], region["startColumn"], region["endColumn"]), 1)
        self.assertGreaterEqual(region["endLine"], region["startLine"])
        uri = urlparse(physical["artifactLocation"]["uri"])
        self.assertEqual(uri.scheme, "file")
        self.assertIn(unquote(uri.path), self.paths)
        with open(unquote(uri.path), encoding="utf-8") as file:
            line = file.read().split("\n")[region["startLine"] - 1]
        self.assertTrue(line[region["startColumn"] - 1:region["endColumn"] - 1])

    def test_sarif_keeps_to_its_schema(self):
        log = json.loads(self.run_as("sarif"))
        self.check("log", log)
        self.assertEqual(log["version"], "2.1.0")
        (run,) = log["runs"]
        self.check("run", run)
        self.assertEqual(run["columnKind"], "unicodeCodePoints")
        self.check("driver", run["tool"]["driver"])
        rules = run["tool"]["driver"]["rules"]
        for rule in rules:
            self.check("rule", rule)
            self.assertIn(rule["defaultConfiguration"]["level"], ("error", "warning", "note"))
            self.assertEqual(urlparse(rule.get("helpUri", "https:")).scheme, "https")
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for result in run["results"]:
            self.check("result", result)
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertTrue(result["message"]["text"])
            self.assertEqual(len(result["locations"]), 1)
            for place in result["locations"] + result.get("relatedLocations", []):
                self.check_location(place)
        self.assertIn("REDUNDANT_ACTION", {result["ruleId"] for result in run["results"]})

    def test_junit_is_well_formed(self):
        root = xml.fromstring(self.run_as("junit"))
        self.assertEqual(root.tag, "testsuites")
        self.assertEqual([suite.get("name") for suite in root], self.paths)
        self.assertEqual(int(root.get("tests")), len(root.findall(".//testcase")))
        self.assertEqual(int(root.get("failures")), len(root.findall(".//failure")))
        for suite in root:
            self.assertEqual(int(suite.get("tests")), len(suite))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
        self.assertEqual([case.get("name") for case in root[1]], ["no findings"])
        sid = root[2].find("testcase[@name='UNSUPPORTED_SID']/failure")
        self.assertIn('"é<&>"', sid.get("message"))


class Folders(Folder):
    def lint(self, *options, code=1):
        run = remit("lint", "--format", "json", *options, "--folder", os.path.join(self.folder.name, "all"))
        self.assertEqual(run.returncode, code, run.stderr)
        return {os.path.relpath(one["file"], os.path.join(self.folder.name, "all")): one["findings"]
                for one in json.loads(run.stdout)["files"]}

    def test_roles_and_task_definitions_are_looked_at_together(self):
        role = f"arn:aws:iam::{ACCOUNT}:role/service/exec"
        self.file("all/service/exec/trust.json", TASKS)
        self.file("all/service/exec/logs.json", doc(statement(action="logs:CreateLogStream")))
        self.file("all/task-definitions/web.json", {
            "taskRoleArn": role, "executionRoleArn": role,
            "containerDefinitions": [{"name": "€", "logConfiguration": {"logDriver": "awslogs"}}]})
        self.file("all/notes.json", "no role's")
        files = self.lint()
        self.assertEqual(set(files), {"service/exec/trust.json", "service/exec/logs.json", "task-definitions/web.json"})
        task = files["task-definitions/web.json"]
        self.assertEqual({(one["issueCode"], one["locations"][0]["pointer"]) for one in task},
                         {("ECS_ROLE_FOR_BOTH_PURPOSES", "/taskRoleArn"),
                          ("ECS_EXEC_ROLE_MISSING", "/containerDefinitions/0/logConfiguration/logDriver")})
        for one in task:
            self.assertEqual({os.path.basename(place["file"]) for place in one["locations"]}, {"web.json"})

    def test_the_layout_of_who_can(self):
        own = doc(statement(action="s3:GetObject", resource="arn:aws:s3:::b/${aws:username}"))
        assume = doc(statement(action="sts:AssumeRole", resource=f"arn:aws:iam::{ACCOUNT}:role/with/path/r"))
        self.file("all/account", ACCOUNT)
        self.file("all/roles/r/trust.json", TASKS)
        self.file("all/roles/r/arn", f"arn:aws:iam::{ACCOUNT}:role/with/path/r\n")
        self.file("all/roles/r/policies/own.json", own)
        self.file("all/roles/r/policies/assume.json", assume)
        self.file("all/roles/r/boundary.json", doc(statement(action="s3:*", resource="arn:aws:s3:::b/*")))
        self.file("all/users/u/policies/own.json", own)
        self.file("all/users/u/groups", "g\n")
        self.file("all/groups/g/policies/p.json", GOOD)
        self.file("all/resources/b/policy.json", GOOD)
        self.file("all/scps/0-root/all.json", doc(statement()))
        self.file("all/rcps/0-root.json", doc(statement("Deny", "ecs:*", Principal="*")))
        found = {name: {one["issueCode"] for one in findings} for name, findings in self.lint().items()}
        self.assertEqual(found["roles/r/policies/own.json"], {"VARIABLE_NEVER_PRESENT"})
        self.assertEqual(found["roles/r/policies/assume.json"], {"SELF_ASSUME_NOT_TRUSTED"})
        self.assertEqual(found["roles/r/boundary.json"], set())
        self.assertEqual(found["users/u/policies/own.json"], set())
        self.assertEqual(found["resources/b/policy.json"], {"MISSING_PRINCIPAL"})
        self.assertEqual(found["scps/0-root/all.json"], set())
        self.assertEqual(found["rcps/0-root.json"], {"RCP_SYNTAX_ERROR_ACTION"})
        self.assertEqual(len(found), 9)

    def test_a_folder_without_policies_is_unusable(self):
        self.file("all/p.json", GOOD)
        run = remit("lint", "--folder", os.path.join(self.folder.name, "all"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("trust.json", run.stderr)


class Actions(Folder):
    def test_what_a_pattern_expands_to(self):
        run = remit("actions", "ecs:*stopTask", "secretsmanager:GetSecretValue")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([line.split()[0] for line in run.stdout.splitlines()],
                         ["ecs:StopTask", "secretsmanager:GetSecretValue"])
        self.assertIn("Write", run.stdout.splitlines()[0])
        self.assertIn("task aws:ResourceTag/${TagKey},ecs:cluster", " ".join(run.stdout.split()))

    def test_json(self):
        run = remit("actions", "--format", "json", "i*:PassRole", "ecs:ListClusters")
        ecs, iam = json.loads(run.stdout)["actions"]
        self.assertEqual((ecs["action"], ecs["accessLevel"], ecs["resourceTypes"]), ("ecs:ListClusters", "List", []))
        self.assertEqual((iam["action"], iam["resourceTypes"]), ("iam:PassRole", ["role"]))
        self.assertIn("iam:PassedToService", iam["conditionKeys"])

    def test_everything(self):
        everything = remit("actions", "*").stdout.splitlines()
        self.assertGreater(len(everything), 800)
        self.assertEqual(len({line.split()[0] for line in everything}), len(everything))

    def test_a_pattern_that_covers_nothing_is_a_no(self):
        run = remit("actions", "ecs:RunTask", "ecs:Frobnicate*", "robots:*")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(len(run.stdout.splitlines()), 1)
        self.assertIn("'ecs:Frobnicate*' covers no action", run.stderr)
        self.assertIn("'robots:*' covers no action of the services that are described", run.stderr)
        self.assertEqual(remit("actions").returncode, 2)

    def test_awss_own_files_can_be_dropped_in(self):
        self.file("services/robots.json", {
            "Name": "robots", "Version": "v1.4",
            "Actions": [{"Name": "Walk", "ActionConditionKeys": ["robots:Speed"],
                         "Annotations": {"Properties": {"IsList": False, "IsPermissionManagement": False,
                                                        "IsTaggingOnly": False, "IsWrite": True}},
                         "Resources": [{"Name": "robot"}],
                         "SupportedBy": {"IAM Access Analyzer Policy Generation": False, "IAM Action Last Accessed": False}}],
            "ConditionKeys": [{"Name": "robots:Speed", "Types": ["Numeric"]}],
            "Operations": [{"Name": "Walk", "AuthorizedActions": [{"Name": "Walk", "Service": "robots"}], "SDK": []}],
            "Resources": [{"Name": "robot", "ARNFormats": ["arn:${Partition}:robots:::${Robot}"]}]})
        run = remit("actions", "--format", "json", "--services", os.path.join(self.folder.name, "services"), "robots:*")
        (walk,) = json.loads(run.stdout)["actions"]
        self.assertEqual(walk, {"action": "robots:Walk", "accessLevel": "Write", "resourceTypes": ["robot"],
                                "conditionKeys": ["robots:Speed"]})


if __name__ == "__main__":
    unittest.main()
