"""The pictures that a question shows from files of its bank."""

from pathlib import Path
from xml.etree.ElementTree import ParseError, fromstring

from qgen.document.exam import Asset

IMAGE_FORMS = ("svg", "pdf", "png", "jpg", "jpeg")
MAX_IMAGE_BYTES = 5_000_000
_BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "pdf": b"%PDF"}


def read_picture(
    target: str, beside: Path, folder: Path, called: str = "bank"
) -> tuple[Asset, str | None]:
    """A picture in all forms that lie side by side, and what is wrong with it, if anything is.

    `target` is relative to the file `beside` which it stands; it must lie inside `folder`, which
    messages name as it is `called`.
    """
    name = Path(target).stem
    try:
        path, inside = (beside.parent / target).resolve(), folder.resolve()
        if not path.is_relative_to(inside):
            return Asset(name, {}), f"the picture '{target}' lies outside the {called}"
        fault = _fault(target, path)
        if fault:
            return Asset(name, {}), fault
        files = _files(path)
        for file in files:
            if not file.resolve().is_relative_to(inside):
                return Asset(name, {}), f"'{file.name}' beside '{target}' leads out of the {called}"
        forms = {}
        for file in files:
            form, content = _form(file), file.read_bytes()
            if not _is_picture(form, content):
                what = "SVG, or its root has no xmlns" if form == "svg" else form.upper()
                return Asset(name, {}), f"what '{file.name}' holds is no {what}"
            forms[form] = content
        return Asset(name, forms), None
    except (OSError, ValueError):
        return Asset(name, {}), f"the picture '{target}' cannot be read"


def _files(path: Path) -> list[Path]:
    """The picture's file and those beside it that differ in the extension alone."""
    # The file itself comes last: its extension may be in capitals.
    beside = (*(path.with_suffix(f".{form}") for form in IMAGE_FORMS), path)
    return [file for file in beside if file.is_file() and file.stat().st_size <= MAX_IMAGE_BYTES]


def _form(file: Path) -> str:
    form = file.suffix.lower().lstrip(".")
    return "jpg" if form == "jpeg" else form


def _is_picture(form: str, content: bytes) -> bool:
    """Whether the content begins as a file of this form does: a program that shows it can tell."""
    if form in _BEGINNINGS:
        return content.startswith(_BEGINNINGS[form])
    try:
        return fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    except (ParseError, ValueError, LookupError):
        return False


def _fault(target: str, path: Path) -> str | None:
    if path.suffix.lower().lstrip(".") not in IMAGE_FORMS:
        return f"'{target}': use {', '.join(IMAGE_FORMS)}"
    if not path.is_file():
        return f"there is no picture '{target}'"
    if path.stat().st_size > MAX_IMAGE_BYTES:
        return f"the picture '{target}' has more than 5 MB"
    return None
