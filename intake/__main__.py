"""`python -m intake` is the `intake` command."""

import sys

from intake.commands import main

sys.exit(main())
