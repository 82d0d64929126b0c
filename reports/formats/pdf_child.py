"""Sets one report in a process of its own, so that the memory typst keeps between documents goes with it.

    python pdf_child.py FOLDER FONTS SECONDS

reads FOLDER/report.typ and what that names inside FOLDER, writes FOLDER/report.pdf dated SECONDS after 1970.
"""

import ctypes
import resource
import signal
import sys
from pathlib import Path

import typst

MEMORY = 2 * 1024**3  # bytes of address space
PR_SET_PDEATHSIG = 1


def main(folder: str, fonts: str, seconds: str) -> None:
    """Compiles with nothing but that folder and those fonts within reach."""
    if sys.platform == "linux":  # nobody is left to end it where the worker was killed
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    root = Path(folder)
    compiler = typst.Compiler(
        str(root / "report.typ"),
        root=folder,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]),
        ignore_system_fonts=True,
        package_path=str(root / "packages"),
        package_cache_path=str(root / "packages"),
    )
    for standards in (["ua-1"], []):  # the standard refuses a character that no font has; tagged it is either way
        try:
            compiler.compile(
                output=str(root / "report.pdf"), format="pdf", timestamp=int(seconds), pdf_standards=standards
            )
        except typst.TypstError:
            if not standards:
                raise
        else:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
