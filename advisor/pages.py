"""What browsers load: the demo page at ``/``, the widget's files, and the documents."""

from __future__ import annotations

from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Mapping, Optional

from markdown_it import MarkdownIt
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from advisor.settings import ROOT

DEMO = ROOT / "widget" / "demo"
WIDGET = ROOT / "widget" / "dist"
DOCUMENTS = ROOT / "docs"
FRAME = "document.html"
"""Of the demo's files the one that a document is put into."""
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ANYWHERE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Headers of the files that pages of other sites load; which of them may, Rasa's CORS adds."""
OURS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Headers of our own page."""


def add_pages(app: Sanic) -> None:
    """The files, read once."""
    demo, widget, documents = files_in(DEMO), files_in(WIDGET), documents_in(DOCUMENTS)

    @app.middleware("request")
    async def greet(request: Request) -> Optional[HTTPResponse]:
        # Rasa has taken "/" for its own greeting, and a route cannot be taken back.
        return served(request, demo["index.html"], OURS) if request.path == "/" else None

    @app.get("/demo/<name>", name="demo")
    async def demo_file(request: Request, name: str) -> HTTPResponse:
        return served(request, demo.get(name), OURS)

    @app.get("/widget/<name>", name="widget")
    async def widget_file(request: Request, name: str) -> HTTPResponse:
        return served(request, widget.get(name), ANYWHERE)

    @app.get("/docs/<name>", name="document")
    async def document(request: Request, name: str) -> HTTPResponse:
        return served(request, documents.get(name.removesuffix(".md")), OURS)


class StaticFile:
    """A file with the tag by which a browser asks whether it has changed."""

    def __init__(self, content: bytes, suffix: str) -> None:
        self.content = content
        self.type = TYPES[suffix]
        self.tag = f'"{sha256(content).hexdigest()[:16]}"'


def files_in(folder: Path) -> Mapping[str, StaticFile]:
    return {path.name: StaticFile(path.read_bytes(), path.suffix) for path in sorted(folder.iterdir()) if path.suffix in TYPES}


def documents_in(folder: Path) -> Mapping[str, StaticFile]:
    """The Markdown files as pages, by name without the ending."""
    frame = (DEMO / FRAME).read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return {path.stem: StaticFile(page(frame, path, markdown).encode(), ".html") for path in sorted(folder.glob("*.md"))}


def page(frame: str, path: Path, markdown: MarkdownIt) -> str:
    """A document in the frame of our pages."""
    text = path.read_text(encoding="utf-8")
    title = text.partition("\n")[0].lstrip("# ")
    return frame.replace("{{ title }}", escape(title)).replace("{{ document }}", markdown.render(text))


def served(request: Request, file: Optional[StaticFile], headers: Mapping[str, str]) -> HTTPResponse:
    """The file, or that the browser has it."""
    if file is None:
        return raw(b"", status=404, content_type="text/plain")
    headers = {**headers, "ETag": file.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == file.tag:
        return raw(b"", status=304, headers=headers)
    return raw(file.content, content_type=file.type, headers=headers)
