from __future__ import annotations

import sys

from whisul_api.cli import main

if __name__ == "__main__":
    sys.exit(main())
