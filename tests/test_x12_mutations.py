"""One planted fault gives one finding, of the right kind and at the right place, and nothing else.

Every kind of `schemas/guides/faults.csv` is planted in a professional and in a facility file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edi.x12.findings import fault_kinds
from x12_bases import BASES, ISA, counted, faults, said, wrapped

Segments = list[str]
Edit = Callable[[Segments], object]


def at(segments: Segments, beginning: str, nth: int = 1) -> int:
    """Index of the nth segment that begins so."""
    found = [i for i, s in enumerate(segments) if s.startswith(beginning)]
    return found[nth - 1]


def drop(beginning: str, nth: int = 1) -> Edit:
    return lambda s: s.pop(at(s, beginning, nth))


def put(beginning: str, text: str, nth: int = 1) -> Edit:
    return lambda s: s.__setitem__(at(s, beginning, nth), text)


def edit(beginning: str, old: str, new: str, nth: int = 1) -> Edit:
    def change(s: Segments) -> None:
        i = at(s, beginning, nth)
        assert old in s[i]
        s[i] = s[i].replace(old, new, 1)

    return change


def before(beginning: str, *texts: str, nth: int = 1) -> Edit:
    def change(s: Segments) -> None:
        i = at(s, beginning, nth)
        s[i:i] = texts

    return change


def move(beginning: str, target: str, nth: int = 1, target_nth: int = 1) -> Edit:
    def change(s: Segments) -> None:
        taken = s.pop(at(s, beginning, nth))
        s.insert(at(s, target, target_nth), taken)

    return change


def twice(beginning: str, nth: int = 1) -> Edit:
    def change(s: Segments) -> None:
        i = at(s, beginning, nth)
        s.insert(i, s[i])

    return change


def both(*edits: Edit) -> Edit:
    def change(s: Segments) -> None:
        for one in edits:
            one(s)

    return change


def times(beginning: str, end: str, count: int, number: bool = False) -> Edit:
    """Repeat what stands from one segment to before another until it is there `count` times more."""

    def change(s: Segments) -> None:
        first, last = at(s, beginning), at(s, end)
        part = s[first:last]
        made: Segments = []
        for _ in range(count):
            made += part
        s[last:last] = made
        if number:
            n = int(s[first][3:]) - 1
            for i in range(first, len(s)):
                if s[i].startswith("CLM"):
                    break
                if s[i].startswith("LX*"):
                    n += 1
                    s[i] = f"LX*{n}"

    return change


@dataclass(frozen=True)
class Planted:
    """A fault: how it is made and what must be found."""

    id: str
    edit: Edit
    kind: str
    address: str
    anchor: str
    """Beginning of the segment at whose ordinal it is reported, in the file with the fault."""
    nth: int = 1
    files: tuple[str, ...] = ("837p", "837i")


PROF, FAC = ("837p",), ("837i",)
PLANTED = [
    # --- missing
    Planted("BHT missing", drop("BHT"), "segment_missing", "ST/BHT", "NM1*41"),
    Planted("submitter name missing", drop("NM1*41"), "segment_missing", "1000A/NM1", "PER"),
    Planted("submitter contact missing", drop("PER"), "segment_missing", "1000A/PER", "NM1*40"),
    Planted("receiver missing", drop("NM1*40"), "loop_missing", "1000B/NM1", "HL*1"),
    Planted("HL of the provider missing", drop("HL*1"), "segment_missing", "2000A/HL", "PRV"),
    Planted("HL of a subscriber missing", drop("HL*2"), "segment_missing", "2000B/HL", "SBR"),
    Planted("HL of the next subscriber missing", drop("HL*3"), "segment_missing", "2000B/HL", "SBR*P**"),
    Planted("HL of a patient missing", drop("HL*4"), "segment_missing", "2000C/HL", "PAT"),
    Planted("billing name missing", drop("NM1*85"), "segment_missing", "2010AA/NM1", "N3"),
    Planted("billing street missing", drop("N3"), "segment_missing", "2010AA/N3", "N4"),
    Planted("billing city missing", drop("N4"), "segment_missing", "2010AA/N4", "REF"),
    Planted("tax id missing", drop("REF*EI"), "segment_missing", "2010AA/REF[EI|SY]", "PER", 2, PROF),
    Planted("tax id missing", drop("REF*EI"), "segment_missing", "2010AA/REF[EI]", "PER", 2, FAC),
    Planted("pay-to name missing", drop("NM1*87"), "segment_missing", "2010AB/NM1", "N3*PO"),
    Planted("pay-to city missing", drop("N4", 2), "segment_missing", "2010AB/N4", "HL*2"),
    Planted("SBR missing", drop("SBR"), "segment_missing", "2000B/SBR", "NM1*IL"),
    Planted("subscriber name missing", drop("NM1*IL"), "segment_missing", "2010BA/NM1", "N3*7"),
    Planted("payer missing", drop("NM1*PR"), "loop_missing", "2010BB/NM1", "CLM"),
    Planted("PAT missing", drop("PAT"), "segment_missing", "2000C/PAT", "NM1*QC"),
    Planted("patient name missing", drop("NM1*QC"), "segment_missing", "2010CA/NM1", "N3*8"),
    Planted("patient birth missing", drop("DMG*D8*2015"), "segment_missing", "2010CA/DMG", "CLM", 2),
    Planted("CLM missing", drop("CLM"), "segment_missing", "2300/CLM", "DTP*431", 1, PROF),
    Planted("CLM missing", drop("CLM"), "segment_missing", "2300/CLM", "DTP*434", 1, FAC),
    Planted(
        "CLM of the patient missing", drop("CLM", 2), "segment_missing", "2300/CLM", "HI*ABK:K5090", 2, PROF
    ),
    Planted("CLM of the patient missing", drop("CLM", 2), "segment_missing", "2300/CLM", "DTP*434", 2, FAC),
    Planted("statement dates missing", drop("DTP*434"), "segment_missing", "2300/DTP[434]", "CL1", 1, FAC),
    Planted("diagnoses missing", drop("HI"), "segment_missing", "2300/HI[ABK|BK]", "NM1*DN", 1, PROF),
    Planted(
        "principal diagnosis missing", drop("HI"), "segment_missing", "2300/HI[ABK|BK]", "HI*APR", 1, FAC
    ),
    Planted("rendering name missing", drop("NM1*82"), "segment_missing", "2310B/NM1", "PRV*PE", 1, PROF),
    Planted("attending name missing", drop("NM1*71"), "segment_missing", "2310A/NM1", "PRV*AT", 1, FAC),
    Planted("SBR of the other payer missing", drop("SBR*S"), "segment_missing", "2320[1]/SBR", "CAS"),
    Planted("OI missing", drop("OI"), "segment_missing", "2320[1]/OI", "NM1*IL*1*DOE*JOHN"),
    Planted("other subscriber missing", drop("NM1*IL", 2), "segment_missing", "2330A[1]/NM1", "N3*7", 2),
    Planted("other payer missing", drop("NM1*PR", 2), "loop_missing", "2330B/NM1", "LX"),
    Planted("first LX missing", drop("LX*1"), "segment_missing", "2400[1]/LX", "SV"),
    Planted("second LX missing", drop("LX*2"), "segment_missing", "2400[2]/LX", "SV", 3),
    Planted("SV1 missing", drop("SV1"), "segment_missing", "2400[1]/SV1", "DTP*472", 1, PROF),
    Planted("SV2 missing", drop("SV2"), "segment_missing", "2400[1]/SV2", "DTP*472", 1, FAC),
    Planted(
        "service date missing", drop("DTP*472"), "segment_missing", "2400[1]/DTP[472]", "REF*6R", 1, PROF
    ),
    Planted("LIN missing", drop("LIN"), "segment_missing", "2410[1]/LIN", "CTP"),
    Planted("CTP missing", drop("CTP"), "segment_missing", "2410[1]/CTP", "HL*3"),
    Planted("SVD missing", drop("SVD"), "segment_missing", "2430[1]/SVD", "CAS", 2),
    Planted(
        "date of the other payer missing", drop("DTP*573"), "segment_missing", "2430[1]/DTP[573]", "LX*2"
    ),
    # --- sent twice
    *(
        Planted(f"{start} twice", twice(start, nth), "segment_repeated", address, start, nth + 1)
        for start, nth, address in (
            ("ST*", 1, "ST/ST#2"),
            ("BHT", 1, "ST/BHT#2"),
            ("NM1*41", 1, "1000A/NM1#2"),
            ("HL*1", 1, "2000A/HL#2"),
            ("PRV*BI", 1, "2000A/PRV#2"),
            ("NM1*85", 1, "2010AA/NM1#2"),
            ("N3*100", 1, "2010AA/N3#2"),
            ("REF*EI", 1, "2010AA/REF[EI]#2"),
            ("NM1*87", 1, "2010AB/NM1#2"),
            ("HL*2", 1, "2000B/HL#2"),
            ("SBR*P*18", 1, "2000B/SBR#2"),
            ("NM1*IL*1*DOE*JANE", 1, "2010BA/NM1#2"),
            ("DMG", 1, "2010BA/DMG#2"),
            ("HL*4", 1, "2000C/HL#2"),
            ("PAT", 1, "2000C/PAT#2"),
            ("NM1*QC", 1, "2010CA/NM1#2"),
            ("CLM", 1, "2300/CLM#2"),
            ("REF*G1", 1, "2300/REF[G1]#2"),
            ("HI*ABK", 1, "2300/HI[ABK]#2"),
            ("SBR*S", 1, "2320[1]/SBR#2"),
            ("AMT*D", 1, "2320[1]/AMT[D]#2"),
            ("OI", 1, "2320[1]/OI#2"),
            ("NM1*PR*2*OTHER", 1, "2330B[1]/NM1#2"),
            ("LX*1", 1, "2400[1]/LX#2"),
            ("DTP*472", 1, "2400[1]/DTP[472]#2"),
            ("LX*2", 1, "2400[2]/LX#2"),
            ("LIN", 1, "2410[1]/LIN#2"),
            ("CTP", 1, "2410[1]/CTP#2"),
            ("SVD", 1, "2430[1]/SVD#2"),
            ("DTP*573", 1, "2430[1]/DTP[573]#2"),
        )
    ),
    Planted("SV1 twice", twice("SV1"), "segment_repeated", "2400[1]/SV1#2", "SV1", 2, PROF),
    Planted("SV2 twice", twice("SV2"), "segment_repeated", "2400[1]/SV2#2", "SV2", 2, FAC),
    Planted("CL1 twice", twice("CL1"), "segment_repeated", "2300/CL1#2", "CL1", 2, FAC),
    # --- at the wrong place
    Planted("N4 before N3", move("N4", "N3"), "segment_misplaced", "2010AA/N3", "N3"),
    Planted(
        "N4 before N3 of the pay-to address",
        move("N4", "N3", 2, 2),
        "segment_misplaced",
        "2010AB/N3",
        "N3",
        2,
    ),
    Planted(
        "DTP before CLM", move("DTP*431", "CLM"), "segment_not_here", "2010BB/DTP[431]", "DTP*431", 1, PROF
    ),
    Planted(
        "DTP before CLM", move("DTP*434", "CLM"), "segment_not_here", "2010BB/DTP[434]", "DTP*434", 1, FAC
    ),
    Planted("HI before CLM", move("HI", "CLM"), "segment_misplaced", "2300/CLM", "CLM"),
    Planted("PRV before HL", move("PRV", "HL"), "segment_misplaced", "2000A/HL", "HL"),
    Planted("SBR before HL", move("SBR", "HL*2"), "segment_misplaced", "2000B/HL", "HL*2"),
    Planted("PAT before HL", move("PAT", "HL*4"), "segment_misplaced", "2000C/HL", "HL*4"),
    Planted("PER before the submitter", move("PER", "NM1*41"), "segment_misplaced", "1000A/NM1", "NM1*41"),
    Planted("payer before subscriber", move("NM1*PR", "NM1*IL"), "segment_misplaced", "2010BA/NM1", "NM1*IL"),
    Planted(
        "other payer first",
        move("NM1*PR*2*O", "NM1*IL*1*DOE*JOHN"),
        "segment_misplaced",
        "2330A[1]/NM1",
        "NM1*IL",
        2,
    ),
    Planted(
        "receiver before submitter", move("NM1*40", "NM1*41"), "segment_misplaced", "1000A/NM1", "NM1*41"
    ),
    Planted(
        "REF behind the providers", move("REF*G1", "SBR*S"), "segment_misplaced", "2300/REF[G1]", "REF*G1"
    ),
    Planted("REF before CLM", move("REF*G1", "CLM"), "segment_not_here", "2010BB/REF[G1]", "REF*G1"),
    Planted("DTP before SV1", move("DTP*472", "SV1"), "segment_misplaced", "2400[1]/SV1", "SV1", 1, PROF),
    Planted("DTP before SV2", move("DTP*472", "SV2"), "segment_misplaced", "2400[1]/SV2", "SV2", 1, FAC),
    Planted("SV1 before LX", move("SV1", "LX"), "segment_misplaced", "2400[1]/LX", "LX", 1, PROF),
    Planted("SV2 before LX", move("SV2", "LX"), "segment_misplaced", "2400[1]/LX", "LX", 1, FAC),
    Planted("CTP before LIN", move("CTP", "LIN"), "segment_misplaced", "2410[1]/LIN", "LIN"),
    Planted("date before SVD", move("DTP*573", "SVD"), "segment_misplaced", "2430[1]/SVD", "SVD"),
    # --- unknown
    Planted("unknown segment", before("HI", "ZZZ*1"), "segment_unknown", "2300/ZZZ", "ZZZ"),
    Planted("segment of another guide", before("LX*1", "BPR*I"), "segment_unknown", "2330B[1]/BPR", "BPR"),
    Planted(
        "known segment in a wrong loop", before("N4", "CAS*PR*1*5"), "segment_not_here", "2010AA/CAS", "CAS"
    ),
    Planted(
        "segment with an unknown code",
        before("LX*1", "REF*ZZ*1"),
        "segment_not_here",
        "2330B[1]/REF[ZZ]",
        "REF*ZZ",
    ),
    Planted(
        "unknown provider",
        before("NM1*PR", "NM1*ZZ*1*DOE", "N3*1 OAK", "N4*TROY*NY*12180"),
        "segment_not_here",
        "2010BA/NM1",
        "NM1*ZZ",
    ),
    Planted("empty segment", before("HI", ""), "empty_segment", "2300/", ""),
    # --- too many
    Planted("51 lines", times("LX*2", "HL*3", 49, True), "loop_repeated", "2400[51]/LX", "LX*51", 1, PROF),
    Planted(
        "1,000 lines", times("LX*2", "HL*3", 998, True), "loop_repeated", "2400[1000]/LX", "LX*1000", 1, FAC
    ),
    Planted("101 claims of a subscriber", times("CLM", "HL*3", 100), "loop_repeated", "2300/CLM", "CLM", 101),
    Planted("eleven other payers", times("SBR*S", "LX*1", 10), "loop_repeated", "2320[11]/SBR", "SBR*S", 11),
    Planted("two payers", before("CLM", "NM1*PR*2*B*****PI*22"), "loop_repeated", "2010BB/NM1", "NM1*PR", 2),
    Planted(
        "two NDC loops",
        before("HL*3", "LIN**N4*57894003002", "CTP****50*UN"),
        "loop_repeated",
        "2410[2]/LIN",
        "LIN",
        2,
    ),
    # --- hierarchy and numbers
    Planted("HL01 skips a number", edit("HL*4", "HL*4", "HL*5"), "hl_number", "2000C/HL/01", "HL*5"),
    Planted(
        "HL01 of a subscriber with a patient",
        edit("HL*3", "HL*3", "HL*7"),
        "hl_number",
        "2000B/HL/01",
        "HL*7",
    ),
    Planted("HL01 is no number", edit("HL*2", "HL*2", "HL*X"), "hl_number", "2000B/HL/01", "HL*X"),
    Planted("HL02 names another level", edit("HL*4", "*3*", "*2*"), "hl_parent", "2000C/HL/02", "HL*4"),
    Planted("HL02 is empty", edit("HL*2", "*1*", "**"), "element_missing", "2000B/HL/02", "HL*2"),
    Planted("HL04 without a lower level", edit("HL*2", "*22*0", "*22*1"), "hl_child", "2000B/HL/04", "HL*2"),
    Planted("HL04 with a lower level", edit("HL*3", "*22*1", "*22*0"), "hl_child", "2000B/HL/04", "HL*3"),
    Planted(
        "HL04 of the provider", edit("HL*1", "*20*1", "*20*0"), "code_not_allowed", "2000A/HL/04", "HL*1"
    ),
    Planted("LX01 skips a number", put("LX*2", "LX*3"), "lx_number", "2400[2]/LX/01", "LX*3"),
    Planted("LX01 begins at 2", put("LX*1", "LX*2"), "lx_number", "2400[1]/LX/01", "LX*2"),
    Planted("LX01 is below zero", put("LX*2", "LX*-2"), "lx_number", "2400[2]/LX/01", "LX*-2"),
    Planted("LX01 has a leading zero", put("LX*2", "LX*02"), "lx_number", "2400[2]/LX/01", "LX*02"),
    # --- elements
    Planted("required element missing", edit("BHT", "*B1*", "**"), "element_missing", "ST/BHT/03", "BHT"),
    Planted(
        "required last element missing",
        edit("DTP*472", "*20260303", ""),
        "element_missing",
        "2400[1]/DTP[472]/03",
        "DTP*472",
    ),
    Planted(
        "required component missing",
        edit("HI", "ABK:K5090", "ABK"),
        "element_missing",
        "2300/HI[ABK]/01-2",
        "HI",
    ),
    Planted("element not used", edit("CLM", "*450***", "*450*A**"), "element_not_used", "2300/CLM/03", "CLM"),
    Planted(
        "component not used",
        edit("CLM", "*A*Y*Y", "*A*Y*Y**AA:EM:OA:NY"),
        "element_not_used",
        "2300/CLM/11-3",
        "CLM",
        1,
        PROF,
    ),
    Planted(
        "component not used",
        edit("HI", "ABK:K5090", "ABK:K5090:D8"),
        "element_not_used",
        "2300/HI[ABK]/01-3",
        "HI",
        1,
        FAC,
    ),
    Planted("dot", edit("HI", "ABK:K5090", "ABK:K50.90"), "punctuation", "2300/HI[ABK]/01-2", "HI"),
    Planted("too many elements", edit("LX", "LX*1", "LX*1*1"), "too_many_elements", "2400[1]/LX/02", "LX"),
    Planted(
        "too many components", edit("CLM", ":1*", ":1:1*"), "too_many_components", "2300/CLM/05-4", "CLM"
    ),
    Planted("too short", edit("N4", "ALBANY", "A"), "too_short", "2010AA/N4/01", "N4"),
    Planted("too long", edit("N3", "100 ELM ST", "X" * 56), "too_long", "2010AA/N3/01", "N3"),
    Planted("number too long", edit("CLM", "450", "9" * 19), "too_long", "2300/CLM/02", "CLM"),
    Planted("only blanks", edit("N3", "100 ELM ST", "   "), "only_blanks", "2010AA/N3/01", "N3"),
    Planted("trailing blank", edit("N3", "100 ELM ST", "100 ELM "), "trailing_blank", "2010AA/N3/01", "N3"),
    Planted("no number", edit("CLM", "450", "4,50"), "bad_number", "2300/CLM/02", "CLM"),
    Planted("number with plus", edit("CLM", "450", "+450"), "bad_number", "2300/CLM/02", "CLM"),
    Planted("number with exponent", edit("CLM", "450", "4E2"), "bad_number", "2300/CLM/02", "CLM"),
    Planted(
        "February 29 of no leap year",
        edit("DTP*472", "20260303", "20250229"),
        "bad_date",
        "2400[1]/DTP[472]/03",
        "DTP*472",
    ),
    Planted("February 30", edit("DMG", "19600505", "19600230"), "bad_date", "2010BA/DMG/02", "DMG"),
    Planted("month 13", edit("BHT", "20260309", "20261309"), "bad_date", "ST/BHT/04", "BHT"),
    Planted(
        "period of one day",
        edit("DTP*472", "D8*20260303", "RD8*20260303"),
        "bad_date",
        "2400[1]/DTP[472]/03",
        "DTP*472",
    ),
    Planted("no time", edit("BHT", "0800", "2460"), "bad_time", "ST/BHT/05", "BHT"),
    Planted("time of three digits", edit("BHT", "0800", "800"), "bad_time", "ST/BHT/05", "BHT"),
    Planted("code not allowed", edit("CLM", "*A*Y*Y", "*Q*Y*Y"), "code_not_allowed", "2300/CLM/07", "CLM"),
    Planted("small letter", edit("CLM", "*A*Y*Y", "*a*Y*Y"), "code_not_allowed", "2300/CLM/07", "CLM"),
    Planted(
        "qualifier of a required segment",
        edit("DTP*472", "472", "4Z2"),
        "code_not_allowed",
        "2400[1]/DTP[4Z2]/01",
        "DTP*4Z2",
        1,
        PROF,
    ),
    Planted(
        "qualifier of the service",
        edit("SV1", "HC:", "XX:"),
        "code_not_allowed",
        "2400[1]/SV1/01-1",
        "SV1",
        1,
        PROF,
    ),
    Planted(
        "qualifier of the service",
        edit("SV2", "HC:", "XX:"),
        "code_not_allowed",
        "2400[1]/SV2/02-1",
        "SV2",
        1,
        FAC,
    ),
    Planted(
        "qualifier with a letter too many",
        edit("DTP*472", "472", "4720"),
        "code_not_allowed",
        "2400[1]/DTP[4720]/01",
        "DTP*4720",
    ),
    Planted(
        "paired element missing",
        edit("PER", "5185550199", "5185550199*EX", 2),
        "partner_missing",
        "2010AA/PER/06",
        "PER",
        2,
    ),
    Planted(
        "id without qualifier",
        edit("NM1*IL", "*MI*M123", "**M123"),
        "partner_missing",
        "2010BA/NM1/08",
        "NM1*IL",
    ),
    Planted(
        "state with subdivision",
        edit("N4", "*122071234", "*122071234*CA***NY"),
        "excluded_together",
        "2010AA/N4/07",
        "N4",
    ),
    Planted("trailing separator", edit("BHT", "*CH", "*CH*"), "trailing_separator", "ST/BHT/07", "BHT"),
    Planted(
        "two trailing separators",
        edit("REF*G1", "AUTH1", "AUTH1**"),
        "trailing_separator",
        "2300/REF[G1]/04",
        "REF*G1",
    ),
    Planted(
        "trailing component separator",
        edit("HI", "K5090", "K5090:"),
        "trailing_component",
        "2300/HI[ABK]/01-3",
        "HI",
    ),
    Planted(
        "repetition",
        edit("REF*G1", "AUTH1", "AUTH1^AUTH2"),
        "too_many_repetitions",
        "2300/REF[G1]/02",
        "REF*G1",
    ),
    Planted(
        "component separator in a simple element",
        edit("REF*G1", "AUTH1", "AUTH:1"),
        "component_in_simple",
        "2300/REF[G1]/02",
        "REF*G1",
    ),
    Planted("accented letter", edit("NM1*IL", "JANE", "JANÉ"), "character", "2010BA/NM1/04", "NM1*IL"),
    Planted("control character", edit("NM1*IL", "JANE", "JA\x07E"), "character", "2010BA/NM1/04", "NM1*IL"),
    Planted(
        "control character of the program's own form",
        edit("NM1*IL", "JANE", "JA\x1dE"),
        "character",
        "2010BA/NM1/04",
        "NM1*IL",
    ),
    Planted(
        "line break in a value", edit("N3*PO", "PO BOX", "PO\nBOX"), "character", "2010AB/N3/01", "N3*PO"
    ),
]

CASES = [pytest.param(p, name, id=f"{name} {p.id}") for p in PLANTED for name in p.files]


@pytest.mark.parametrize(("planted", "name"), CASES)
def test_one_fault_gives_one_finding(planted: Planted, name: str) -> None:
    segments = list(BASES[name])
    planted.edit(segments)
    segments = counted(segments)
    exact = [i for i, s in enumerate(segments) if (s.startswith(planted.anchor) if planted.anchor else not s)]
    expected = (planted.kind, planted.address, exact[planted.nth - 1] + 1)
    for ending in ("", "\r\n"):
        assert said(wrapped(segments, ending=ending)) == [expected]


@pytest.mark.parametrize("name", BASES)
def test_the_files_are_valid(name: str) -> None:
    assert said(wrapped(list(BASES[name]))) == []


@dataclass(frozen=True)
class Whole:
    """A fault of the envelope: an edit of the file's segments, ISA first."""

    id: str
    edit: Edit
    kind: str
    address: str
    ordinal: int = 0


