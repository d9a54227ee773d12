"""Made-up 837 files for benchmarks: valid, seeded, of any length, written as a stream.

    python benchmarks/generate.py --claims 2000 --kind 837p --seed 1 > claims.837

Infusion claims of several billing providers: subscribers and dependents mixed, 4 to 6 lines a claim, an NDC
on every drug line, diagnoses that are spread as Zipf's law has it, referring, rendering and attending
providers, prior authorizations, replacements, and claims that another payer has decided already. NPIs have
their check digit, totals and adjustments balance. One transaction set holds 5,000 claims at most. The same
kind, number and seed give the same bytes.

Services are of July to September 2024, the quarter of the NCCI edits that the program ships. Nothing is wrong
with the claims; `--faults 0.2` plants one fault of `FAULTS` in each of one fifth of them.

People, numbers and NDCs are invented; procedure, drug and diagnosis codes are real ones. Prices mean nothing.
The structure is that of 005010X222A1 and 005010X223A2.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

CLAIMS_PER_SET = 5_000
"""What the 837 guides allow in one transaction set."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LAST_NAMES = _words(
    """ADLER BAKER BARNES BELL BISHOP BRENNAN CARVER CHAVEZ COLLINS CURTIS DALTON DAWSON DURAN ELLIS FARLEY
    FLORES GARNER GIBSON GRANT HALE HARMON HOLT IBARRA JENSEN KELLER KNIGHT LANDRY LOWE MARSH MERCER MONROE
    NOVAK OAKLEY ORTEGA PARRISH PEARSON QUINN RAMSEY RHODES SALAZAR SLOAN STERLING TATE THORNE VANCE VARGAS
    WEBSTER WINTERS YORK ZIMMERMAN"""
)
FIRST_NAMES = {
    "F": _words(
        "ALICE BETH CLARA DIANA ELENA FRANCES GRACE HELEN IRENE JULIA KAREN LAURA MARIA NORA OLIVIA PAULA"
    ),
    "M": _words(
        "ADAM BRIAN CARLOS DAVID EDWARD FRANK GEORGE HENRY IVAN JAMES KEVIN LOUIS MARTIN NATHAN OSCAR PETER"
    ),
}
STREETS = (
    "MAIN ST",
    "OAK AVE",
    "MAPLE DR",
    "CEDAR LN",
    "LAKE RD",
    "PARK BLVD",
    "HILL ST",
    "RIVER RD",
    "ELM AVE",
)
CITIES = (
    ("AUSTIN", "TX", "78701"),
    ("COLUMBUS", "OH", "43215"),
    ("DENVER", "CO", "80202"),
    ("MADISON", "WI", "53703"),
    ("NASHVILLE", "TN", "37203"),
    ("OMAHA", "NE", "68102"),
    ("PORTLAND", "OR", "97204"),
    ("TAMPA", "FL", "33602"),
)
PAYERS = (
    # name, id, claim filing
    ("NORTHERN STAR HEALTH", "60001", "CI"),
    ("BLUE HARBOR PLAN", "60002", "BL"),
    ("CIVIC HMO", "60003", "HM"),
    ("MEDICARE", "60004", "MB"),
    ("STATE MEDICAID", "60005", "MC"),
)
MEDICARE = PAYERS[3]

ONCOLOGY = _words("C50911 C3490 C61 C189 C9000 C259 C8330 C20 C7951 C569 C499 C439")
OF_ONE_SEX = {"C61": "M", "C569": "F"}
TREATMENT = "Z5111"
"""Encounter for chemotherapy: the first diagnosis of who comes for nothing else."""
CHRONIC = _words("M069 K5090 K5190 D509 K5180 D839 L400 M3210 K50811 D508 M0579 D801 N189 E860")
OTHER = _words(
    """I10 E119 E785 Z79899 K219 E039 J449 F411 N1830 G4733 M179 I2510 D649 Z87891 Z7901 R112 E559 M5450 R5383
    I4891 E6601 K5900 G894 J45909 M810 N390 R0602 Z7982"""
)


class Drug(NamedTuple):
    """A drug line: units billed between two numbers, and what one billed unit is in the unit of the NDC."""

    hcpcs: str
    ndc: str
    least: int
    most: int
    cents: int
    """Price of one billed unit."""
    ndc_unit: str
    thousandths: int
    """NDC quantity of one billed unit, in thousandths."""
    modifiers: str = ""


