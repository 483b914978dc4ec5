"""The site: python -m docs.site (make docs)

Writes build/site/html, which opens from a disk. Fails where Zensical warns, and where a link, an anchor or a picture
leads nowhere or is loaded from elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from docs.site.check import find_faults
from docs.site.stage import ROOT, stage

SHIM = Path(__file__).with_name("iframe-worker.js")
SHIM_ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
FOLDER = ROOT / "build" / "site"


def build(folder: Path) -> Path:
    """The folder of the finished site below an empty or earlier one; exits with what is wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stage(folder)
    ended = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder, check=False)
    if ended.returncode:
        sys.exit(ended.returncode)
    _bring_home(folder / "html")
    faults = find_faults(folder / "html")
    if faults:
        sys.exit("\n".join(faults))
    return folder / "html"


def _bring_home(site: Path) -> None:
    """Lets pages take from beside them what Zensical would load from elsewhere; drops what only a server can use."""
    (site / "404.html").unlink()
    shutil.copy(SHIM, site / "assets" / SHIM.name)
    for page in site.rglob("*.html"):
        up = "../" * (len(page.relative_to(site).parts) - 1)
        text = page.read_text("utf-8")
        page.write_text(text.replace(SHIM_ELSEWHERE, f"{up}assets/{SHIM.name}"), "utf-8")


if __name__ == "__main__":
    print(f"the site is {build(FOLDER) / 'index.html'}")
