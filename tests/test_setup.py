"""The set-up holds together: what is imported is declared, what is declared is locked, and all may be used freely."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import workbench
from tools.lock import closure, stated

PROJECT = Path(__file__).resolve().parents[1]

CONDA_NAMES = {"pytorch-cpu": "torch"}
"""Where conda calls a package otherwise than the Python index does."""

STARTED_NOT_IMPORTED = {
    "ipykernel": "the process a notebook runs in",
    "jupyterlab": "`workbench lab` starts it",
}
"""Dependencies that no line imports, and what they are for."""

FOR_TYPES_ONLY = {"typing_extensions"}
"""Read by the type checker and never when the code runs."""

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "Python-2.0",
    "Unlicense",
    "Zlib",
}
PERMISSIVE_WORDS = re.compile(r"\b(MIT|BSD|Apache|ISC|PSFL?|Python Software Foundation|Unlicense)\b")
OTHER_WORDS = re.compile(r"GPL|MPL|GNU|Mozilla|Affero|Proprietary|Commercial|\bCC BY")

LICENCE_EXCEPTIONS = {
    "certifi": "MPL-2.0, a list of certificates, used as it is; MPL binds changed files of its own only",
    "fqdn": "MPL-2.0, checks host names for Jupyter's schemas, used as it is",
    "tld": "offers MPL-1.1 beside GPL and LGPL, so the MPL is taken; used as it is, by trafilatura",
    "tqdm": "MPL-2.0 and MIT, used as it is; MPL binds changed files of its own only",
}
"""Not permissive, but they ask nothing of those who use them unchanged."""


def locked() -> dict[str, str]:
    """Canonical name to version, as requirements.lock has them."""
    text = (PROJECT / "requirements.lock").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    pairs = (line.split("==") for line in lines)
    return {canonicalize_name(name): version for name, version in pairs}


def conda() -> tuple[dict[str, str], list[str]]:
    """Conda's packages with their versions ("" where none is stated), and the lines for pip."""
    wanted: list[Any] = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))["dependencies"]
    lines = (line.partition("=") for line in wanted if isinstance(line, str))
    packages = {name: version for name, _, version in lines}
    return packages, next(line["pip"] for line in wanted if isinstance(line, dict))


def pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


# -- lock ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("need", stated("dev"), ids=lambda need: need.name)
def test_what_is_declared_is_locked_within_its_bounds(need: Requirement) -> None:
    assert need.specifier.contains(locked()[canonicalize_name(need.name)])


def test_the_lock_holds_all_that_is_needed_at_the_version_that_is_installed() -> None:
    missing = dict(closure(stated("dev")).items() - locked().items())
    only_here = {"appnope", "colorama", "pywin32", "pywinpty"}  # needed on macOS or Windows alone
    assert {name for name in missing if not name.startswith(("nvidia-", "triton", "cuda-"))} <= only_here


def test_the_lock_holds_nothing_that_nothing_needs() -> None:
    assert set(locked()) <= set(closure(stated("dev")))


def test_the_lock_is_sorted_and_names_neither_hosts_nor_builds() -> None:
    text = (PROJECT / "requirements.lock").read_text("utf-8")
    assert list(locked()) == sorted(locked())
    assert "://" not in text
    assert "+" not in text
    assert "\ntorch==2.13.0\n" in text


def test_every_runtime_dependency_has_a_lower_bound_and_a_reason() -> None:
    text = (PROJECT / "pyproject.toml").read_text("utf-8")
    block = text.partition("\ndependencies = [\n")[2].partition("\n]\n")[0]
    lines = [line for line in block.splitlines() if line.lstrip().startswith('"')]
    assert len(lines) == len(stated())
    assert [line for line in lines if not re.search(r'>=[\d.]+",\s+# \S', line)] == []


# -- conda --------------------------------------------------------------------------------------------------


def test_conda_has_the_versions_of_the_lock() -> None:
    packages, _ = conda()
    pinned = {
        CONDA_NAMES.get(name, name): version for name, version in packages.items() if name not in {"python", "pip"}
    }
    assert pinned == {name: locked()[name] for name in pinned}
    assert {"pandas", "jupyterlab", "bertopic", "plotly"} <= set(pinned)


def test_conda_takes_a_python_that_the_project_allows_and_the_project_in_place() -> None:
    packages, by_pip = conda()
    assert pyproject()["project"]["requires-python"] == f">={packages['python']}"
    assert by_pip == ["--constraint requirements.lock", "--editable ."]