CHEMOTHERAPY = (
    Drug("J9271", "99999010101", 200, 400, 5_630, "ML", 40, ":JZ"),
    Drug("J9299", "99999010202", 240, 480, 3_125, "ML", 100, ":JZ"),
    Drug("J9035", "99999010301", 30, 80, 7_240, "ML", 400, ":JZ"),
    Drug("J9267", "99999010401", 120, 300, 31, "ML", 167),
    Drug("J9045", "99999010501", 6, 14, 345, "ML", 5_000),
)
INFUSED = (
    Drug("J1745", "99999020101", 30, 80, 6_875, "UN", 100, ":JZ"),
    Drug("J3380", "99999020201", 300, 300, 2_417, "UN", 3, ":JZ"),
    Drug("J1569", "99999020302", 40, 120, 4_450, "ML", 5_000, ":JZ"),
    Drug("J1756", "99999020401", 200, 300, 55, "ML", 50, ":JZ"),
    Drug("J1439", "99999020501", 750, 750, 137, "ML", 20, ":JZ"),
    Drug("J0696", "99999020601", 4, 8, 190, "UN", 250, ":JZ"),
)
PUSHED = (
    Drug("J1100", "99999030101", 4, 12, 35, "ML", 250),
    Drug("J2405", "99999030202", 4, 16, 24, "ML", 500),
    Drug("J2469", "99999030301", 10, 10, 1_875, "ML", 500, ":JZ"),
    Drug("J1200", "99999030401", 1, 1, 215, "ML", 1_000),
)


class Line(NamedTuple):
    """One line as both kinds of claim need it."""

    procedure: str
    """HC, code and modifiers as components."""
    revenue: str
    cents: int
    units: int
    drug: Drug | None


def npi(number: int) -> str:
    """An NPI of nine digits and the check digit (Luhn over 80840 and the nine)."""
    text = f"{number:09d}"
    total = 24  # what the prefix 80840 adds
    for i, digit in enumerate(reversed(text)):
        value = int(digit) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{text}{-total % 10}"


def money(cents: int) -> str:
    """Dollars in the shortest spelling: 1250.5, 44, .5 for half a dollar."""
    whole, part = divmod(cents, 100)
    if not part:
        return str(whole)
    return f"{whole or ''}.{part:02d}".rstrip("0")


def _weights(n: int) -> list[float]:
    """Running sums of 1, 1/2, 1/3 ...: Zipf's law for `random.choices`."""
    return list(accumulate(1 / rank for rank in range(1, n + 1)))


