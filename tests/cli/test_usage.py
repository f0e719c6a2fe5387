"""What `remit` says to somebody who does not know its verbs."""
import os
import subprocess
import unittest

REMIT = os.environ.get("REMIT", "remit")


def remit(*arguments):
    return subprocess.run([REMIT, *arguments], capture_output=True, text=True, timeout=60, check=False)


class Usage(unittest.TestCase):
    def test_help_lists_every_verb_on_standard_output(self):
        run = remit("--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for verb in ("up ", "join-token create", "policy evaluate", "policy lint"):
            self.assertIn("\n  " + verb, run.stdout)

    def test_help_of_a_first_word_lists_its_verbs_alone(self):
        run = remit("policy", "--help")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("policy simulate", run.stdout)
        self.assertNotIn("join-token", run.stdout)

    def test_a_verb_that_is_none_is_named(self):
        for arguments, named in ((["frob"], "'frob'"), (["policy", "frob"], "'policy frob'"), (["polic"], "'polic'")):
            run = remit(*arguments)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertIn("there is no verb " + named, run.stderr)

    def test_nothing_said_is_no_question(self):
        for arguments in ([], ["policy"]):
            run = remit(*arguments)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertIn("policy evaluate", run.stderr)

    def test_every_verb_has_help(self):
        words = [line.split(" [")[0].split(" --")[0].split() for line in remit("--help").stdout.splitlines()
                 if line.startswith("  ") and not line.startswith("   ")]
        self.assertGreater(len(words), 5)
        for verb in words:
            verb = [w for w in verb if w.islower()]
            run = remit(*verb, "--help")
            self.assertEqual((run.returncode, run.stderr), (0, ""), verb)
            self.assertIn("usage: remit " + " ".join(verb), run.stdout)


if __name__ == "__main__":
    unittest.main()
