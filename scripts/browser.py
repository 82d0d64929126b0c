"""The Chromium that browser tests drive: found, else fetched. Standard library only."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CACHES = (
    Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"),
    Path.home() / "Library" / "Caches" / "ms-playwright",
)
TOOLS = Path(__file__).resolve().parent.parent / ".tools"
UNPACKED = TOOLS / "chromium" / "chromium"

#: Playwright's, which a list of ours replaces, and the suggestions under the address bar: a page that Chromium would
#: draw anew behind every page that is opened, as costly as the page itself.
WITHOUT_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,"
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
)
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={WITHOUT_FEATURES}",
)


def find_chromium() -> str | None:
    """CHROMIUM, else one on PATH, else one Playwright has fetched, else one unpacked here; None without any."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            sys.exit(f"CHROMIUM={given} cannot be executed.")
        return given
    on_path = (shutil.which(name) for name in NAMES)
    fetched = (path for cache in CACHES for path in sorted(cache.glob("chromium*/*/*"), reverse=True))
    binaries = (
        str(path) for path in fetched if path.name in {"chrome", "headless_shell", "chrome-headless-shell", "Chromium"}
    )
    unpacked = str(UNPACKED) if UNPACKED.exists() else None
    return next(filter(None, on_path), None) or next(binaries, None) or unpacked


def fetch_chromium(python: str) -> str:
    """A Chromium by the first way that works: Playwright, apt (as root), an npm package. Ends the program if none."""
    print("Fetching a browser for the tests ...", file=sys.stderr, flush=True)
    for way in (_by_playwright, _by_apt, _by_npm):
        way(python)
        found = find_chromium()
        if found:
            return found
    sys.exit("No Chromium was found or could be fetched. Install one, or set CHROMIUM to its path.")


def _by_playwright(python: str) -> None:
    _works([python, "-m", "playwright", "install", "chromium"], seconds=300)


def _by_apt(python: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
        _works(install) or (_works(["apt-get", "update", "-q"]) and _works(install))


def _by_npm(python: str) -> None:
    """The package @sparticuz/chromium brings a Chromium with its libraries, packed with brotli."""
    npm = shutil.which("npm")
    if not npm:
        return
    with tempfile.TemporaryDirectory() as folder:
        if not _works([npm, "pack", "--ignore-scripts", "@sparticuz/chromium", "--pack-destination", folder]):
            return
        archive = next(Path(folder).glob("*.tgz"))
        shutil.unpack_archive(archive, folder, filter="data")
        UNPACKED.parent.mkdir(parents=True, exist_ok=True)
        for packed in (Path(folder) / "package" / "bin").glob("*.br"):
            _works([python, "-c", UNPACK, str(packed), str(UNPACKED.parent)])
    if UNPACKED.exists():
        UNPACKED.chmod(0o755)


#: Run by the project's Python, which has brotli: one file, or a tar of several, beside the binary.
UNPACK = """
import brotli, io, pathlib, sys, tarfile
source, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
data = brotli.decompress(source.read_bytes())
if ".tar" in source.name:
    tarfile.open(fileobj=io.BytesIO(data)).extractall(folder, filter="data")
else:
    (folder / source.stem).write_bytes(data)
"""


def _works(command: list[str], seconds: int = 900) -> bool:
    try:
        done = subprocess.run(command, stdout=sys.stderr, stderr=sys.stderr, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
