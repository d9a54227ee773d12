"""Valid 837 files as lists of segments, what tests do with them, and what the reader says of the result."""

import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType
from typing import IO

from edi.x12.findings import Fault
from edi.x12.reader import Reader, Unit

PROFESSIONAL = """
ST*837*0001*005010X222A1
BHT*0019*00*B1*20260309*0800*CH
NM1*41*2*BILLING CO*****46*SUB1
PER*IC*PAT ROE*TE*5185550100
NM1*40*2*CLEARING HOUSE*****46*REC1
HL*1**20*1
PRV*BI*PXC*261QI0500X
NM1*85*2*ALBANY INFUSION GROUP*****XX*1234567893
N3*100 ELM ST*SUITE 2
N4*ALBANY*NY*122071234
REF*EI*123456789
PER*IC*PAT ROE*TE*5185550199
NM1*87*2
N3*PO BOX 7
N4*ALBANY*NY*122071234
HL*2*1*22*0
SBR*P*18*G55******CI
NM1*IL*1*DOE*JANE*Q***MI*M123
N3*7 OAK LANE
N4*TROY*NY*12180
DMG*D8*19600505*F
NM1*PR*2*ACME HEALTH*****PI*12345
CLM*P1*450***11:B:1*Y*A*Y*Y
DTP*431*D8*20260301
REF*G1*AUTH1
REF*EA*MR1
HI*ABK:K5090*ABF:Z79899
NM1*DN*1*JONES*MAX****XX*1882234565
NM1*82*1*SMITH*ANN*B***XX*1881234567
PRV*PE*PXC*207RH0003X
SBR*S*01*G9*BIG EMPLOYER*****CI
CAS*PR*1*100
AMT*D*300
OI***Y***Y
NM1*IL*1*DOE*JOHN****MI*M999
N3*7 OAK LANE
N4*TROY*NY*12180
NM1*PR*2*OTHER PLAN*****PI*54321
LX*1
SV1*HC:96365*200*UN*1***1
DTP*472*D8*20260303
REF*6R*L1
NM1*82*1*BROWN*LEE****XX*1883234563
SVD*54321*100*HC:96365**1
CAS*PR*1*100
DTP*573*D8*20260401
LX*2
SV1*HC:J1745:JZ*250*UN*50***1:2
DTP*472*D8*20260303
LIN**N4*57894003001
CTP****50*UN
HL*3*1*22*1
SBR*P**G56******CI
NM1*IL*1*ROE*RICHARD****MI*M124
NM1*PR*2*ACME HEALTH*****PI*12345
HL*4*3*23*0
PAT*19
NM1*QC*1*ROE*ROSE
N3*8 OAK LANE
N4*TROY*NY*12180
DMG*D8*20150505*F
CLM*P2*200***11:B:1*Y*A*Y*Y
HI*ABK:K5090
LX*1
SV1*HC:96365*200*UN*1***1
DTP*472*D8*20260303
SE*67*0001
""".strip().splitlines()

FACILITY = """
ST*837*0001*005010X223A2
BHT*0019*00*B1*20260309*0800*CH
NM1*41*2*BILLING CO*****46*SUB1
PER*IC*PAT ROE*TE*5185550100
NM1*40*2*CLEARING HOUSE*****46*REC1
HL*1**20*1
PRV*BI*PXC*282N00000X
NM1*85*2*ALBANY HOSPITAL*****XX*1245319599
N3*100 ELM ST*SUITE 2
N4*ALBANY*NY*122071234
REF*EI*123456789
PER*IC*PAT ROE*TE*5185550199
NM1*87*2
N3*PO BOX 7
N4*ALBANY*NY*122071234
HL*2*1*22*0
SBR*P*18*G55******CI
NM1*IL*1*DOE*JANE*Q***MI*M123
N3*7 OAK LANE
N4*TROY*NY*12180
DMG*D8*19600505*F
NM1*PR*2*ACME HEALTH*****PI*12345
CLM*F1*450***13:A:1**A*Y*Y
DTP*434*RD8*20260303-20260303
CL1*3*1*01
REF*G1*AUTH1
REF*EA*MR1
HI*ABK:K5090
HI*APR:R110
HI*ABF:Z79899
HI*BH:11:D8:20260301
HI*BE:80:::3
NM1*71*1*SMITH*ANN*B***XX*1881234567
PRV*AT*PXC*207RH0003X
NM1*72*1*JONES*MAX****XX*1882234565
SBR*S*01*G9*BIG EMPLOYER*****CI
CAS*PR*1*100
AMT*D*300
OI***Y***Y
NM1*IL*1*DOE*JOHN****MI*M999
N3*7 OAK LANE
N4*TROY*NY*12180
NM1*PR*2*OTHER PLAN*****PI*54321
LX*1
SV2*0260*HC:96365*200*UN*1
DTP*472*D8*20260303
REF*6R*L1
NM1*82*1*BROWN*LEE****XX*1883234563
SVD*54321*100*HC:96365*0260*1
CAS*PR*1*100
DTP*573*D8*20260401
LX*2
SV2*0636*HC:J1745*250*UN*50
DTP*472*D8*20260303
LIN**N4*57894003001
CTP****50*UN
HL*3*1*22*1
SBR*P**G56******CI
NM1*IL*1*ROE*RICHARD****MI*M124
NM1*PR*2*ACME HEALTH*****PI*12345
HL*4*3*23*0
PAT*19
NM1*QC*1*ROE*ROSE
N3*8 OAK LANE
N4*TROY*NY*12180
DMG*D8*20150505*F
CLM*F2*200***13:A:1**A*Y*Y
DTP*434*RD8*20260303-20260303
CL1*3*1*01
HI*ABK:K5090
NM1*71*1*SMITH*ANN*B***XX*1881234567
LX*1
SV2*0260*HC:96365*200*UN*1
DTP*472*D8*20260303
SE*75*0001
""".strip().splitlines()

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def program(name: str) -> ModuleType:
    """A program of the folder benchmarks, as a module."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


BASES = {"837p": PROFESSIONAL, "837i": FACILITY}
ISA = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    "*260309*0800*^*00501*000000001*0*T*:"
)


def counted(segments: list[str]) -> list[str]:
    """A transaction set whose SE01 is right."""
    return [
        f"SE*{i + 1}*{s.split('*')[2]}" if s.startswith("SE*") and len(s.split("*")) == 3 else s
        for i, s in enumerate(segments)
    ]


def wrapped(*sets: list[str], version: str = "", ending: str = "") -> bytes:
    """An interchange of one group of transaction sets; `ending` follows each terminator."""
    found = version or sets[0][0].split("*")[3]
    text = [
        ISA,
        f"GS*HC*SENDER*RECEIVER*20260309*0800*1*X*{found}",
        *(s for one in sets for s in one),
        f"GE*{len(sets)}*1",
        "IEA*1*000000001",
    ]
    return "".join(s + "~" + ending for s in text).encode("latin-1")


def faults(data: bytes | IO[bytes]) -> list[Fault]:
    """All faults of an input, in the order of their places."""
    found: list[Fault] = []
    for event in Reader(io.BytesIO(data) if isinstance(data, bytes) else data):
        if isinstance(event, Fault):
            found.append(event)
        elif isinstance(event, Unit):
            found += event.faults
    return sorted(found, key=lambda f: (f.interchange, f.group, f.set, f.ordinal, f.element or 0))


def said(data: bytes) -> list[tuple[str, str, int]]:
    """Kind, address and ordinal of all faults of an input."""
    return [(f.kind, f.address, f.ordinal) for f in faults(data)]
