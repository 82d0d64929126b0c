"""LibreOffice, where it is installed: a second program that says what a Word file holds."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
CALC = bool(SOFFICE) and (Path(SOFFICE).resolve().parent / "libsclo.so").exists()
needs_libreoffice = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed (apt-get install libreoffice-writer-nogui)"
)
needs_calc = pytest.mark.skipif(not CALC, reason="Calc is not installed (apt-get install libreoffice-calc-nogui)")
#: How each kind is written: text as UTF-8; every sheet as a file of its own, as shown, all cells quoted.
FILTERS = {
    "txt": "txt:Text (encoded):UTF8",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1",
}

MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Settle(source As String, target As String, order As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
  dispatcher.executeDispatch(document.CurrentController.Frame, order, "", 0, Array())
  Dim form(0) As New com.sun.star.beans.PropertyValue
  form(0).Name = "FilterName"
  form(0).Value = "Text (encoded)"
  document.storeToURL(target, form())
  document.close(True)
End Sub
</script:module>
"""


def accepted_by_libreoffice(data: bytes, folder: Path, reject: bool = False) -> str:
    """The words of a Word file after LibreOffice has accepted, or rejected, every tracked change in it."""
    assert SOFFICE
    profile = folder / "profile"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    module = profile / "user" / "basic" / "Standard" / "Module1.xba"
    if not module.exists():  # it makes its own at the first start, over whatever is there
        subprocess.run([*command, "--terminate_after_init"], check=True, capture_output=True, timeout=120)
        module.write_text(MODULE)
    source, target = folder / "tracked.docx", folder / "settled.txt"
    source.write_bytes(data)
    target.unlink(missing_ok=True)
    order = ".uno:RejectAllTrackedChanges" if reject else ".uno:AcceptAllTrackedChanges"
    macro = f'macro:///Standard.Module1.Settle("{source.as_uri()}","{target.as_uri()}","{order}")'
    subprocess.run([*command, macro], check=True, capture_output=True, timeout=120)
    return target.read_text(encoding="utf-8-sig")


def converted(data: bytes, suffix: str, target: str, folder: Path) -> dict[str, Path]:
    """The files LibreOffice makes of one: by the name of the sheet for a spreadsheet as csv, else under ""."""
    assert SOFFICE
    source, out = folder / f"source.{suffix}", folder / target
    source.write_bytes(data)
    command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", FILTERS.get(target, target), "--outdir", str(out), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return {file.stem.removeprefix("source").lstrip("-"): file for file in out.iterdir()}
