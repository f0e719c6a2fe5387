#!/usr/bin/env python3
"""remit-policy(1) and the commands say the same: every verb of the page is there, with just its options."""
import os
import re
import subprocess
import unittest

from policy_kit import REMIT, remit

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "man", "remit-policy.1")


def options(text, pattern):
    return set(re.findall(pattern, text, flags=re.M))


class Manual(unittest.TestCase):
    def setUp(self):
        with open(PAGE, encoding="utf-8") as file:
            self.page = file.read()
        self.verbs = re.findall(r"^\.Nm remit policy ([a-z-]+)$", self.page.split(".Sh DESCRIPTION")[0], flags=re.M)

    def test_the_verbs_of_the_page_are_verbs(self):
        self.assertLessEqual({"evaluate", "simulate", "who-can", "format"}, set(self.verbs))
        help_text = subprocess.run([REMIT, "--help"], capture_output=True, text=True, check=True).stdout
        for verb in self.verbs:
            self.assertRegex(help_text, rf"(?m)^  policy {verb} ")

    def test_every_option_is_on_the_page_and_no_other(self):
        documented = options(self.page, r"\bFl -([a-z-]+)")
        there = set()
        for verb in self.verbs:
            run = remit(verb, "--help")
            self.assertEqual(run.returncode, 0, run.stderr)
            there |= options(run.stdout, r"^  --([a-z-]+)")
        self.assertEqual(there - documented, set(), "not on the page")
        self.assertEqual(documented - there, set(), "on the page alone")


if __name__ == "__main__":
    unittest.main()
