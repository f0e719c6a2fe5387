#!/usr/bin/env python3
"""The CI gate of docs/lint.md: its scripts, as they stand there, in a repository with a pull request."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

from policy_kit import ACCOUNT, REMIT, doc, statement

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "lint.md")
TRUST = doc(statement(action="sts:AssumeRole", resource=None, Principal={"Service": "ecs-tasks.amazonaws.com"},
                      Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT},
                                 "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:*"}}))
SEND = doc(statement(action=["sqs:SendMessage", "sqs:GetQueueUrl"], resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"))


def scripts():
    """The run: blocks of the workflow, by the step's name."""
    with open(PAGE, encoding="utf-8") as file:
        workflow = file.read().split("```yaml\n")[1].split("```")[0]
    found = re.findall(r"- name: ([a-z ]+)\n +run: \|\n((?: {10}.*\n)+)", workflow)
    return {name: textwrap.dedent(block) for name, block in found}


@unittest.skipUnless(shutil.which("git"), "no git")
class Gate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="remit.")
        self.addCleanup(folder.cleanup)
        self.origin = os.path.join(folder.name, "origin")
        self.clone = os.path.join(folder.name, "clone")
        self.temp = os.path.join(folder.name, "temp")
        os.mkdir(self.temp)
        self.git(folder.name, "init", "-q", "-b", "main", self.origin)
        self.write(self.origin, "roles/app/trust.json", TRUST)
        self.write(self.origin, "roles/app/policies/send.json", SEND)
        self.commit(self.origin)
        self.git(folder.name, "clone", "-q", self.origin, self.clone)
        self.git(self.clone, "checkout", "-q", "-b", "change")

    def git(self, where, *arguments):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false",
                        *arguments], cwd=where, check=True, capture_output=True)

    def write(self, where, name, document):
        path = os.path.join(where, "policies", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            json.dump(document, out, indent=2)

    def commit(self, where):
        self.git(where, "add", "-A")
        self.git(where, "commit", "-q", "-m", "change")

    def step(self, name):
        env = {**os.environ, "PATH": os.path.dirname(REMIT) + os.pathsep + os.environ["PATH"],
               "GITHUB_BASE_REF": "main", "RUNNER_TEMP": self.temp}
        return subprocess.run(["bash", "-e", "-c", scripts()[name]], cwd=self.clone, env=env, capture_output=True, text=True,
                              timeout=60, check=False)

    def gate(self, name, document):
        self.write(self.clone, name, document)
        self.commit(self.clone)
        return self.step("no new access")

    def test_the_page_has_both_scripts(self):
        self.assertEqual(set(scripts()), {"lint", "no new access"})

    def test_lint_passes_what_is_good_and_leaves_sarif(self):
        run = self.step("lint")
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(os.path.join(self.clone, "lint.sarif"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["version"], "2.1.0")

    def test_lint_stops_what_is_not(self):
        self.write(self.clone, "roles/app/policies/all.json", doc(statement()))
        run = self.step("lint")
        self.assertEqual(run.returncode, 1, run.stderr)
        with open(os.path.join(self.clone, "lint.sarif"), encoding="utf-8") as file:
            rules = {result["ruleId"] for result in json.load(file)["runs"][0]["results"]}
        self.assertIn("PRIVILEGE_ESCALATION", rules)

    def test_less_access_passes(self):
        less = doc(statement(action="sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"))
        run = self.gate("roles/app/policies/send.json", less)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_new_access_is_stopped_with_a_request(self):
        more = doc(statement(action="sqs:*", resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"))
        run = self.gate("roles/app/policies/send.json", more)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("sqs:", run.stdout)

    def test_new_trust_is_stopped(self):
        wide = json.loads(json.dumps(TRUST))
        wide["Statement"][0]["Principal"]["AWS"] = "444455556666"
        del wide["Statement"][0]["Condition"]
        run = self.gate("roles/app/trust.json", wide)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
