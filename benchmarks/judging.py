"""Judging made-up 837 files with all rules, beside the structural check of pyx12, in one run.

    python benchmarks/judging.py --write

Every measurement runs in a process of its own, the programs in turn; the best run of each counts, for other
work on the machine only ever makes one slower. Time is that of the processor, which other work on the machine
changes least; of two processes that of the clock, beside one process by the clock.

Four files: 837P and 837I, each without a fault and with one planted fault in a fifth of the claims
(`benchmarks/generate.py`). "All rules" is what `cleanclaim check` does up to its report: the structure is
judged, claims are built, every rule is asked, places are found, and what only several claims show is judged
at the end. pyx12 gets 1,000 claims, because it would take minutes for more. `--write` puts the table into
benchmarks/judging.md.
"""

import argparse
import json
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME), str(HOME / "benchmarks")]

from reading import PLATFORM, add_options, measure, memory, pyx12  # noqa: E402

TABLE = HOME / "benchmarks" / "judging.md"
SHARE = 0.2
"""Share of the claims with a fault, in the files that have faults."""
LEAST = 10
"""How many times the claims per second of pyx12 one process has to judge with all rules, in clean files."""

Measured = dict[str, float]


class Work(NamedTuple):
    """One measurement."""

    label: str
    how: str
    """pyx12, structure, claims or rules."""
    claims: int
    jobs: int = 1


def child(how: str, path: Path, jobs: int) -> Measured:
    """Judge a file in this process: seconds, claims, findings, peak memory in MB."""
    if how == "pyx12":
        return {**pyx12(path), "findings": 0}
    return _rules(path, jobs) if how == "rules" else _less(path, claims=how == "claims")


def _less(path: Path, *, claims: bool) -> Measured:
    """Structure alone (SNIP types 1 and 2), or with the claims built."""
    from edi.transactions.reading import read_claims
    from edi.x12.guide import shipped
    from edi.x12.parallel import at_full_speed
    from edi.x12.reader import Reader, SetEnd

    shipped()
    at_full_speed()
    started, busy = time.perf_counter(), time.process_time()
    count = 0
    with path.open("rb") as stream:
        for event in read_claims(stream) if claims else Reader(stream):
            if isinstance(event, SetEnd):
                count += event.claims
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    return {"seconds": seconds, "processor": busy, "claims": count, "findings": 0, "memory": memory()}


