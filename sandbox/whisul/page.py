"""Render the page at `/`, which tells people with a browser what this server does."""

from __future__ import annotations

from html import escape
from typing import Final

from sandbox.whisul.prompt_words import MEANINGS

_PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A local Whisul</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
code, pre {{ font: 14px/1.5 ui-monospace, monospace; background: #8882; padding: .1em .3em; }}
pre {{ padding: .8em; overflow-x: auto; }}
th, td {{ text-align: left; vertical-align: top; padding: .3em 1em .3em 0; border-bottom: 1px solid #8884; }}
:root {{ color-scheme: light dark; }}
</style>
<h1>A local Whisul</h1>
<p>It answers as Whisul's API does and composes a short tune of its own, so that a client can be tried without
an account. Nothing leaves this machine, and nothing costs anything.</p>
<h2>Endpoints</h2>
<table>
<tr><th>Request<th>Answer
<tr><td><code>POST /api/{endpoint}</code><td>202 with a <code>job_id</code>; the body is
<code>{{"prompt": "a trap song"}}</code>. 400 without a prompt.
<tr><td><code>GET /api/jobs/&lt;job_id&gt;</code><td>200 with the <code>status</code>: <code>running</code>,
<code>completed</code> or <code>failed</code>. 404 for a job that is not known, or older than an hour.
<tr><td><code>GET /audio/&lt;job_id&gt;.mp3</code><td>the song, when it is completed; no key needed
<tr><td><code>GET /covers/&lt;job_id&gt;.jpg</code> or <code>.png</code><td>its cover; no key needed
</table>
<p>Everything under <code>/api</code> wants <code>Authorization: Bearer &lt;key&gt;</code> with the key that
was printed at the start, and answers 401 without it.</p>
<pre>curl {base}/api/{endpoint} -H "Authorization: Bearer $WHISUL_API_KEY" \\
  -H "Content-Type: application/json" -d '{{"prompt": "a slow lofi song in the rain, 72 bpm"}}'</pre>
<h2>What a prompt can say</h2>
<p>Genres (trap, lofi, jazz, techno, waltz ...), moods (sad, happy, dark, fast, slow, rain ...) and a tempo
(<code>120 bpm</code>) are heard. The same prompt always gives the same tune. These words, anywhere in the
prompt, bring a fault:</p>
<table>
{words}
</table>
</html>
"""


def page(base: str, endpoint: str) -> str:
    """Return the page as HTML. `base` is this server's address without a path."""
    words = "\n".join(
        f"<tr><td><code>[{escape(word)}]</code><td>{escape(meaning)}" for word, meaning in MEANINGS.items()
    )
    return _PAGE.format(base=escape(base), endpoint=escape(endpoint), words=words)
