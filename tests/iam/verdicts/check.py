#!/usr/bin/env python3
"""The verdict corpus against the engine and against the naive evaluator.

    check.py REMIT [FILE...]      REMIT: the program whose `policy evaluate --batch` is asked; FILE: not all, but these

Each case has to come out as its "expect" says: the decision, the layer and the statements that decided. A document that is
to be refused has to be refused, by the engine for the element that is named. The last line is "N passed, N failed".
"""

import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "oracle"))
sys.dont_write_bytecode = True
import batch  # noqa: E402

MEMBERS = {"rule", "title", "reference", "cases"}
CASE_MEMBERS = {"id", "section", "why", "case", "expect"}


def lines_of(cases):
    return [json.dumps({"id": case["id"], **case["case"]}, ensure_ascii=False) for case in cases]


def engine_answers(remit, lines):
    run = subprocess.run(
        [remit, "policy", "evaluate", "--batch"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    if run.returncode not in (0, 1) or run.stderr:
        sys.exit(f"{remit}: exit {run.returncode}: {run.stderr[-2000:]}")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    wanted = int(any("error" in answer for answer in answers))
    if run.returncode != wanted:
        sys.exit(f"{remit}: exit {run.returncode}, wanted {wanted}")
    return answers


def pointer(case, item):
    """A matched statement as a JSON pointer into its case."""
    layer, found = item["layer"], case[item["layer"]]
    path = [layer]
    if layer in ("scps", "rcps"):
        path.append(item["level"])
        found = found[item["level"]]
    if isinstance(found, list):
        path.append(item["policy"])
        found = found[item["policy"]]
    path.append("Statement")
    if isinstance(found["Statement"], list):
        path.append(item["statement"])
    return "/" + "/".join(map(str, path))


def wrong(case, answer, names_element):
    """What of an answer is not as expected, or None. The naive evaluator does not name the element it refuses."""
    expect = case["expect"]
    if "error" in expect or "error" in answer:
        if ("error" in expect) != ("error" in answer):
            return f"wanted {expect}, got {answer}"
        if names_element and expect["error"] not in answer["error"]:
            return f"wanted an error at {expect['error']}, got {answer['error']}"
        return None
    got = {name: answer[name] for name in ("decision", "layer", "level") if name in answer}
    got["matched"] = sorted(pointer(case["case"], item) for item in answer["matched"])
    want = {**expect, "matched": sorted(expect["matched"])}
    return None if got == want else f"wanted {want}, got {got}"


def shape(name, value):
    """Complaints about a file that is not of the documented form; schema.json says the same to other tools."""
    if set(value) != MEMBERS or value["rule"] != os.path.splitext(os.path.basename(name))[0] or not value["cases"]:
        yield f"{name}: wants {sorted(MEMBERS)}, a rule named as the file, and cases"
    for case in value["cases"]:
        if set(case) != CASE_MEMBERS or not case["id"].startswith(value["rule"] + "/") or not case["why"].strip():
            yield f"{name}: {case.get('id')}: wants {sorted(CASE_MEMBERS)}, an id that starts with the rule, and a why"


def main():
    remit = sys.argv[1]
    names = sys.argv[2:] or sorted(set(glob.glob(os.path.join(HERE, "*.json"))) - {os.path.join(HERE, "schema.json")})
    passed, complaints, ids = 0, [], set()
    for name in names:
        with open(name, encoding="utf-8") as file:
            value = json.load(file)
        complaints += shape(name, value)
        lines = lines_of(value["cases"])
        own = [batch.verdict(line) for line in lines]
        for case, engine, oracle in zip(value["cases"], engine_answers(remit, lines), own, strict=True):
            found = [("engine", wrong(case, engine, True)), ("oracle", wrong(case, oracle, False))]
            found = [f"{case['id']}: {who}: {what}" for who, what in found if what]
            if case["id"] in ids:
                found.append(f"{case['id']}: stands twice")
            ids.add(case["id"])
            complaints += found
            passed += not found
    print("\n".join(complaints))
    print(f"{passed} passed, {len(complaints)} failed")
    return 1 if complaints or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
