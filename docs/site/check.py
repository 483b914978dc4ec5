"""Whether the finished site holds together: links and pictures lead somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Attributes by which a browser loads something on its own.
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("video", "src")}
HINTS = {"canonical", "next", "prev", "alternate"}  # links of a head that load nothing
URL = re.compile(r"url\((['\"]?)(https?:[^)'\"]+)\1\)")


class _Page(HTMLParser):
    """The ids of a page, where it links to, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what one tag says."""
        told = dict(attrs)
        self.ids.update(filter(None, (told.get("id"), told.get("name"))))
        if tag == "link" and told.get("rel") in HINTS:
            return
        for name, value in attrs:
            if value and (tag, name) in LOADED:
                self.loads.append(value)
            elif value and (tag, name) == ("a", "href"):
                self.links.append(value)


def find_faults(site: Path) -> list[str]:
    """A sentence for every link that leads nowhere and everything that is loaded from elsewhere."""
    pages = {path.resolve(): _Page(path) for path in sorted(site.rglob("*.html")) if "examples" not in path.parts}
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        faults += [f"{name} loads {one}" for one in page.loads if urlsplit(one).scheme in ("http", "https")]
        faults += [f"{name} leads to {one}, which is not there" for one in page.links if not _leads(path, one, pages)]
        faults += [f"{name} loads {one}, which is not there" for one in page.loads if not _leads(path, one, pages)]
    for sheet in sorted(site.rglob("*.css")):
        faults += [f"{sheet.name} loads {found[2]}" for found in URL.finditer(sheet.read_text("utf-8"))]
    return faults


def _leads(page: Path, address: str, pages: dict[Path, _Page]) -> bool:
    """Whether an address leads somewhere; those outside of the site are not asked."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if place.is_dir():
        place /= "index.html"
    if not place.exists():
        return False
    return not parts.fragment or place not in pages or unquote(parts.fragment) in pages[place].ids
