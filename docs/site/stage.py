"""Everything that the site is made of, laid into one folder, with links that hold there."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from docs.site.pages import command_line_page, decisions_page, errors_page, rest_page

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Documents outside of docs/, and the pages that they become.
TAKEN_IN = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "CODE_OF_CONDUCT.md": "project/code-of-conduct.md",
}
# Files that readers are sent to, shown as they are.
SHOWN = ("LICENSE", "CITATION.cff", "Dockerfile", "compose.yaml", "src/fakestormer/data/labels.py")
LEFT_OUT = ("README.md", "fakestormer.1", "site", "results")
LINK = re.compile(r"(\]\()([^)\s#][^)\s]*?)(#[^)\s]*)?(\))")
INTERVALS = re.compile(r"(\] )\[(?=[-+\d])")  # two in a row are no link
FENCE = re.compile(r"^ *(```|~~~)")


def stage(folder: Path) -> None:
    """Lays the pages, pictures and the configuration into an empty folder."""
    pages = folder / "pages"
    shutil.copytree(DOCS, pages, ignore=shutil.ignore_patterns(*LEFT_OUT, "__pycache__"))
    shutil.copytree(DOCS / "results", pages / "results", ignore=shutil.ignore_patterns("*.json"))
    (pages / "README.md").unlink(missing_ok=True)
    for document in (*pages.rglob("*.md"),):
        source = DOCS / document.relative_to(pages)
        document.write_text(mend_links(source.read_text("utf-8"), source, document, pages), "utf-8")
    for name, page in TAKEN_IN.items():
        document = pages / page
        document.parent.mkdir(parents=True, exist_ok=True)
        document.write_text(mend_links((ROOT / name).read_text("utf-8"), ROOT / name, document, pages), "utf-8")
    for name in SHOWN:
        (pages / _shown(name)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, pages / _shown(name))
    _write_made(pages)
    settings = (DOCS / "site" / "zensical.toml").read_text("utf-8")
    shutil.copy(DOCS / "site" / "extra.css", pages)
    (folder / "zensical.toml").write_text(settings.replace("SOURCES", str(ROOT / "src")), "utf-8")


def _write_made(pages: Path) -> None:
    made = {
        "reference/command-line.md": command_line_page(),
        "reference/errors.md": errors_page(),
        "reference/rest.md": rest_page(),
        "decisions/index.md": decisions_page(DOCS / "decisions"),
    }
    for name, text in made.items():
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text(text, "utf-8")


def mend_links(text: str, source: Path, page: Path, pages: Path) -> str:
    """The text of a document of the repository with links that lead to the same from its page; code is left alone."""
    lines, in_code = [], False
    for line in text.split("\n"):
        in_code ^= bool(FENCE.match(line))
        mended = LINK.sub(lambda found: _mend(found, source, page, pages), INTERVALS.sub(r"\1\\[", line))
        lines.append(line if in_code else mended)
    return "\n".join(lines)


def _mend(found: re.Match[str], source: Path, page: Path, pages: Path) -> str:
    opening, target, anchor, closing = found.groups()
    if re.match(r"[a-z]+:", target):
        return found[0]
    path = Path(os.path.normpath(source.parent / target))
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    if name in TAKEN_IN:
        place = pages / TAKEN_IN[name]
    elif name == "docs/README.md":
        place, anchor = pages / "decisions/index.md", None
    elif name == "examples":
        place, anchor = pages / "gallery/01_detect_one_video.md", None
    elif name in SHOWN:
        place = pages / _shown(name)
    elif path.is_relative_to(DOCS):
        place = pages / path.relative_to(DOCS)
    else:
        raise ValueError(f"{source} links to {target}, which is no page of the site: add it to docs/site/stage.py")
    return f"{opening}{Path(os.path.relpath(place, page.parent)).as_posix()}{anchor or ''}{closing}"


def _shown(name: str) -> str:
    return f"files/{Path(name).name}.txt"