ENVELOPE = [
    Whole("ISA02 too long", edit("ISA", "00*          *", "00*           *"), "isa_width", "ISA/02"),
    Whole("ISA06 too short", edit("ISA", "SENDER         ", "SENDER"), "isa_width", "ISA/06"),
    Whole("ISA05 unknown", edit("ISA", "*ZZ*SENDER", "*QQ*SENDER"), "isa_value", "ISA/05"),
    Whole("ISA09 no date", edit("ISA", "260309", "260230"), "isa_value", "ISA/09"),
    Whole("ISA10 no time", edit("ISA", "0800", "2500"), "isa_value", "ISA/10"),
    Whole("ISA12 another version", edit("ISA", "00501", "00401"), "isa_value", "ISA/12"),
    Whole("ISA15 unknown", edit("ISA", "*T*", "*X*"), "isa_value", "ISA/15"),
    Whole("no repetition separator", edit("ISA", "*^*", "*U*"), "isa_delimiters", "ISA/11"),
    Whole("IEA01 wrong", put("IEA", "IEA*2*000000001"), "iea_count", "IEA/01"),
    Whole("IEA02 wrong", put("IEA", "IEA*1*000000002"), "iea_control", "IEA/02"),
    Whole("IEA03", put("IEA", "IEA*1*000000001*1"), "iea_element", "IEA/03"),
    Whole("no IEA", drop("IEA"), "iea_missing", "IEA"),
    Whole("GE01 wrong", put("GE", "GE*2*1"), "ge_count", "GE/01"),
    Whole("GE02 wrong", put("GE", "GE*1*2"), "ge_control", "GE/02"),
    Whole("GE with a trailing separator", put("GE", "GE*1*1*"), "ge_element", "GE/03"),
    Whole("no GE", drop("GE"), "ge_missing", "GE"),
    Whole("GS04 no date", edit("GS", "20260309", "20260229"), "gs_element", "GS/04"),
    Whole("GS02 empty", edit("GS", "*SENDER*", "**"), "gs_element", "GS/02"),
    Whole("GS01 of answers", edit("GS", "GS*HC", "GS*FA"), "gs_function", "GS/01"),
    Whole("no ST", drop("ST"), "group_segment", "BHT"),
    Whole("segment before GS", before("GS", "REF*1*2"), "interchange_segment", "REF"),
    Whole("segments before ST", before("ST", "REF*1*2", "REF*1*3"), "group_segment", "REF"),
    Whole("segment behind SE", before("GE", "REF*1*2"), "group_segment", "REF"),
    Whole("unknown set", both(edit("ST", "*837*", "*850*")), "set_unknown", "ST/01", 1),
    Whole("ST03 of another version", edit("ST", "005010X22", "005010X21"), "st_version", "ST/03", 1),
    Whole("no SE", drop("SE"), "se_missing", "SE", -1),
    Whole("SE01 too high", edit("SE", "SE*", "SE*1"), "se_count", "TRAILER/SE/01", -1),
    Whole("SE02 wrong", edit("SE", "*0001", "*0002"), "se_control", "TRAILER/SE/02", -1),
]


