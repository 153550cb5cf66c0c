"""The pictures of an exam's papers, as files that every TeX engine reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from qgen.document.exam import Asset
from qgen.renderers.latex.text import asset_name
from qgen.renderers.wording import FileNames
from qgen.renderers.writer import Chunk

PICTURE_FORMS = ("pdf", "png", "jpg", "jpeg")
"""The file formats of pictures that every TeX engine reads, the best first."""


@dataclass(slots=True)
class Pictures:
    """The pictures of a whole exam: questions may use one name for different ones."""

    paths: dict[tuple[str, str, bytes], str] = field(default_factory=dict)
    names: FileNames = field(default_factory=FileNames)
    waiting: list[Chunk] = field(default_factory=list)

    def new(self) -> list[Chunk]:
        """The pictures met since this was last asked."""
        new, self.waiting = self.waiting, []
        return new

    def definitions(self, assets: Mapping[str, Asset]) -> str:
        """TeX definitions of the files behind names of pictures."""
        lines = []
        for name, asset in assets.items():
            form = picture_form(asset)
            if form is not None:
                lines.append(rf"\examfile{{{asset_name(name)}}}{{{self._path(asset, form)}}}")
        return "".join(f"{line}\n" for line in lines)

    def _path(self, asset: Asset, form: str) -> str:
        content = asset.forms[form]
        key = (asset.name, form, sha256(content).digest())
        if key not in self.paths:
            self.paths[key] = f"assets/{self.names.free(asset.name)}.{form}"
            self.waiting.append(Chunk(self.paths[key], content))
        return self.paths[key]


def picture_form(asset: Asset) -> str | None:
    """The best form that a picture has of those that TeX reads."""
    return next((form for form in PICTURE_FORMS if form in asset.forms), None)
