"""Stands in for a service where only its being kept alive is tested: PORT BEHAVIOUR [NAME].

Behaviours: `ok`; `stubborn` (ignores SIGTERM and has a child); `dies` (at once); `crashes` (after it was ready, on
`/crash`); `library` (a shared library is missing); `warns`.
"""

import http.server
import os
import signal
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            os._exit(7)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass


def main() -> None:
    port, behaviour = int(sys.argv[1]), sys.argv[2]
    if behaviour == "dies":
        sys.exit("the reason is written here")
    if behaviour == "library":
        raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["sleep", "600"])
    if behaviour == "warns":
        print('{"level": "warning", "event": "postgres is away", "seconds": 3}', flush=True)
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
