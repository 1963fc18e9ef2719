#!/bin/sh
# Runs its arguments with the first Python 3.11 or newer that it finds; says what to install if there is none.
# PYTHON names one to use instead.
for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
    # A version manager's stand-in may exist and yet start nothing, so each is tried.
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" "$@"
    fi
done
echo "Python 3.11 or newer is needed and none was found as python3 or python3.11 to python3.14: install it (Debian: apt install python3 python3-venv) or run make with PYTHON=/path/to/python." >&2
exit 1
