#!/usr/bin/env python3
"""Random cases through the engine and through this evaluator: do they agree?

    campaign.py REMIT [N] [SEED]      REMIT: the program whose `policy evaluate --batch` is asked

Cases come in chunks, each with a seed of its own ("SEED:chunk"), shared out over the processors (or $JOBS processes).
Prints how the decisions are distributed and what was covered, and each disagreement cut down to the least that still
disagrees. The last line is "N passed, N failed": a chunk that agrees has passed, and so has coverage without a gap.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import batch
import coverage
from decisions import BadCase, Case
from generate import Generator
from minimise import minimise

CHUNK = 5000
SHOWN = 10  # disagreements of a chunk that are cut down and printed
SWEEP = 16  # chunks from one sweep to the next
PROGRESS = 100  # chunks from one line about it to the next
COVERED = 40  # chunks whose coverage is measured


def ask(remit, lines):
    """The engine's answers by id."""
    run = subprocess.run(
        [remit, "policy", "evaluate", "--batch"],
        input="\n".join(lines) + "\n",
        text=True,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    answers = {}
    for line in run.stdout.splitlines():
        answer = json.loads(line)
        answers[answer["id"]] = answer
    if run.returncode not in (0, 1) or len(answers) != len(lines):
        raise SystemExit(
            f"{remit}: exit {run.returncode}, {len(answers)} answers to {len(lines)} cases: {run.stderr[-500:]}"
        )
    return answers


def own_answer(parts):
    try:
        decision = Case(*parts).decide()
    except BadCase as error:
        return {"decision": "error", "error": "malformed", "why": str(error), "matched": []}, None
    return batch.answer(decision), decision


def told(answer):
    """The deciding layer, with its level, and the statements that matched."""
    matched = [(item["layer"], item.get("level", 0), item["policy"], item["statement"]) for item in answer["matched"]]
    return answer["layer"], answer.get("level", 0), sorted(matched)


def differ(own, engine):
    """What the two answers do not agree on, or None. Errors need no common words."""
    if own["decision"] != engine.get("decision", "error"):
        return f"oracle {own.get('error') or own['decision']}, engine {engine.get('error') or engine['decision']}"
    if own["decision"] == "error" or told(own) == told(engine):
        return None
    return f"both {own['decision']}: oracle {told(own)}, engine {told(engine)}"


def disagreement(remit, number, case, why):
    def still(line):
        value = batch.parse(line)
        try:
            own = batch.answer(batch.case_of(value).decide())
        except BadCase:
            own = {"decision": "error", "error": "malformed", "matched": []}
        answer = next(iter(ask(remit, [line]).values()))
        now = differ(own, answer) or ""
        return now == why if why.startswith("oracle") else now.partition(":")[0] == why.partition(":")[0]

    return why, minimise(case.line(number), still)


def chunk(work):
    """One chunk: (decisions, coverage, disagreements)."""
    remit, seed, number, size = work
    gc.disable()  # what a case leaves is freed by counting; cycles are swept now and then
    if number % SWEEP == 0:
        gc.collect()
    generator = Generator(f"{seed}:{number}")
    cases = [generator.case() for _ in range(size)]
    answers = ask(remit, [case.line(at) for at, case in enumerate(cases)])
    decisions, covered, found = Counter(), Counter(), []
    for at, case in enumerate(cases):
        own, decision = own_answer(case.parts())
        decisions[own["decision"]] += 1
        if number < COVERED and decision is not None:
            coverage.note(covered, case, decision)
        why = differ(own, answers[at])
        if why:
            found.append(disagreement(remit, at, case, why) if len(found) < SHOWN else (why, None))
    return number, decisions, covered, found


def main():
    remit = sys.argv[1]
    n = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    started, decisions, covered, bad_chunks = time.time(), Counter(), Counter(), set()
    n_found = n_shown = 0
    work = [(remit, seed, number, min(CHUNK, n - number * CHUNK)) for number in range((n + CHUNK - 1) // CHUNK)]
    with ProcessPoolExecutor(int(os.environ.get("JOBS", len(os.sched_getaffinity(0))))) as pool:
        for number, some, cover, found in pool.map(chunk, work):
            decisions.update(some)
            covered.update(cover)
            if (number + 1) % PROGRESS == 0:
                cases, seconds = (number + 1) * CHUNK, time.time() - started
                print(f"{cases} cases in {seconds:.0f} s, {n_found} disagreements", file=sys.stderr, flush=True)
            for why, line in found:
                bad_chunks.add(number)
                n_found += 1
                if line and n_shown < 5 * SHOWN:
                    n_shown += 1
                    print(f"disagreement, seed {seed}:{number}: {why}\n  {line}", flush=True)
    missing = coverage.report(covered) if len(work) >= COVERED else []
    print(
        f"seed {seed}: {n} cases in {time.time() - started:.0f} s, {n_found} disagreements: "
        + ", ".join(f"{count} {name}" for name, count in decisions.most_common())
    )
    failed = len(bad_chunks) + bool(missing)
    print(f"{len(work) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