def whole(name: str) -> Segments:
    """All segments of a file, ISA first."""
    return wrapped(list(BASES[name])).decode().split("~")[:-1]


def also(found: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Without what a fault brings with it by its very nature: no set in a group that lacks its ST."""
    return [f for f in found if f[0] != "no_set"]


@pytest.mark.parametrize("case", ENVELOPE, ids=lambda c: c.id)
@pytest.mark.parametrize("name", BASES)
def test_one_fault_of_the_envelope_gives_one_finding(name: str, case: Whole) -> None:
    segments = whole(name)
    case.edit(segments)
    found = said("".join(s + "~" for s in segments).encode())
    ordinal = len(BASES[name]) if case.ordinal < 0 else case.ordinal
    assert also(found) == [(case.kind, case.address, ordinal)]


@pytest.mark.parametrize("name", BASES)
def test_control_numbers_may_not_come_again(name: str) -> None:
    base = list(BASES[name])
    other = [s.replace("*0001", "*0002") if s.startswith(("ST", "SE")) else s for s in base]
    assert said(wrapped(base, other)) == []
    assert said(wrapped(base, base)) == [("st_repeated", "ST/02", 1)]
    one = whole(name)
    groups = [*one[:-1], *one[1:-1], "IEA*2*000000001"]
    assert said("".join(s + "~" for s in groups).encode()) == [("group_repeated", "GS/06", 0)]
    data = wrapped(base)
    assert [(f.kind, f.address, f.interchange) for f in faults(data + data)] == [
        ("interchange_repeated", "ISA/13", 2)
    ]


@pytest.mark.parametrize("name", BASES)
def test_empty_envelopes(name: str) -> None:
    one = whole(name)
    group = [one[0], one[1], "GE*0*1", one[-1]]
    assert [f[0] for f in said("".join(s + "~" for s in group).encode())] == ["no_set"]
    assert [f[0] for f in said((ISA + "~IEA*0*000000001~").encode())] == ["no_group"]
    assert [f[0] for f in said(b"no claim")] == ["no_isa"]
    data = wrapped(list(BASES[name]))
    assert [f[0] for f in said(data[:-9])] == ["isa_truncated"]
    assert [f[0] for f in said(data.rstrip()[:-1])] == ["no_terminator"]
    assert [f[0] for f in said(b"x" + data)] == ["stray_bytes"]


@pytest.mark.parametrize("name", BASES)
def test_more_than_five_thousand_claims_are_a_warning(name: str) -> None:
    base = list(BASES[name])
    first, last = at(base, "HL*2"), at(base, "HL*3")
    claim = at(base, "CLM")
    level, claims = base[first:claim], base[claim:last]
    made = base[:first]
    for n in range(51):
        made += [level[0].replace("HL*2", f"HL*{n + 2}"), *level[1:], *claims * (100 if n < 50 else 1)]
    segments = counted([*made, base[-1]])
    found = faults(wrapped(segments))
    assert [(f.kind, f.ordinal, f.actual) for f in found] == [("too_many_claims", len(segments), "5001")]
    assert found[0].about.severity == "warning"


ELSEWHERE = {
    "gs_version": "tests/test_x12_reader.py",
    "one_of_missing": "tests/test_x12_patterns.py: no 837 guide has a note of this kind that can be broken",
    "hl_level": "tests/test_x12_reader.py",
}


def test_every_kind_of_fault_is_planted() -> None:
    planted = {p.kind for p in PLANTED} | {c.kind for c in ENVELOPE} | set(ELSEWHERE)
    planted |= {"st_repeated", "group_repeated", "interchange_repeated", "too_many_claims"}
    planted |= {"no_set", "no_group", "no_isa", "isa_truncated", "no_terminator", "stray_bytes"}
    assert planted == set(fault_kinds())


@pytest.mark.parametrize(("planted", "name"), CASES)
def test_the_finding_explains_itself(planted: Planted, name: str) -> None:
    segments = list(BASES[name])
    planted.edit(segments)
    (fault,) = faults(wrapped(counted(segments)))
    assert "{" not in fault.message + fault.help + fault.code
    assert fault.message and fault.help.endswith(".") and fault.code
    assert fault.byte is not None and fault.text_line == 1 and fault.column == fault.byte + 1


HOME = Path(__file__).parents[1]
OTHERS = [
    *sorted((HOME / "samples" / "x12").glob("*.837"))[::6],
    *sorted((HOME.parent / "shared" / "corpora" / "tr3_examples").glob("837*.edi")),
]
EVERYWHERE = [
    (edit("SE", "SE*", "SE*9"), [("se_count", "TRAILER/SE/01")]),
    (edit("LX*1", "LX*1", "LX*7"), [("lx_number", "2400[1]/LX/01")]),
    (edit("HL*2", "HL*2", "HL*9"), [("hl_number", "2000B/HL/01")]),
    (drop("BHT"), [("segment_missing", "ST/BHT"), ("se_count", "TRAILER/SE/01")]),
    (drop("LX*1"), [("segment_missing", "2400[1]/LX"), ("se_count", "TRAILER/SE/01")]),
    (twice("CLM"), [("segment_repeated", "2300/CLM#2"), ("se_count", "TRAILER/SE/01")]),
    (before("CLM", "ZZZ*1"), [("segment_unknown", ""), ("se_count", "TRAILER/SE/01")]),
    (put("IEA", "IEA*1*999999999"), [("iea_control", "IEA/02")]),
]


@pytest.mark.parametrize("path", OTHERS, ids=lambda p: p.stem)
def test_faults_planted_in_other_files(path: Path) -> None:
    """The same in what this program writes and in published examples, in one transaction set."""
    text = path.read_bytes()
    if said(text) or text.count(b"CLM*") == 0:
        pytest.skip("not valid itself, as its name in the manifest says, or without a claim")
    segments = [s.strip() for s in text.decode("ascii").split("~") if s.strip()]
    for change, expected in EVERYWHERE:
        planted = list(segments)
        change(planted)
        found = [(kind, address) for kind, address, _ in said("".join(s + "~\n" for s in planted).encode())]
        assert found
        for kind, address in found:
            assert any(kind == k and address.endswith(a) for k, a in expected), (path.name, kind, address)
        assert expected[0][0] in {kind for kind, _ in found}
