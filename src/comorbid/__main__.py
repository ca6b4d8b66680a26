"""`python -m comorbid` is the command line."""

import sys

from comorbid.cli import main

if __name__ == "__main__":
    sys.exit(main())
