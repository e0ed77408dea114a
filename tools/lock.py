"""Print requirements.lock: the exact version of all that the project needs, as installed beside this Python.

Walks the metadata of what is installed, from the dependencies and the `dev` extra in pyproject.toml down; what
happens to be installed but is needed by nothing is left out, and so are pip, setuptools and the project itself.
"""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
BUILD_TOOLS = {"pip", "setuptools", "wheel"}
HEADER = """\
# The versions that are tested together; written by `make lock`, installed by `make report`, `make test`, `make lab`.
# torch is pinned without a build label: pip takes the CPU build where the index in use offers one.
"""


def stated(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for: the dependencies, then those of each extra."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def closure(wanted: list[Requirement]) -> dict[str, str]:
    """Canonical name to installed version of these and all they need on this machine, build tools left out.

    Raises importlib.metadata.PackageNotFoundError where one is not installed.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(need, extra) for need in wanted for extra in ("", *need.extras)]
    while waiting:
        need, extra = waiting.pop()
        name = canonicalize_name(need.name)
        if (name, extra) in seen or name in BUILD_TOOLS:
            continue
        seen.add((name, extra))
        found[name] = metadata.version(name).partition("+")[0]
        for line in metadata.requires(name) or []:
            below = Requirement(line)
            if below.marker is None or below.marker.evaluate({"extra": extra}):
                waiting += [(below, each) for each in ("", *below.extras)]
    return found


def main() -> None:
    """Write the lock to standard output."""
    lines = [f"{name}=={version}\n" for name, version in sorted(closure(stated("dev")).items())]
    sys.stdout.write(HEADER + "".join(lines))


if __name__ == "__main__":
    main()