def test_what_conda_installs_is_declared() -> None:
    packages, _ = conda()
    declared = {canonicalize_name(need.name) for need in stated()}
    brought_by_others = {"torch"}  # by sentence-transformers; named so that conda takes the build without CUDA
    assert {CONDA_NAMES.get(name, name) for name in packages} - {"python", "pip"} <= declared | brought_by_others


# -- imports ------------------------------------------------------------------------------------------------


def third_party() -> set[str]:
    """Top-level names that the package and the notebooks import and that are neither Python's nor the project's."""
    code = [path.read_text("utf-8") for path in (PROJECT / "workbench").rglob("*.py")]
    for path in (PROJECT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found = {name.partition(".")[0] for text in code for name in imported_names(text)}
    return found - set(sys.stdlib_module_names) - FOR_TYPES_ONLY - {"workbench"}


def imported_names(code: str) -> list[str]:
    nodes = list(ast.walk(ast.parse(code)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]


def test_what_is_imported_is_declared_and_what_is_declared_is_used() -> None:
    distributions = metadata.packages_distributions()
    imported = {canonicalize_name(name) for module in third_party() for name in distributions[module][:1]}
    declared = {canonicalize_name(need.name) for need in stated()}
    assert imported - declared == set()
    assert declared - imported == set(STARTED_NOT_IMPORTED)


# -- licences -----------------------------------------------------------------------------------------------


def is_permissive(name: str) -> bool:
    """Whether the metadata of this distribution state a permissive licence, or offer one among others."""
    about = metadata.metadata(name)
    for expression in about.get_all("License-Expression", []):
        choices = re.sub(r"[()]", "", expression).split(" OR ")
        return any(set(choice.split(" AND ")) <= PERMISSIVE for choice in choices)
    words = [line for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    words += [licence.strip().partition("\n")[0] for licence in about.get_all("License", [])]
    text = " ".join(words)
    return bool(PERMISSIVE_WORDS.search(text)) and not OTHER_WORDS.search(text)


def test_all_that_a_user_installs_is_permissively_licensed_but_for_reasoned_exceptions() -> None:
    other = {name for name in closure(stated()) if not is_permissive(name)}
    assert other == set(LICENCE_EXCEPTIONS)


# -- make and CI --------------------------------------------------------------------------------------------


def make(*arguments: str) -> str:
    """What make says it would do, without doing it."""
    return subprocess.run(
        ["make", "--dry-run", "--always-make", "--no-print-directory", *arguments],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("target", ["report", "test", "lint", "lab"])
def test_a_target_sets_up_from_the_lock_what_it_needs(target: str) -> None:
    steps = make(target)
    assert "pip install --disable-pip-version-check -r requirements.lock" in steps
    assert "--no-deps -e ." in steps


def test_make_report_imports_the_sample_and_writes_the_report_on_the_talks() -> None:
    steps = make("report")
    assert "workbench import data/sample --events data/events.toml -o build/sample" in steps
    assert "workbench report build/sample --event nato-russia-talks -o build/report/nato-russia-talks.html" in steps


def test_make_test_runs_formatter_linter_type_checker_and_tests() -> None:
    steps = make("test")
    for tool in ("ruff check .", "ruff format --check .", "mypy", "pytest -n 2"):
        assert f".venv/bin/python -m {tool}\n" in steps


def test_make_alone_says_what_can_be_made() -> None:
    said = subprocess.run(["make"], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    for target in ("report", "test", "lab", "lint", "bench", "lock", "clean"):
        assert f"\n  {target} " in said


def test_an_old_python_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_bytes((PROJECT / "Makefile").read_bytes())
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    tried = subprocess.run(
        ["make", ".venv/bin/python", "PYTHON=./python3.9"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert tried.returncode != 0
    assert "needs Python 3.11 or later, and ./python3.9 is not" in tried.stderr


def test_ci_runs_make_test() -> None:
    script = PROJECT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text("utf-8").rstrip().endswith("\nmake test")


# -- what is said about the project -------------------------------------------------------------------------


def test_version_and_licence_are_the_same_wherever_they_stand() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text("utf-8"))
    project = pyproject()["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    assert workbench.__version__ == project["version"]
    assert (
        (PROJECT / "LICENSE").read_text("utf-8").startswith("MIT License\n\nCopyright (c) 2026 the workbench authors")
    )
