"""`python -m deploy.launch`; a package that is missing is told in one sentence."""

import sys

try:
    from deploy.launch.launcher import main

    sys.exit(main())
except ImportError as error:
    sys.exit(f"{error}: run it with make run, which installs what it needs.")
except KeyboardInterrupt:  # before the launcher could say what Ctrl-C means
    sys.exit(0)
