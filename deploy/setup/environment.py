"""Sets up what `make run` and `make test` need: uv, the virtual environment, the page.

    python environment.py run       .venv with what the services and the launcher need
    python environment.py all       .venv with what the tests and checks need as well
    python environment.py train     .venv with what training the reader's models needs on top
    python environment.py modules   the page's node_modules
    python environment.py page      the page, built
    python environment.py react     the node_modules of clients/react, for its tests

Standard library only, as it runs before anything is installed. What goes wrong is told in one sentence with its cure;
the tool's own output is in .local/setup.log.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
LOG = LOCAL / "setup.log"
VENV = ROOT / ".venv"
WEB = ROOT / "services/gateway/web"
REACT = ROOT / "clients/react"
UV = LOCAL / "uv/bin/uv"
UV_VERSION = "0.13.9"

OFFLINE = re.compile(
    r"dns error|failed to lookup|temporary failure in name resolution|name or service not known|connection refused"
    r"|network is unreachable|connection timed out|error sending request|failed to establish a new connection"
    r"|could not connect|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|no matching distribution found for uv",
    re.IGNORECASE,
)
NO_COMPILER = re.compile(
    r"command '?\S*(?:gcc|cc|clang|g\+\+)'? failed: no such file|unable to execute '?\S*(?:gcc|cc|clang)"
    r"|\b(?:gcc|cc|clang|g\+\+): (?:command )?not found|no working compiler|error: linker `cc` not found",
    re.IGNORECASE,
)
FULL = re.compile(r"no space left on device|ENOSPC|os error 28\b", re.IGNORECASE)


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(1)


def explain(what: str, output: str) -> str:
    """One sentence for the failure of `what`, from its output."""
    if FULL.search(output):
        return "The disk is full: set-up needs about 2 GB, free that much and run make again."
    if NO_COMPILER.search(output):
        return (
            "A package has to be compiled on this machine and there is no compiler: install one "
            "(Debian: apt install build-essential python3-dev; macOS: xcode-select --install) and run make again."
        )
    if OFFLINE.search(output):
        return f"{what} could not be downloaded: check the network (or the proxy settings) and run make again."
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|failed|cannot", line, re.IGNORECASE)]
    line = (telling or lines or ["it said nothing"])[0][:300]
    return f"{what} could not be set up ({line}): the whole output is in {LOG}."


def run(what: str, command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run `command`; ends this process with a sentence if it fails or does not exist."""
    try:
        worked, said = quietly(command, cwd, env)
    except OSError as error:
        fail(f"{what}: {command[0]} could not be started ({error.strerror}): run make clean, then make again.")
    if not worked:
        fail(explain(what, said))


def note(text: str) -> None:
    with LOG.open("a") as log:
        log.write(text)


def quietly(command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> tuple[bool, str]:
    """Whether `command` worked, and what it said."""
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    done = subprocess.run(command, check=False, cwd=cwd, env=env, text=True, errors="replace", stdout=pipe, stderr=both)
    note(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done.returncode == 0, done.stdout


def uv() -> str:
    """The path of uv: the pinned one below .local, installed if it is not there yet."""
    if UV.exists() and quietly([str(UV), "--version"])[1].startswith(f"uv {UV_VERSION}"):
        return str(UV)
    folder, wanted = UV.parents[1], f"uv=={UV_VERSION}"
    shutil.rmtree(folder, ignore_errors=True)
    said = ""
    # Debian splits venv and pip from Python: either one is enough.
    if quietly([sys.executable, "-m", "venv", str(folder)])[0]:
        worked, said = quietly([str(folder / "bin/python"), "-m", "pip", "install", "--quiet", wanted])
        if worked:
            return str(UV)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        if quietly([sys.executable, "-m", "pip", "--version"])[0]:
            install = ["install", "--quiet", "--target", str(folder), wanted]
            worked, said = quietly([sys.executable, "-m", "pip", *install])
            if worked:
                return str(UV)
    if installed := shutil.which("uv"):
        return installed
    if said:
        fail(explain("uv", said))
    fail(
        f"{sys.executable} has neither venv nor pip, and one of them is needed to install uv: "
        "install it (Debian: apt install python3-venv) and run make again."
    )


def sync(groups: list[str], stamps: list[str]) -> None:
    """Bring .venv to what uv.lock says."""
    program = uv()
    env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    env["UV_PYTHON_DOWNLOADS"] = "never"
    # Where PYTHONDONTWRITEBYTECODE is set, every process would compile its 1,600 modules anew: a start of 10 s, not 4.
    env["UV_COMPILE_BYTECODE"] = "1"
    print("Setting up .venv ...", flush=True)
    command = [program, "sync", "--frozen", "--quiet", "--python", sys.executable, *groups]
    run("The Python packages", command, env=env)
    for stamp in stamps:
        (VENV / stamp).touch()


def npm(what: str, folder: Path, *arguments: str) -> None:
    # npm and what it starts look for `node` on the path; the wheel's lies beside the Python of .venv.
    env = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    run(what, [str(VENV / "bin/npm"), *arguments], cwd=folder, env=env)


def modules(what: str, folder: Path) -> None:
    print(f"Setting up {what} ...", flush=True)
    npm(f"{what[0].upper()}{what[1:]}", folder, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    (folder / "node_modules/.stamp").touch()


def page() -> None:
    print("Building the page ...", flush=True)
    npm("The page", WEB, "run", "--silent", "build")


def main() -> None:
    try:
        LOCAL.mkdir(exist_ok=True)
        LOG.write_text("")
        what = sys.argv[1]
        if what == "run":
            # Without removing what the tests need, should they have been set up before.
            sync(["--inexact"], [".run"])
        elif what == "all":
            sync(["--all-groups", "--no-group", "train"], [".run", ".all"])
        elif what == "train":
            sync(["--all-groups"], [".run", ".all", ".train"])
        elif what == "modules":
            modules("the page's packages", WEB)
        elif what == "react":
            modules("the packages of clients/react", REACT)
        elif what == "page":
            page()
        else:
            fail(f"{what} is nothing that can be set up.")
    except OSError as error:
        fail(explain(str(error.filename or ROOT), f"{error}"))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
