"""Google Drive's confirmation page: large files come only after the form on it was sent back."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

DRIVE_ADDRESS = "https://drive.google.com/uc"


class DriveRefusedError(ValueError):
    """Google Drive does not give the file; trying again at once would not help."""


def first_url(file_id: str, *, base: str = DRIVE_ADDRESS) -> str:
    """Where a file's download starts."""
    return f"{base}?{urlencode({'export': 'download', 'id': file_id})}"


def confirm_url(page: str, page_url: str) -> str:
    """The URL that the confirmation form leads to.

    Raises DriveRefusedError saying what the page is instead: over its quota, behind a login, or unknown.
    """
    form = _Form()
    form.feed(page)
    if form.action is not None:
        return f"{urljoin(page_url, form.action)}?{urlencode(form.inputs)}"
    lower = page.lower()
    if "quota" in lower or "too many users" in lower:
        raise DriveRefusedError("its download quota is used up for today; try tomorrow, or add it to your own Drive")
    if "accounts.google.com" in page_url or "servicelogin" in lower or "sign in" in lower:
        raise DriveRefusedError("it asks for a login: the file is not public (any more)")
    raise DriveRefusedError(f"it answered with a page titled {page_title(page)!r} instead of the file")


def page_title(page: str) -> str:
    """The title of an HTML page, for messages."""
    parser = _Form()
    parser.feed(page)
    return parser.title.strip()[:120] or "(no title)"


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.inputs: dict[str, str] = {}
        self.title = ""
        self._inside = self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title"
        if tag == "form" and values.get("id") == "download-form":
            self.action, self._inside = values.get("action", ""), True
        elif tag == "input" and self._inside and values.get("name"):
            self.inputs[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        self._inside = self._inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
