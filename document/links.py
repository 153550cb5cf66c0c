"""Which links lead anywhere for whoever reads a paper, a page or a quiz."""

from urllib.parse import urlsplit

SCHEMES = ("http", "https", "mailto")


def link_fault(address: str) -> str | None:
    """What is wrong with a link's address, if anything is.

    A paper, a page and a quiz stand in places of their own: a path, or `//host`, leads elsewhere
    in each of them or nowhere.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in SCHEMES and (parts.path if parts.scheme == "mailto" else parts.netloc):
        return None
    return (
        f"the link to '{address}' leads nowhere for students: write a whole address that begins "
        f"with {', '.join(f'{scheme}:' for scheme in SCHEMES)}"
    )
