"""The workbooks of generated companies, calculated by LibreOffice from their formulas alone: ``make libreoffice``."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl

from rendering.report import Report
from rendering.workbook import workbook
from tests.rendering.companies import COMPANIES, WHOLE, Read, report
from tests.rendering.test_workbook import expected, on_an_edge, same

EACH = 10
PATIENCE = 600


def companies(kind: str, luck: random.Random) -> list[dict[str, Any]]:
    """The one of which all is known, and others with amounts of their own."""
    changed = [
        {name: luck.randint(1, 3 * value) if isinstance(value, int) and not isinstance(value, bool) else value for name, value in WHOLE[kind].items()}
        for _ in range(EACH - 1)
    ]
    return [WHOLE[kind], *changed]


def main() -> int:
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice is not there. Remedy: apt-get install --no-install-recommends libreoffice-calc")
        return 2
    luck = random.Random(2026)
    made = {f"{kind}-{number}": report(kind, facts) for kind in sorted(COMPANIES) for number, facts in enumerate(companies(kind, luck))}
    with TemporaryDirectory() as folder:
        differences = compared(office, Path(folder), made)
    print(*differences, sep="\n")
    print(f"{len(made)} workbooks, {len(differences)} differences")
    return 1 if differences else 0


def compared(office: str, folder: Path, made: dict[str, Report]) -> list[str]:
    """Where LibreOffice says something else than the advice."""
    (folder / "out").mkdir()
    for name, one in made.items():
        path = folder / f"{name}.xlsx"
        path.write_bytes(workbook(one))
        openpyxl.load_workbook(path).save(path)  # which drops the cached values
    paths = [str(folder / f"{name}.xlsx") for name in made]
    command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, *paths], check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = []
    for name, one in made.items():
        read = Read((folder / "out" / f"{name}.xlsx").read_bytes())
        for key, value in expected(one).items():
            calculated = read.named(key)
            if not same(None if calculated == "" else calculated, value) and not (isinstance(value, str) and on_an_edge(one)):
                found.append(f"{name}: {key} is {calculated}, the advice says {value}")
    return found


if __name__ == "__main__":
    sys.exit(main())
