"""Published 837 files become forms: every claim, without losing one, and the forms are read again."""

import datetime as dt
import json
from pathlib import Path

import pytest

from edi.errors import NotReadable
from edi.model.claim import Claim
from edi.pipeline import Envelope, Options, convert_surface, inputs, judge_inputs
from edi.transactions.reading import read_837
from forms.boxless import without_box
from forms.filling import fill
from forms.layout import DETAIL_ROWS, boxes
from forms.taking import take

CORPORA = Path(__file__).parents[1].parent / "shared" / "corpora"
pytestmark = pytest.mark.skipif(not CORPORA.exists(), reason="no published files here")


def claims() -> list[tuple[str, str, Claim]]:
    """Folder and name of a file, and each of its claims."""
    found = []
    for path in sorted(CORPORA.glob("*/*.edi")):
        try:
            found += [(path.parent.name, path.name, claim) for claim in read_837(path.read_bytes())]
        except NotReadable:
            continue
    return found


def test_every_published_claim_becomes_a_form() -> None:
    seen = set()
    for _, name, claim in claims():
        filled = fill(claim)
        seen.add(filled.form)
        assert len(filled.pages) == max(1, -(-len(claim.lines) // DETAIL_ROWS[filled.form])), name
        told = {(problem.page, problem.item) for problem in filled.problems}
        for number, page in enumerate(filled.pages, 1):
            for key, text in page.items():
                box = boxes(filled.form)[key]
                assert len(text) <= box.limit or {(number, box.item), (1, box.item)} & told, f"{name} {key}"
    assert seen == {"cms1500", "ub04"} and len(claims()) > 40


def test_every_published_file_goes_through_the_doors_to_paper() -> None:
    counted = 0
    for path in sorted(CORPORA.glob("*/*.edi")):
        (given,) = inputs([str(path)])
        made = convert_surface(given, "boxes", Options(), Envelope(created=dt.datetime(2026, 11, 2)))
        text = b"".join(made.chunks)
        assert bool(text) == bool(made.report.claims), path.name
        forms = json.loads(text) if text else []
        assert made.report.claims == (len(forms) if isinstance(forms, list) else 1), path.name
        counted += made.report.claims
        judged = list(judge_inputs(inputs([str(path)]), Options(surface="paper")))
        assert sum(one.claim is not None for one in judged) == made.report.claims or made.report.unreadable
    assert counted == len(claims())


def test_the_form_of_a_published_claim_is_read_as_that_claim() -> None:
    """The files that are broken on purpose have diagnoses without a code, which leave gaps in item 21."""
    for folder, name, claim in claims():
        filled = fill(claim)
        again = fill(take(filled.form, filled.pages).claim, form=filled.form)
        if all(one.code for one in claim.diagnoses):
            assert again.pages == filled.pages, name
        else:
            assert folder == "malformed"
            third = fill(take(again.form, again.pages).claim, form=again.form)
            assert third.pages == again.pages, name


def test_published_examples_say_on_paper_what_they_are_about() -> None:
    """Three examples of the guides: Medicare behind another plan, a drug in the office, a hospital's bill."""
    examples = {name: fill(claim).pages[0] for _, name, claim in claims()}
    second = examples["837p-medicare-secondary-payer-COB.edi"]
    assert {
        "1.medicare": "X", "1a": "102200221B1", "2": "MEDYUM, WAYNE, M", "4": "MEDYUM, CAROL",
        "6.spouse": "X", "11": "COM188404777", "11c": "COMMERCE", "17.qualifier": "DN", "21.A": "71516",
        "24E.1": "AB", "24F.1": "120 00", "24J.1": "9090909090", "28": "120 00",
        "31.signature.2": "JACK HENZES",
    }.items() <= second.items()  # fmt: skip
    assert not {"9", "9a", "9d", "11d.yes", "11d.no", "33b"} & second.keys()
    drug = examples["837p-drug-administered-in-the-physician-office.edi"]
    assert {"24.shaded.2": "N400026063512   ML10", "24D.2": "J1550", "11d.no": "X"}.items() <= drug.items()
    bill = examples["837i-837-institutional-claim.edi"]
    assert {
        "FL4": "0141", "FL31.code.a": "A1", "FL34.date.a": "010187", "FL39.amount.a": "1531",
        "FL42.1": "0305", "FL47.23": "8993", "FL50.A": "MEDICARE B", "FL50.B": "STATE TEACHERS",
        "FL58.B": "DOE, JANE, S",
        "FL67": "3669", "FL76.last": "JONES", "FL81.code.a": "203BA0200N",
    }.items() <= bill.items()  # fmt: skip


def test_what_published_examples_lose_on_paper_is_named() -> None:
    lost = {name: {one.what for one in without_box(claim, fill(claim))} for _, name, claim in claims()}
    assert lost["837p-medicare-secondary-payer-COB.edi"] == {
        "group number and name of a plan", "what another payer decided", "why Medicare pays second",
    }  # fmt: skip
    assert lost["837p-anesthesia.edi"] == {"the measure of units"}
    assert lost["837i-ppo-repriced-claim.edi"] == {"segments of the 837 (AMT, REF, HI, HCP)"}
    assert lost["837i-automobile-accident.edi"] == {"the claim number of the property and casualty insurer"}
    assert lost["837i-two-claims-for-the-same-provider.edi"] == set()
