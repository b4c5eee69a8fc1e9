"""Handle `/library`: list songs, open one, or export them."""

from __future__ import annotations

from ._cog import LibraryCog
from ._export import LibraryExport
from ._song import LibrarySong, no_files

__all__ = ["LibraryCog", "LibraryExport", "LibrarySong", "no_files"]
