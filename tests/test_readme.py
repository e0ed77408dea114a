"""What the README promises is there and runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench import cli

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")


@pytest.mark.notebook
def test_the_tour_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for folder in ("data", "notebooks"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    [tour] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = [line for line in tour.splitlines() if line.strip()]
    assert len(lines) == 12
    names: dict[str, object] = {}
    exec("\n".join(lines[:-3]), names)
    figure, found, report = (eval(line, names) for line in lines[-3:])
    assert isinstance(figure, go.Figure)
    assert isinstance(found, pd.DataFrame)
    assert "Content-Security-Policy" in Path(report).read_text("utf-8")
    weekly = names["weekly"]
    assert isinstance(weekly, pd.DataFrame)
    assert weekly["articles"].sum() > 100


def test_every_path_that_it_links_to_exists() -> None:
    linked = [path for path in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in path]
    assert len(linked) >= 5
    assert [path for path in linked if not (PROJECT / path).exists()] == []


def test_every_command_of_the_contract_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    section = README.split("## The command line")[1].split("\n## ")[0]
    verbs = re.findall(r"^workbench (\w+)", section, re.MULTILINE)
    assert verbs == ["import", "topics", "search", "coverage", "report", "verify", "lab"]
    for verb in verbs:
        with pytest.raises(SystemExit) as ended:
            cli.main([verb, "--help"])
        assert ended.value.code == 0
        assert f"example: workbench {verb}" in " ".join(capsys.readouterr().out.split())


def test_the_two_commands_of_the_set_up_are_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"report", "test", "lab"} <= targets
