"""Sheets of both forms to PDF: this program, and reportlab as its manual shows it, in one run.

    python benchmarks/forms.py --write

Every measurement runs in a process of its own, the programs in turn; the best run of each counts, for other
work on the machine only ever makes one slower. reportlab gets the same strings at the same places in the same
font, one `drawString` each, with compression. `--write` puts the table into benchmarks/forms.md.
"""

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME)]
PLATFORM = f"CPython {platform.python_version()}, reportlab {version('reportlab')}"
TABLE = HOME / "benchmarks" / "forms.md"
SAMPLES = ("chemo-injections", "ivig-165-min", "office-visit-25", "ed-to-observation")
"""Cases of both forms, printed over and over."""
WAYS = {
    "reportlab": "reportlab alone, values",
    "preprinted": "cleanclaim, values for bought forms",
    "proof": "cleanclaim, proof copies",
    "marked": "cleanclaim, proof copies with five marks and a legend each",
}


def sheets() -> list[tuple[str, dict[str, str]]]:
    """Form and boxes of each sheet of the samples."""
    found = []
    for name in SAMPLES:
        body = json.loads((HOME / "samples" / "forms" / f"{name}.boxes.json").read_text(encoding="utf-8"))
        found += [(body["form"], page) for page in body["pages"]]
    return found


def measure(way: str, count: int) -> dict[str, float]:
    """One run in a process of its own: seconds, pages, bytes, peak memory in MB."""
    command = [sys.executable, __file__, "--child", way, "--count", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def child(way: str, count: int) -> dict[str, float]:
    """Print in this process."""
    size = 0
    digest = hashlib.sha256()
    pieces = _reportlab(count) if way == "reportlab" else _own(way, count)
    next(pieces)  # fonts are loaded
    started = time.perf_counter()
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    seconds = time.perf_counter() - started
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"seconds": seconds, "pages": count, "bytes": size, "memory": memory}


def _reportlab(count: int) -> Iterator[bytes]:
    from reportlab.pdfgen.canvas import Canvas

    from forms import fonts
    from forms.layout import boxes

    fonts.values()
    placed = []
    for form, page in sheets():
        strings = []
        for key, text in page.items():
            box = boxes(form)[key]  # type: ignore[index]
            x = 72 * box.x + (7.2 * (box.width - len(text)) if box.align == "right" else 0)
            strings.append((x, 792 - 72 * box.baseline, text))
        placed.append(strings)
    yield b""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(612, 792), pageCompression=1, invariant=1)
    for k in range(count):
        canvas.setFont(fonts.VALUES, fonts.SIZE)
        for x, y, text in placed[k % len(placed)]:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    yield buffer.getvalue()


def _own(way: str, count: int) -> Iterator[bytes]:
    from forms import fonts
    from forms.drawing import drawn
    from forms.layout import FORMS
    from forms.marking import Note
    from forms.pdf import Printout, preprinted, proof

    fonts.values()
    for form in FORMS:
        drawn(form)
    every = sheets()
    notes = {
        k: tuple(
            Note(
                number=n,
                severity="warning",
                second=f"RULE-{n:03}",
                where=key,
                message="what is wrong in a line of some length, as findings have it",
                help="What to do about it, in about as many words as are usual.",
                places=((0, key),),
            )
            for n, key in enumerate(list(page)[::12][:5], 1)
        )
        for k, (_, page) in enumerate(every)
    }
    yield b""
    outs = (
        Printout(
            name=f"CLAIM{k}",
            form=every[k % len(every)][0],  # type: ignore[arg-type]
            pages=[every[k % len(every)][1]],
            notes=notes[k % len(every)] if way == "marked" else (),
        )
        for k in range(count)
    )
    yield from preprinted(outs) if way == "preprinted" else proof(outs)


def table(rounds: int, counts: tuple[int, int]) -> str:
    """The report."""
    few, many = counts
    cases = [(way, few) for way in WAYS] + [(way, many) for way in ("preprinted", "proof")]
    best: dict[tuple[str, int], dict[str, float]] = {}
    for _ in range(rounds):
        for case in cases:
            found = measure(*case)
            if case not in best or found["seconds"] < best[case]["seconds"]:
                best[case] = found
    base = best["reportlab", few]["pages"] / best["reportlab", few]["seconds"]
    strings = sum(len(page) for _, page in sheets()) / len(sheets())
    lines = [
        "# Forms to PDF",
        "",
        "Made by `python benchmarks/forms.py --write`: sheets of four samples over and over,",
        f"{strings:.0f} values a sheet, the CMS-1500 and the UB-04 in turn, into one file. reportlab alone",
        "draws the same strings at the same places in the same font, one `drawString` each, with",
        "compression; the last kind of sheet has much more on it. The best of",
        f"{rounds} runs in turn, each in a process of its own, the start of Python and the loading of fonts",
        f"not counted; {PLATFORM}. Machines differ and are noisy: the ratios count.",
        "Memory is the peak of the whole process.",
        "",
        "| | sheets | sheets/s | times reportlab | bytes a sheet | peak memory MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for way, count in cases:
        one = best[way, count]
        speed = one["pages"] / one["seconds"]
        lines.append(
            f"| {WAYS[way]} | {count:,} | {speed:,.0f} | {speed / base:.1f} "
            f"| {one['bytes'] / one['pages']:,.0f} | {one['memory']:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--counts", type=int, nargs=2, default=(1_000, 20_000), metavar=("FEW", "MANY"))
    parser.add_argument("--child", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.count)))
        return
    text = table(given.rounds, tuple(given.counts))
    print(text)
    if given.write:
        TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
