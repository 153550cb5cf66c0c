"""The pictures of an exam's papers: each file is written once, under a name of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from qgen.document.exam import Asset
from qgen.renderers.paper.text import PICTURE_FORMS
from qgen.renderers.wording import FileNames
from qgen.renderers.writer import Chunk


@dataclass(slots=True)
class Pictures:
    """Questions may use one name for different pictures, and several papers one picture."""

    _paths: dict[tuple[str, str, bytes], str] = field(default_factory=dict)
    _names: FileNames = field(default_factory=FileNames)
    _waiting: list[Chunk] = field(default_factory=list)

    def paths(self, assets: Mapping[str, Asset]) -> dict[str, str]:
        """The files behind a question's names of pictures, where papers can show them."""
        found = {}
        for name, asset in assets.items():
            form = next((form for form in PICTURE_FORMS if form in asset.forms), None)
            if form is not None:
                found[name] = f"/{self._path(asset, form)}"
        return found

    def new(self) -> list[Chunk]:
        """The files met since this was last asked."""
        new, self._waiting = self._waiting, []
        return new

    def _path(self, asset: Asset, form: str) -> str:
        content = asset.forms[form]
        key = (asset.name, form, sha256(content).digest())
        if key not in self._paths:
            self._paths[key] = f"assets/{self._names.free(asset.name)}.{form}"
            self._waiting.append(Chunk(self._paths[key], content))
        return self._paths[key]
