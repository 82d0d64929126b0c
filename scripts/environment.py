"""The virtual environment of the project, made with the standard library alone."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
NEWEST = ("python3.14", "python3.13", "python3.12", "python3.11")


def need_python_3_11() -> None:
    """Go on in a Python of 3.11 or newer: this one, else one on PATH; ends the program where there is none."""
    if sys.version_info >= (3, 11):  # noqa: UP036 - what starts us may be older
        return
    for name in NEWEST:
        path = shutil.which(name)
        if path:
            os.execv(path, [path, *sys.argv])
    sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")


def ensure(lock: str) -> str:
    """Make .venv hold what requirements/LOCK.txt lists, hashes checked; the path of its Python.

    Does nothing where the stamp says so already. The lock "dev" holds all of "runtime".
    """
    wanted = {name: _fingerprint(name) for name in ("runtime", "dev")}
    good = {wanted["dev"], wanted[lock]}
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() in good:
        return str(PYTHON)
    print("Installing what Widemargin needs (once, some minutes at most) ...", file=sys.stderr, flush=True)
    _install(lock)
    STAMP.write_text(wanted[lock])
    return str(PYTHON)


def _fingerprint(lock: str) -> str:
    text = (ROOT / "requirements" / f"{lock}.txt").read_bytes()
    return f"{lock} {hashlib.sha256(text).hexdigest()} {sys.version_info.major}.{sys.version_info.minor}"


def _install(lock: str) -> None:
    """With uv where it is at hand, else with venv and pip; where Python has no ensurepip, with a uv of our own."""
    requirements = ["--require-hashes", "-r", str(ROOT / "requirements" / f"{lock}.txt")]
    uv = shutil.which("uv")
    if uv and _with_uv(uv, requirements):
        return
    if _works([sys.executable, "-c", "import ensurepip, venv"], quiet=True):
        if not PYTHON.exists() and not _works([sys.executable, "-m", "venv", str(VENV)]):
            sys.exit(f"The virtual environment {VENV} could not be made.")
        if _works([str(PYTHON), "-m", "pip", "--version"], quiet=True):
            if _works([str(PYTHON), "-m", "pip", "install", "--quiet", *requirements]):
                return
            sys.exit("pip could not install the requirements; see above.")
    tools = ROOT / ".tools"
    own_uv = tools / "bin" / "uv"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tools), "uv"]
    if not own_uv.exists() and not _works(pip):
        sys.exit("Neither uv, nor Python's ensurepip, nor pip is here. Install python3-venv or uv, then try again.")
    if not _with_uv(str(own_uv), requirements):
        sys.exit("uv could not install the requirements; see above.")


def _with_uv(uv: str, requirements: list[str]) -> bool:
    made = PYTHON.exists() or _works([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)])
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *requirements]
    return made and _works(install)


def _works(command: list[str], quiet: bool = False) -> bool:
    out = subprocess.DEVNULL if quiet else sys.stderr
    return subprocess.run(command, stdout=out, stderr=out, cwd=ROOT, check=False).returncode == 0