def _rules(path: Path, jobs: int) -> Measured:
    """All that the command `check` does up to its report."""
    from edi.pipeline import Options, Run, inputs, judge_inputs, wire
    from edi.rules import all_rules
    from edi.x12.guide import shipped
    from edi.x12.parallel import at_full_speed

    assert wire
    shipped()
    all_rules()
    at_full_speed()
    started, busy = time.perf_counter(), time.process_time()
    run = Run()
    for judged in judge_inputs(inputs([str(path)]), Options(jobs=jobs)):
        run.add(judged)
    report = run.report()
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    found = sum(finding.severity != "info" for finding in report.findings)
    claims = sum(file.claims for file in report.files)
    return {
        "seconds": seconds,
        "processor": busy,
        "claims": claims,
        "findings": found,
        "memory": memory(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table; 1 where a file is not as it should be."""
    parser = argparse.ArgumentParser(description="Judging made-up 837 files with all rules.")
    parser.add_argument("--claims", type=int, default=10_000, help="for this program (default 10000)")
    parser.add_argument("--many", type=int, default=50_000, help="to compare memory with (default 50000)")
    parser.add_argument("--peer-claims", type=int, default=1_000, help="for pyx12 (default 1000)")
    add_options(parser, TABLE, ("pyx12", "structure", "claims", "rules"))
    chosen = parser.parse_args(arguments)
    if chosen.child:
        print(json.dumps(child(chosen.child, chosen.file, chosen.jobs)))
        return 0

    from generate import claims_837i, claims_837p

    peer = Work("pyx12: structure", "pyx12", chosen.peer_claims)
    plan = {
        "clean": [
            peer,
            Work("structure (SNIP types 1 and 2)", "structure", chosen.claims),
            Work("and claims built", "claims", chosen.claims),
            Work("all rules", "rules", chosen.claims),
            Work("all rules, two processes", "rules", chosen.claims, 2),
            Work("all rules, more claims", "rules", chosen.many),
        ],
        "faults": [
            peer,
            Work("all rules", "rules", chosen.claims),
            Work("all rules, two processes", "rules", chosen.claims, 2),
        ],
    }
    runs: dict[tuple[str, str], list[list[Measured]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, make in (("837P", claims_837p), ("837I", claims_837i)):
            for state, works in plan.items():
                files = {}
                for claims in {work.claims for work in works}:
                    files[claims] = Path(folder) / f"{kind}-{state}-{claims}.837"
                    with files[claims].open("wb") as stream:
                        stream.writelines(make(claims, 1, faults=SHARE if state == "faults" else 0.0))
                found: list[list[Measured]] = [[] for _ in works]
                for _ in range(chosen.repeat):
                    for held, work in zip(found, works, strict=True):
                        held.append(measure(__file__, work.how, files[work.claims], work.jobs))
                runs[kind, state] = found
    text = table(runs, plan, chosen.repeat)
    print(text)
    if chosen.write:
        TABLE.write_text(text, encoding="utf-8")
    clean = [run for (_, state), found in runs.items() if state == "clean" for held in found for run in held]
    if any(run["findings"] for run in clean):
        print("a clean claim has findings", file=sys.stderr)
        return 1
    if min(ratios(runs, plan, "clean")) < LEAST:
        print(f"all rules take more than a {LEAST}th of the time of pyx12", file=sys.stderr)
        return 1
    return 0


def ratios(
    runs: dict[tuple[str, str], list[list[Measured]]], plan: dict[str, list[Work]], wanted: str
) -> list[float]:
    """Claims per second with all rules in one process, over those of pyx12 on the same file, of a state."""
    return [
        _speed(held) / _speed(found[0])
        for (_, state), found in runs.items()
        for work, held in zip(plan[state], found, strict=True)
        if state == wanted and work.how == "rules" and work.jobs == 1
    ]


def _speed(held: list[Measured], of: str = "processor") -> float:
    """Claims per second of the best run, by the processor or by the clock (`seconds`)."""
    return max(run["claims"] / run[of] for run in held)


ABOUT = """\
Made by `python benchmarks/judging.py --write`: seeded files of `benchmarks/generate.py`. Every claim is one
infusion visit of 4 to 6 lines: first and further hours, the drug with its NDC, often a push with its drug and
a visit; chemotherapy and other drugs, 1 to 7 diagnoses, five payers (Medicare, Medicaid, two commercial ones
and an HMO), dependents, prior authorizations, replacements, and claims that Medicare has decided before.
Services are of July to September 2024, so that the shipped NCCI edits, ICD-10-CM and drug codes are those of
the day. Nothing is wrong with the claims of the clean files: no rule says more than a remark. In the others
{share} of the claims have one planted fault of thirteen kinds.

pyx12 judges structure only. "All rules" is all that `cleanclaim check` does up to its report: structure,
claims, rules, places in the file, forecasts of denials, and what only several claims show together. The best
of {repeat} runs in turn, each in a process of its own, the start of Python not counted; {platform}. Time is
that of the processor, with two processes that of the clock, as many times one process by the clock as the
table says. Machines differ and are noisy: the ratios count. Memory is the peak of the whole process; with two
workers, that of the main process and of the larger worker together. Findings stay in memory until the report.
"""
"""What the table says of itself."""


def table(runs: dict[tuple[str, str], list[list[Measured]]], plan: dict[str, list[Work]], repeat: int) -> str:
    """The result as Markdown."""
    about = ABOUT.format(share=f"{SHARE:.0%}", repeat=repeat, platform=PLATFORM)
    lines = ["# Judging 837 files with all rules", "", about.rstrip()]
    for (kind, state), found in runs.items():
        works = plan[state]
        peer = _speed(found[0])
        title = "without a fault" if state == "clean" else f"with a fault in {SHARE:.0%} of the claims"
        lines += [
            "",
            f"## {kind}, {title}",
            "",
            "| | claims | findings | claims/s | times pyx12 | peak memory MB |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        one = next(held for work, held in zip(works, found, strict=True) if work.how == "rules")
        for work, held in zip(works, found, strict=True):
            gain = _speed(held, "seconds") / _speed(one, "seconds") if work.jobs > 1 else 1.0
            speed = _speed(one) * gain if work.jobs > 1 else _speed(held)
            memory = max(run["memory"] for run in held)
            told = f"{int(held[0]['findings']):,}" if work.how == "rules" else ""
            label = f"{work.label} ({gain:.2f} times one)" if work.jobs > 1 else work.label
            lines.append(
                f"| {label} | {int(held[0]['claims']):,} | {told} | {speed:,.0f} | {speed / peer:.1f} "
                f"| {memory:.0f} |"
            )
    clean, faulty = (ratios(runs, plan, state) for state in ("clean", "faults"))
    result = (
        f"One process judges {min(clean):.1f} to {max(clean):.1f} times as many claims per second with all "
        "rules as pyx12 does for structure alone. Where faults are found, explained and placed, it is "
        f"{min(faulty):.1f} to {max(faulty):.1f} times."
    )
    lines += ["", *textwrap.wrap(result, 110), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