class _File:
    """One file in the making: the dice, the people who come again and again, the numbers that are counted."""

    def __init__(self, kind: str, seed: int, faults: float) -> None:
        self.facility = kind == "837i"
        dice = self.dice = random.Random(f"{kind} {seed}")
        self.faults = faults
        self.mischief = random.Random(f"{kind} {seed} faults")
        self.today = TODAY
        numbers = iter(dice.sample(range(100_000_000, 200_000_000), 800))
        self.billing = [self._billing(i, npi(next(numbers))) for i in range(12)]
        self.rendering = [self._provider("82", npi(next(numbers))) for _ in range(80)]
        self.attending = [self._provider("71", npi(next(numbers))) for _ in range(80)]
        self.referring = [self._provider("DN", npi(next(numbers))) for _ in range(600)]
        self.sites = [
            [f"NM1*77*2*INFUSION SITE {i}*****XX*{npi(next(numbers))}", *self._address(full_zip=True)]
            for i in range(1, 9)
        ]
        self.zipf = {len(codes): _weights(len(codes)) for codes in (ONCOLOGY, CHRONIC, OTHER)}
        self.level = 0
        self.claim = 0

    def _address(self, *, full_zip: bool = False) -> list[str]:
        dice = self.dice
        city, state, code = dice.choice(CITIES)
        plus = f"{dice.randint(1, 9998):04d}" if full_zip or dice.random() < 0.7 else ""
        return [f"N3*{dice.randint(1, 9999)} {dice.choice(STREETS)}", f"N4*{city}*{state}*{code}{plus}"]

    def _billing(self, i: int, number: str) -> list[str]:
        taxonomy = "282N00000X" if self.facility else "261QI0500X"
        name = f"{CITIES[i % len(CITIES)][0]} {'HOSPITAL' if self.facility else 'INFUSION GROUP'} {i + 1}"
        return [
            f"PRV*BI*PXC*{taxonomy}",
            f"NM1*85*2*{name}*****XX*{number}",
            *self._address(full_zip=True),
            f"REF*EI*{self.dice.randint(100_000_000, 999_999_999)}",
        ]

    def _provider(self, role: str, number: str) -> list[str]:
        first = self.dice.choice(FIRST_NAMES[self.dice.choice("FM")])
        made = [f"NM1*{role}*1*{self.dice.choice(LAST_NAMES)}*{first}****XX*{number}"]
        if role != "DN":
            made.append(f"PRV*{'PE' if role == '82' else 'AT'}*PXC*207RX0202X")
        return made

    def provider(self) -> list[str]:
        """The level of a billing provider; its number is what subscribers point to."""
        self.level += 1
        self.parent = self.level
        return [f"HL*{self.level}**20*1", *self.dice.choice(self.billing)]

    def filing(self, payer: tuple[str, str, str]) -> str:
        """The claim filing code; a hospital's claims go to Part A."""
        return "MA" if payer is MEDICARE and self.facility else payer[2]

    def _member(self, filing: str) -> str:
        dice = self.dice
        if filing != "MB":
            return f"W{dice.randint(100_000_000, 999_999_999)}"
        letters, digits = "ACDEFGHJKMNPQRTUVWXY", "0123456789"
        both = letters + digits
        shape = ("123456789", letters, both, digits, letters, both, digits, letters, letters, digits, digits)
        return "".join(dice.choice(characters) for characters in shape)

    def _person(self, oldest: int, youngest: int) -> tuple[str, str, str]:
        """Name elements from NM103 to NM104, birth date and sex; ages in years."""
        dice = self.dice
        sex = dice.choice("FM")
        days = dice.randint(youngest * 366, oldest * 365)
        born = (self.today - timedelta(days=days)).strftime("%Y%m%d")
        return f"{dice.choice(LAST_NAMES)}*{dice.choice(FIRST_NAMES[sex])}", born, sex

    def household(self, room: int) -> tuple[list[str], int]:
        """A subscriber with all claims below: segments, and how many claims there are (at most `room`)."""
        dice = self.dice
        draw = dice.random()
        if draw < 0.08:
            return self._second_payer()
        payer = dice.choice(PAYERS[:3] if draw < 0.28 else PAYERS)
        group = "" if payer[2] in ("MB", "MC") else f"GRP{dice.randint(100, 160)}"
        self.level += 1
        own = self.level
        insured, born, sex = self._person(88 if payer is MEDICARE else 64, 65 if payer is MEDICARE else 19)
        named = f"NM1*IL*1*{insured}****MI*{self._member(payer[2])}"
        paid_by = f"NM1*PR*2*{payer[0]}*****PI*{payer[1]}"
        if draw >= 0.28:
            made = [
                f"HL*{own}*{self.parent}*22*0",
                f"SBR*P*18*{group}******{self.filing(payer)}",
                named,
                *self._address(),
                f"DMG*D8*{born}*{sex}",
                paid_by,
            ]
            count = min(room, 2 if draw > 0.93 else 1)
            for _ in range(count):
                made += self._claim(sex, None, None, medicare=payer is MEDICARE)
            return made, count
        made = [f"HL*{own}*{self.parent}*22*1", f"SBR*P**{group}******{self.filing(payer)}", named, paid_by]
        count = min(room, dice.choice((1, 1, 1, 2)))
        for i in range(count):
            self.level += 1
            spouse = i == 0 and dice.random() < 0.4
            patient, born, sex = self._person(*((64, 20) if spouse else (18, 1)))
            made += [
                f"HL*{self.level}*{own}*23*0",
                f"PAT*{'01' if spouse else '19'}",
                f"NM1*QC*1*{patient}",
                *self._address(),
                f"DMG*D8*{born}*{sex}",
            ]
            made += self._claim(sex, None, None)
        return made, count

    def _second_payer(self) -> tuple[list[str], int]:
        """A subscriber whose claim Medicare has decided and a commercial plan gets next."""
        payer = self.dice.choice(PAYERS[:2])
        self.level += 1
        insured, born, sex = self._person(88, 65)
        address = self._address()
        made = [
            f"HL*{self.level}*{self.parent}*22*0",
            f"SBR*S*18*GRP{self.dice.randint(100, 160)}******{self.filing(payer)}",
            f"NM1*IL*1*{insured}****MI*{self._member(payer[2])}",
            *address,
            f"DMG*D8*{born}*{sex}",
            f"NM1*PR*2*{payer[0]}*****PI*{payer[1]}",
        ]
        other = [f"NM1*IL*1*{insured}****MI*{self._member('MB')}", *address]
        return made + self._claim(sex, MEDICARE, other), 1

    def _lines(self, chemotherapy: bool) -> list[Line]:
        """Four to six lines of one visit: administration, drug, sometimes a push and its drug, a visit."""
        dice = self.dice
        size = dice.randint(4, 6)
        revenue = "0335" if chemotherapy else "0260"
        first, more, price = ("96413", "96415", 41_200) if chemotherapy else ("96365", "96366", 21_450)
        hours = dice.randint(1, 4)
        fee = dice.randint(850, 1_250)  # thousandths of the price: every payer and provider has its own fees
        made = [
            Line(f"HC:{first}", revenue, price, 1, None),
            Line(f"HC:{more}", revenue, 8_925 * hours, hours, None),
            self._drug_line(dice.choice(CHEMOTHERAPY if chemotherapy else INFUSED)),
        ]
        if size >= 5:
            made += [
                Line("HC:96375", "0260", 6_730, 1, None),
                self._drug_line(dice.choice(PUSHED)),
            ]
        if size != 5:
            code = "G0463" if self.facility else dice.choice(("99213", "99214", "99215"))
            made.append(Line(f"HC:{code}:25", "0510", dice.choice((9_800, 14_275, 19_990)), 1, None))
        return [line._replace(cents=line.cents * fee // 1_000) for line in made]

    def _drug_line(self, drug: Drug) -> Line:
        units = self.dice.randint(drug.least, drug.most)
        return Line(f"HC:{drug.hcpcs}{drug.modifiers}", "0636", drug.cents * units, units, drug)

    def _diagnoses(self, chemotherapy: bool, sex: str, *, visit: bool) -> list[str]:
        dice = self.dice
        main = ONCOLOGY if chemotherapy else CHRONIC
        found = dice.choices(main, cum_weights=self.zipf[len(main)])
        if OF_ONE_SEX.get(found[0], sex) != sex:
            found = [main[0]]
        if chemotherapy and not visit:
            found.insert(0, TREATMENT)
        for code in dice.choices(OTHER, cum_weights=self.zipf[len(OTHER)], k=dice.randint(0, 5)):
            if code not in found:
                found.append(code)
        return found

    def _claim(
        self,
        sex: str,
        other_payer: tuple[str, str, str] | None,
        other_subscriber: list[str] | None,
        *,
        medicare: bool = False,
    ) -> list[str]:
        """Loop 2300 with its lines; `other_payer` has decided the claim before."""
        dice = self.dice
        self.claim += 1
        claim_id = f"C{self.claim:08d}"
        chemotherapy = dice.random() < 0.45
        lines = self._lines(chemotherapy)
        total = sum(line.cents for line in lines)
        codes = self._diagnoses(chemotherapy, sex, visit=lines[-1].drug is None)
        day = (self.today - timedelta(days=dice.randint(5, 90))).strftime("%Y%m%d")
        # carriers of Part B take no replacements
        replaces = dice.random() < 0.03 and not (medicare and not self.facility)
        frequency = "7" if replaces else "1"
        hospital_site = not self.facility and dice.random() < 0.1
        if self.facility:
            made = [
                f"CLM*{claim_id}*{money(total)}***13:A:{frequency}**A*Y*Y",
                f"DTP*434*RD8*{day}-{day}",
                "CL1*3*1*01",
            ]
        else:
            place = "49" if hospital_site else "11"
            made = [f"CLM*{claim_id}*{money(total)}***{place}:B:{frequency}*Y*A*Y*Y"]
        if dice.random() < 0.45:
            made.append(f"REF*G1*PA{dice.randint(1_000_000, 9_999_999)}")
        if replaces:
            made.append(f"REF*F8*{dice.randint(10**11, 10**12 - 1)}")
        made += self._diagnosis_segments(codes)
        if replaces and self.facility:
            made.append("HI*BG:D1")
        made += self._claim_providers(hospital_site)
        paid = [line.cents * 3 // 5 for line in lines]
        if other_payer is not None and other_subscriber is not None:
            made += [
                f"SBR*P*18*******{self.filing(other_payer)}",
                f"AMT*D*{money(sum(paid))}",
                "OI***Y***Y",
                *other_subscriber,
                f"NM1*PR*2*{other_payer[0]}*****PI*{other_payer[1]}",
                f"REF*F8*{dice.randint(10**11, 10**12 - 1)}",
            ]
        numbered = dice.random() < 0.6
        pointers = "1:2" if len(codes) > 1 else "1"
        for i, line in enumerate(lines, 1):
            made.append(f"LX*{i}")
            if self.facility:
                made.append(f"SV2*{line.revenue}*{line.procedure}*{money(line.cents)}*UN*{line.units}")
            else:
                made.append(f"SV1*{line.procedure}*{money(line.cents)}*UN*{line.units}***{pointers}")
            made.append(f"DTP*472*D8*{day}")
            if numbered:
                made.append(f"REF*6R*{claim_id}L{i}")
            if line.drug is not None:
                quantity = line.units * line.drug.thousandths
                written = f"{quantity // 1000 or ''}.{quantity % 1000:03d}".rstrip("0").rstrip(".")
                made += [f"LIN**N4*{line.drug.ndc}", f"CTP****{written}*{line.drug.ndc_unit}"]
            if other_payer is not None:
                made += self._decided(line, paid[i - 1], other_payer[1], day)
        if self.faults and self.mischief.random() < self.faults:
            self.mischief.choice(list(FAULTS.values()))(made)
        return made

    def _diagnosis_segments(self, codes: Sequence[str]) -> list[str]:
        others = [f"ABF:{code}" for code in codes[1:]]
        if not self.facility:
            return ["*".join(["HI", f"ABK:{codes[0]}", *others])]
        made = [f"HI*ABK:{codes[0]}"]
        if self.dice.random() < 0.3:
            made.append(f"HI*APR:{codes[0]}")
        if others:
            made.append("*".join(["HI", *others]))
        return made

    def _claim_providers(self, hospital_site: bool) -> list[str]:
        dice = self.dice
        if self.facility:
            return dice.choice(self.attending)
        made: list[str] = []
        if dice.random() < 0.6:
            made += dice.choice(self.referring)
        made += dice.choice(self.rendering)
        if hospital_site:
            made += dice.choice(self.sites)
        return made

    def _decided(self, line: Line, paid: int, payer_id: str, day: str) -> list[str]:
        """Loop 2430: paid and the two adjustments add up to the charge of the line."""
        patient = paid // 4
        contract = line.cents - paid - patient
        revenue = line.revenue if self.facility else ""
        made = [f"SVD*{payer_id}*{money(paid)}*{line.procedure}*{revenue}*{line.units}"]
        made.append(f"CAS*CO*45*{money(contract)}")
        if patient:
            made.append(f"CAS*PR*2*{money(patient)}")
        decided = date.fromisoformat(day) + timedelta(days=4)
        made.append(f"DTP*573*D8*{decided.strftime('%Y%m%d')}")
        return made


# ---------------------------------------------------------------- faults


def _first(made: list[str], start: str) -> int:
    """Index of the first segment of a claim that begins so; that of its last segment where none does."""
    return next((i for i, text in enumerate(made) if text.startswith(start)), len(made) - 1)


def _service(made: list[str], code: str) -> int:
    return next((i for i, text in enumerate(made) if text[:3] in ("SV1", "SV2") and code in text), -1)


def _changed(old: str, new: str) -> Callable[[list[str]], None]:
    """A fault that changes a text of the first service line that has it."""

    def spoil(made: list[str]) -> None:
        at = _service(made, old)
        if at >= 0:
            made[at] = made[at].replace(old, new, 1)

    return spoil


def _element(start: str, place: int, change: Callable[[str], str]) -> Callable[[list[str]], None]:
    """A fault in an element of the first segment that begins so."""

    def spoil(made: list[str]) -> None:
        at = _first(made, start)
        parts = made[at].split("*")
        if made[at].startswith(start) and len(parts) > place:
            parts[place] = change(parts[place])
            made[at] = "*".join(parts)

    return spoil


def _line_twice(made: list[str]) -> None:
    last = max(i for i, text in enumerate(made) if text.startswith("LX*"))
    number = int(made[last][3:]) + 1
    made += [f"LX*{number}", *(text for text in made[last + 1 :] if not text.startswith("REF*6R*"))]


def _next_digit(text: str) -> str:
    return text[:-1] + str((int(text[-1]) + 1) % 10)


FAULTS: dict[str, Callable[[list[str]], None]] = {
    "waste modifier missing": _changed(":JZ", ""),
    "visit without modifier 25": _changed(":25", ""),
    "two initial services": _changed("HC:96375", "HC:96374"),
    "chemotherapy beside a therapeutic infusion": _changed("HC:96375", "HC:96365"),
    "too many hours": _element("SV1*HC:9641", 4, lambda _: "12"),
    "total is not the sum of the lines": _element("CLM", 2, lambda text: f"{float(text) + 1:.2f}"),
    "check digit of an NPI": _element("NM1*82", 9, _next_digit),
    "ten digits of an NDC": _element("LIN", 3, lambda text: text[:-1]),
    "quantity of an NDC in billing units": _element("CTP", 4, lambda _: "5000"),
    "diagnosis that is a heading": _element("HI*", 1, lambda text: text.partition(":")[0] + ":C50"),
    "date that does not exist": _element("DTP*472", 3, lambda _: "20240931"),
    "modifier twice": _changed("HC:96375", "HC:96375:59:59"),
    "line billed twice": _line_twice,
}
"""Faults that a claim may get, by what they are; one that finds nothing to spoil leaves the claim clean."""


TODAY = date(2024, 9, 30)
"""The day of the file: services lie 5 to 90 days before it."""


def _stream(kind: str, n: int, seed: int, faults: float = 0.0) -> Iterator[bytes]:
    if n < 1:
        raise ValueError("a file has at least one claim")
    file = _File(kind, seed, faults)
    version = "005010X223A2" if file.facility else "005010X222A1"
    control = f"{seed % 10**9:09d}"
    sender, receiver = "SUBMITTER01", "RECEIVER01"

    def text(segments: Sequence[str]) -> bytes:
        return ("~".join(segments) + "~").encode("ascii")

    yield text(
        [
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{receiver:15}*240930*0800*^*00501*{control}*0*T*:",
            f"GS*HC*{sender}*{receiver}*20240930*0800*1*X*{version}",
        ]
    )
    sets = 0
    for begin in range(0, n, CLAIMS_PER_SET):
        sets += 1
        left = min(CLAIMS_PER_SET, n - begin)
        file.level = 0
        head = [
            f"ST*837*{sets:04d}*{version}",
            f"BHT*0019*00*B{control}{sets:04d}*20240930*0800*CH",
            "NM1*41*2*CLEARWATER BILLING*****46*SUBMITTER01",
            "PER*IC*BILLING OFFICE*TE*5125550100",
            "NM1*40*2*EXAMPLE CLEARINGHOUSE*****46*RECEIVER01",
        ]
        count = len(head)
        yield text(head)
        while left:
            block = min(left, file.dice.randint(5, 40))
            left -= block
            part = file.provider()
            while block:
                household, claims = file.household(block)
                block -= claims
                part += household
            count += len(part)
            yield text(part)
        yield text([f"SE*{count + 1}*{sets:04d}"])
    yield text([f"GE*{sets}*1", f"IEA*1*{control}"])


def claims_837p(n: int, seed: int = 1, *, faults: float = 0.0) -> Iterator[bytes]:
    """An interchange of `n` professional claims, in pieces of some forty claims.

    Args:
        n: how many claims.
        seed: another number, another file.
        faults: share of the claims that get a fault.

    Raises:
        ValueError: `n` is less than 1.
    """
    return _stream("837p", n, seed, faults)


def claims_837i(n: int, seed: int = 1, *, faults: float = 0.0) -> Iterator[bytes]:
    """An interchange of `n` outpatient hospital claims, in pieces of some forty claims.

    Args:
        n: how many claims.
        seed: another number, another file.
        faults: share of the claims that get a fault.

    Raises:
        ValueError: `n` is less than 1.
    """
    return _stream("837i", n, seed, faults)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one file to standard output."""
    parser = argparse.ArgumentParser(description="Write a made-up 837 file.")
    parser.add_argument("--claims", type=int, default=2000, help="how many claims (default 2000)")
    parser.add_argument("--kind", choices=("837p", "837i"), default="837p")
    parser.add_argument("--seed", type=int, default=1, help="another number, another file")
    parser.add_argument("--faults", type=float, default=0.0, help="share of claims with a fault (default 0)")
    chosen = parser.parse_args(arguments)
    if chosen.claims < 1:
        parser.error("--claims must be at least 1")
    if not 0 <= chosen.faults <= 1:
        parser.error("--faults is a share from 0 to 1")
    make = claims_837p if chosen.kind == "837p" else claims_837i
    try:
        for piece in make(chosen.claims, chosen.seed, faults=chosen.faults):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has what it wanted; say nothing on the way out either
        sys.stderr.close()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
