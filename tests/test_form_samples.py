"""Every sample on paper: golden boxes beside the other surfaces of the same case (`pytest --update`)."""

import datetime as dt
import json
from pathlib import Path

import pytest

from edi import settings
from edi.pipeline import Envelope, Options, convert_surface, inputs
from forms.layout import FORMS, boxes

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
NAMES = sorted(path.stem for path in (SAMPLES / "encounters").glob("*.json"))
ENVELOPE = Envelope(created=dt.datetime(2026, 11, 2, 8, 0))
OPTIONS = Options(settings=settings.load(SAMPLES / "cleanclaim.toml"))


def on_paper(name: str) -> bytes:
    """The boxes of a sample through the door of `convert --to boxes`."""
    (given,) = inputs([str(SAMPLES / "encounters" / f"{name}.json")])
    return b"".join(convert_surface(given, "boxes", OPTIONS, ENVELOPE).chunks)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_on_paper_is_as_it_was(name: str, update: bool) -> None:
    made = on_paper(name)
    golden = SAMPLES / "forms" / f"{name}.boxes.json"
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(made)
    assert made == golden.read_bytes()
    body = json.loads(made)
    assert body["form"] in FORMS
    known = boxes(body["form"])
    for page in body["pages"]:
        assert set(page) <= set(known) and all(page.values())


def test_both_forms_are_there_and_none_is_left_over() -> None:
    kept = {path.name.removesuffix(".boxes.json") for path in (SAMPLES / "forms").glob("*.boxes.json")}
    assert kept == set(NAMES)
    forms = [json.loads((SAMPLES / "forms" / f"{name}.boxes.json").read_text())["form"] for name in NAMES]
    assert set(forms) == set(FORMS)
