"""Write a playlist for music players as extended M3U in UTF-8. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from songbot.songs.models import Song
from songbot.wording import cards as wording
from songbot.wording import text
from songbot.wording.language import Language

FILE_NAME = "library.m3u8"


def playlist(language: Language, songs: Iterable[Song]) -> bytes:
    """Return an entry for each song that has a link: length in seconds (-1 if unknown), title and link.

    There is no byte order mark, because RFC 8216, section 4, forbids it in UTF-8 playlists.
    """
    lines = ["#EXTM3U"]
    for song in songs:
        link = text.safe_link(song.result.song_url) if song.result else None
        if song.result is None or link is None:
            continue
        seconds = song.result.duration_seconds
        length = seconds if seconds and 0 < seconds < 360_000 else -1
        title = text.plain(song.result.title, 200) or wording.UNTITLED(language)
        lines += [f"#EXTINF:{length},{title}", link]
    return ("\n".join(lines) + "\n").encode()
