"""The pictures that a question shows from files of its bank."""

from pathlib import Path

from qgen.document.exam import Asset

IMAGE_FORMS = ("svg", "pdf", "png", "jpg", "jpeg")
MAX_IMAGE_BYTES = 5_000_000


def read_picture(target: str, beside: Path, folder: Path) -> tuple[Asset, str | None]:
    """A picture in all forms that lie side by side, and what is wrong with it, if anything is.

    `target` is relative to the file `beside` which it stands; it must lie inside `folder`.
    """
    name = Path(target).stem
    try:
        path = (beside.parent / target).resolve()
        if not path.is_relative_to(folder.resolve()):
            return Asset(name, {}), f"the picture '{target}' lies outside the bank"
        fault = _fault(target, path)
        return Asset(name, {} if fault else _forms(path)), fault
    except (OSError, ValueError):
        return Asset(name, {}), f"the picture '{target}' cannot be read"


def _forms(path: Path) -> dict[str, bytes]:
    """The picture's bytes by extension, from all files that differ in it alone."""
    forms: dict[str, bytes] = {}
    # The file itself comes last: its extension may be in capitals.
    for candidate in (*(path.with_suffix(f".{form}") for form in IMAGE_FORMS), path):
        if candidate.is_file() and candidate.stat().st_size <= MAX_IMAGE_BYTES:
            form = candidate.suffix.lower().lstrip(".")
            forms["jpg" if form == "jpeg" else form] = candidate.read_bytes()
    return forms


def _fault(target: str, path: Path) -> str | None:
    if path.suffix.lower().lstrip(".") not in IMAGE_FORMS:
        return f"'{target}': use {', '.join(IMAGE_FORMS)}"
    if not path.is_file():
        return f"there is no picture '{target}'"
    if path.stat().st_size > MAX_IMAGE_BYTES:
        return f"the picture '{target}' has more than 5 MB"
    return None
