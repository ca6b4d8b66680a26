"""HTML from notebooks and from data, cut to what a report needs: markup that is not on the list shows as text."""

from __future__ import annotations

import re
from functools import cache

from bleach.sanitizer import Cleaner  # type: ignore[import-untyped]

__all__ = ["clean"]

TAGS = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img kbd li ol p pre q s section small span strong sub summary sup table tbody td tfoot th thead tr ul var
"""
ANYWHERE = frozenset({"class", "id", "lang", "role", "tabindex", "title"})
OF_TAG = {
    "a": {"href", "download", "rel"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*")
ADDRESS = re.compile(r"https?://[^\s<>\"']+|mailto:[^\s<>\"':]+|#[\w%.:-]*|(\.\./)?\w[\w./%-]*(#[\w%.:-]*)?")
STYLE_BLOCK = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)


def clean(html: str) -> str:
    """HTML with nothing that runs, loads from elsewhere or changes the page's style.

    Scripts, frames, forms, event attributes and addresses other than http, https, mailto and relative ones go; pictures
    must be embedded. Tags that are not accepted are written out as text.
    """
    return str(_cleaner().clean(STYLE_BLOCK.sub("", html)))


def _accepted(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return bool(PICTURE.fullmatch(value))
    if name == "href":
        return bool(ADDRESS.fullmatch(value))
    return name in ANYWHERE or name.startswith("aria-") or name in OF_TAG.get(tag, ())


@cache
def _cleaner() -> Cleaner:
    return Cleaner(tags=TAGS.split(), attributes=_accepted, protocols={"http", "https", "mailto", "data"})
