"""Reading and judging (SNIP types 1 and 2) made-up 837P files: this program and pyx12, in one run.

    python benchmarks/reading.py --write

Every measurement runs in a process of its own, the programs in turn; the best run of each counts, for other
work on the machine only ever makes one slower. `--write` puts the
table into benchmarks/reading.md. pyx12 gets 2,000 claims and this program 100,000, because pyx12 would take
minutes; neither is faster or slower on the other's file by more than the noise of the machine.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME), str(HOME / "benchmarks")]
PLATFORM = f"CPython {platform.python_version()}, pyx12 {version('pyx12')}"
TABLE = HOME / "benchmarks" / "reading.md"


def measure(program: str, how: str, path: Path, jobs: int) -> dict[str, float]:
    """What a program of this folder measures in one run in a process of its own."""
    command = [sys.executable, program, "--child", how, "--file", str(path), "--jobs", str(jobs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def add_options(parser: argparse.ArgumentParser, table: Path, ways: Sequence[str]) -> None:
    """Add the options of a program that measures in processes of their own, in one of some ways each."""
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, of which the best counts")
    parser.add_argument("--write", action="store_true", help=f"write benchmarks/{table.name}")
    parser.add_argument("--child", choices=ways, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=1, help=argparse.SUPPRESS)


def child(how: str, path: Path, jobs: int) -> dict[str, float]:
    """Judge a file in this process: seconds of judging, segments, claims, faults, peak memory in MB."""
    return pyx12(path) if how == "pyx12" else _own(path, jobs)


def memory() -> float:
    """Peak memory of this process and of the largest of its workers, in MB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / unit


def _own(path: Path, jobs: int) -> dict[str, float]:
    import gc

    from edi.x12.findings import Fault
    from edi.x12.guide import shipped
    from edi.x12.parallel import judge
    from edi.x12.reader import SetEnd

    shipped()
    gc.freeze()
    started = time.perf_counter()
    faults = segments = claims = 0
    with path.open("rb") as stream:
        for event in judge(stream, jobs=jobs):
            faults += isinstance(event, Fault)
            if isinstance(event, SetEnd):
                segments += event.segments
                claims += event.claims
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "segments": segments, "claims": claims, "faults": faults, "memory": memory()}


def pyx12(path: Path) -> dict[str, float]:
    """Judge a file with pyx12."""
    import logging

    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    param = pyx12.params.params()
    param.set("charset", "E")
    segments = path.read_bytes().count(b"~") - 4  # ISA GS GE IEA
    started, busy = time.perf_counter(), time.process_time()
    with path.open(encoding="ascii") as stream:
        good = pyx12.x12n_document.x12n_document(param, stream, None, None)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    claims = path.read_bytes().count(b"~CLM*")
    return {
        "seconds": seconds,
        "processor": busy,
        "segments": segments,
        "claims": claims,
        "faults": not good,
        "memory": memory(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Reading and judging made-up 837P files.")
    parser.add_argument("--claims", type=int, default=100_000, help="for this program (default 100000)")
    parser.add_argument("--peer-claims", type=int, default=2_000, help="for pyx12 (default 2000)")
    parser.add_argument("--small", type=int, default=1_000, help="to compare memory with (default 1000)")
    add_options(parser, TABLE, ("own", "pyx12"))
    chosen = parser.parse_args(arguments)
    if chosen.child:
        print(json.dumps(child(chosen.child, chosen.file, chosen.jobs)))
        return 0

    from generate import claims_837p

    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for claims in {chosen.claims, chosen.peer_claims, chosen.small}:
            files[claims] = Path(folder) / f"{claims}.837"
            with files[claims].open("wb") as stream:
                for piece in claims_837p(claims, 1):
                    stream.write(piece)
        plan = {
            "pyx12": ("pyx12", chosen.peer_claims, 1),
            "small": ("own", chosen.small, 1),
            "one": ("own", chosen.claims, 1),
            "two": ("own", chosen.claims, 2),
        }
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in plan}
        for _ in range(chosen.repeat):
            for name, (how, claims, jobs) in plan.items():
                runs[name].append(measure(__file__, how, files[claims], jobs))
    text = table(runs, chosen.repeat)
    print(text)
    if any(run["faults"] for found in runs.values() for run in found):
        print("a made-up file was rejected", file=sys.stderr)
        return 1
    if chosen.write:
        TABLE.write_text(text, encoding="utf-8")
    return 0


LABELS = {
    "pyx12": "pyx12, one process",
    "small": "cleanclaim, one process",
    "one": "cleanclaim, one process",
    "two": "cleanclaim, two processes",
}


def table(runs: dict[str, list[dict[str, float]]], repeat: int) -> str:
    """The result as Markdown."""

    def speed(run: dict[str, float]) -> float:
        return run["segments"] / run["seconds"]

    best = {name: max(speed(run) for run in found) for name, found in runs.items()}
    memory = {name: max(run["memory"] for run in found) for name, found in runs.items()}
    ratio = best["one"] / best["pyx12"]
    lines = [
        "# Reading and judging 837P files",
        "",
        "Made by `python benchmarks/reading.py --write`: seeded files of `benchmarks/generate.py` (several",
        "billing providers, 4 to 6 lines a claim, NDC), read and judged for structure (SNIP types 1 and 2;",
        f"envelope counts, HL and LX included). The best of {repeat} runs in turn, each in a process of its",
        f"own, the start of Python not counted; {PLATFORM}.",
        "Machines differ and are noisy: the ratios count. Memory is the peak of the whole process; with two",
        "workers, that of the main process and of the larger worker together.",
        "",
        "| | claims | segments | segments/s | times pyx12 | peak memory MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, label in LABELS.items():
        run = runs[name][0]
        lines.append(
            f"| {label} | {int(run['claims']):,} | {int(run['segments']):,} | {best[name]:,.0f} "
            f"| {best[name] / best['pyx12']:.0f} | {memory[name]:.0f} |"
        )
    both = best["two"] / best["pyx12"]
    gain = best["two"] / best["one"]
    many, few = (int(runs[name][0]["claims"]) for name in ("one", "small"))
    growth = best["small"] / best["one"]
    lines.append("")
    lines.append(
        f"One process is {ratio:.0f} times as fast as pyx12, two {both:.0f} times ({gain:.2f} times one)."
    )
    lines.append(f"Time per segment at {many:,} claims over {few:,} claims: {growth:.2f}.")
    lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
