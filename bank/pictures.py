"""The pictures that a question shows from files of its bank."""

from pathlib import Path

from qgen.document.exam import Asset

IMAGE_FORMS = ("svg", "pdf", "png", "jpg", "jpeg")
MAX_IMAGE_BYTES = 5_000_000


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
        return Asset(name, _forms(files)), None
    except (OSError, ValueError):
        return Asset(name, {}), f"the picture '{target}' cannot be read"


def _files(path: Path) -> list[Path]:
    """The picture's file and those beside it that differ in the extension alone."""
    # The file itself comes last: its extension may be in capitals.
    beside = (*(path.with_suffix(f".{form}") for form in IMAGE_FORMS), path)
    return [file for file in beside if file.is_file() and file.stat().st_size <= MAX_IMAGE_BYTES]


def _forms(files: list[Path]) -> dict[str, bytes]:
    """The picture's bytes by extension."""
    forms: dict[str, bytes] = {}
    for file in files:
        form = file.suffix.lower().lstrip(".")
        forms["jpg" if form == "jpeg" else form] = file.read_bytes()
    return forms


def _fault(target: str, path: Path) -> str | None:
    if path.suffix.lower().lstrip(".") not in IMAGE_FORMS:
        return f"'{target}': use {', '.join(IMAGE_FORMS)}"
    if not path.is_file():
        return f"there is no picture '{target}'"
    if path.stat().st_size > MAX_IMAGE_BYTES:
        return f"the picture '{target}' has more than 5 MB"
    return None
