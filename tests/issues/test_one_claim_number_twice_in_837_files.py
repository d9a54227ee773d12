"""One CLM01 on two claims of 837 files: an error only where the second is a copy of the first."""

from pathlib import Path

import edi

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "x12" / "biologic-medicare.837"
TEXT = SAMPLE.read_text(encoding="ascii")


def severities(second: str, tmp_path: Path) -> list[str]:
    other = tmp_path / "other.837"
    other.write_text(second, encoding="ascii")
    report = edi.check([str(SAMPLE), str(other)])
    return [f.severity for f in report.findings if f.rule == "INPUT-DUPLICATE"]


def test_a_copy_is_an_error(tmp_path: Path) -> None:
    assert severities(TEXT, tmp_path) == ["error", "error"]


def test_another_claim_with_the_number_is_a_warning(tmp_path: Path) -> None:
    assert severities(TEXT.replace("9TT9T99TT32", "9TT9T99TT33"), tmp_path) == ["warning", "warning"]


def test_a_replacement_bears_the_number_by_right(tmp_path: Path) -> None:
    again = TEXT.replace("13:A:1", "13:A:7").replace("REF*EA*", "REF*F8*DCN1~REF*EA*")
    assert severities(again, tmp_path) == []
