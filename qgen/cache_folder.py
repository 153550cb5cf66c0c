"""The user's cache folder: what is dear to make and is the same each time it is made."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path


class CacheFolder:
    """A folder of kept files. One that cannot be used keeps nothing: slower, never wrong."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        self._folder = user_cache_path("qgen") / name if folder is None else folder

    def read(self, name: str) -> bytes | None:
        """What a file holds; nothing where there is none that can be read."""
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def keep(self, name: str, content: bytes) -> None:
        """Puts a file in its place whole, so that no other build ever reads half of it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
                try:
                    file.write(content)
                    file.flush()
                    os.replace(file.name, self._folder / name)
                except OSError:
                    with suppress(OSError):
                        os.unlink(file.name)
        except OSError:
            return
