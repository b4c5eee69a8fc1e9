"""Turn a Vega-Lite specification (JSON on standard input) into a PNG (on standard output).

This runs in a separate process, because the renderer holds the GIL for half a second and would keep 90 MB of
memory.
"""

from __future__ import annotations

import json
import sys

import vl_convert

if __name__ == "__main__":
    sys.stdout.buffer.write(vl_convert.vegalite_to_png(json.load(sys.stdin), scale=1))
