"""Small files in the published layouts of reference data; invented codes where the real ones hold CPT."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from edi.refdata import Lists, ShippedEdits, ShippedTables
from edi.refdata.loaders import Asked
from edi.refdata.store import Added, Store, StoreSource

ADDED = datetime(2026, 11, 2, 9, 30)

PTP_HEAD = (
    "A notice\r\n\r\nColumn1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tRationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\r\n\t\t\t\t*=no data\t1=allowed\r\n"
)
PTP_ROWS = (
    ("00AA1", "00AA2", "", "20130101", "*", "1"),
    ("00AA1", "00AA3", "*", "19960101", "20240930", "0"),
    ("00AA1", "00AA3", "", "20250101", "*", "1"),
    ("00AA1", "00AA4", "", "20200101", "20200101", "9"),
    ("00AA2", "00AA5", "", "20261001", "*", "0"),
)
MUE_HEAD = (
    '"A notice over\nseveral, lines",,,\n"HCPCS/\nCPT Code",'
    "{service} MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
)
RVU_HEAD = (
    ",,2026 National Physician Fee Schedule Relative Value File January Release,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
    ",,A notice,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
    ",, , ,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,\n"
    ",,,,NOT USED,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED\n"
    ",,,,FOR,,,NON-FAC,,FACILITY ,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS\n"
    ",,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,"
    "MULT,BILAT,"
    "ASST,CO-,TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT\n"
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,"
    "DAYS,OP,OP,OP,PROC,"
    "SURG,SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT\n"
)
ASP_HEAD = (
    "Payment Allowance Limits for Medicare Part B Drugs,,,,\n"
    '"Effective October 1, 2026 through December 31, 2026",,,,\n'
    ",,,,\nHCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Notes\n"
)
ADDENDUM_HEAD = (
    "Addendum B.-OPPS Payment by HCPCS Code for CY 2026,,,,,,,,,,\nA notice,,,,,,,,,,\n\n\n"
    "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,National Unadjusted Copayment,"
    "Minimum Unadjusted Copayment,IRA Coinsurance percentage,Adjusted Beneficiary Copayment,Note\n"
)
GPCI_HEAD = (
    "ADDENDUM E. FINAL CY 2026 GPCIs,,,,,,,\n,,,,,,,\n"
    '"Medicare Administrative Contractor (MAC)",State,Locality Number,Locality Name,'
    "2026 PW GPCI (without 1.0 Floor),"
    "2026 PW GPCI (with 1.0 Floor),2026 PE GPCI,2026 MP GPCI\n"
)
NDC_HEAD = (
    "{title}\n\n\n\n\n\n\n\n_2026_CODE,Short Description,LABELER NAME,NDC,Drug Name,"
    "HCPCS dosage,PKG SIZE,PKG QTY,"
    "BILLUNITS,BILLUNITSPKG\n"
)
AOC_HEAD = (
    "A notice\nAOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\t"
    "AOC_Edit_DelDT\t"
    "Special_Instruction_Notes\n"
)
TAXONOMY_HEAD = "Code,Grouping,Classification,Specialization,Definition,Notes,Display Name,Section\n"
POA_HEAD = "OrdFY27\tPOAexemptCode\tDescription\n"
REASONS_HEAD = "Code,Description,Start Date,Last Modified,Stop Date,Notes\n"


def ptp(rows: Sequence[Sequence[str]] = PTP_ROWS) -> bytes:
    return (PTP_HEAD + "".join("\t".join((*row, "A rationale \x96\r\n")) for row in rows)).encode("latin-1")


def mue(service: str = "Practitioner Services", rows: Mapping[str, tuple[int, str]] | None = None) -> bytes:
    rows = rows or {
        "00AA1": (2, "2 Date of Service Edit: Policy"),
        "96365": (3, "3 Date of Service Edit: Clinical"),
    }
    return (
        MUE_HEAD.format(service=service)
        + "".join(f"{code},{n},{mai},A rationale\n" for code, (n, mai) in rows.items())
    ).encode()


def rvu_row(
    code: str, modifier: str = "", *, factor: str = "33.4009", total: str = "2.01", work: str = "0.21"
) -> str:
    return (
        f'{code},{modifier},"A text, with a comma",A,,{work},1.75,,1.75,NA,0.05,{total},2.01,5,XXX,'
        "0.00,0.00,0.00,0,0,0,0,0,,"
        f"{factor},09,0,99,0.00,0.00,0.00\n"
    )


def hcpcs_record(
    code: str,
    *,
    kind: str = "3",
    added: str = "19850101",
    ended: str = "",
    text: str = "A text",
    number: int = 100,
) -> str:
    place = code if kind in "34" else code.rjust(5)
    line = f"{place:<5}{number:05}{kind}{text:<80.80}{'SHORT':<28}"
    line = f"{line:<229}C"
    line = f"{line:<256}O1E"
    return f"{line:<268}{added:<8}{'20200101':<8}{ended:<8}N".ljust(320)


def icd_line(number: int, code: str, billable: str, short: str, long: str = "A long text") -> str:
    return f"{number:05} {code:<7} {billable} {short:<60} {long}"


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("latin-1"))
    return path


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def load(
    store: Store,
    file: Path,
    *,
    kind: str | None = None,
    setting: str | None = None,
    start: date | None = None,
    through: date | None = None,
    whole: bool = False,
) -> list[Added]:
    asked = Asked(kind=kind, setting=setting, start=start, through=through, whole=whole)
    return store.add(file, asked=asked, added=ADDED)[0]


def lists(store: Store) -> Lists:
    own = StoreSource(store.path)
    return Lists((own, ShippedTables()), (own, ShippedEdits()))
