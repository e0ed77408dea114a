"""A notebook run from top to bottom, and what its cells say: prose, figures, tables, text and code.

The notebook runs in a process of its own with the Python that runs the workbench, in the folder it lies in.
Parameters are set in a cell put behind the one tagged `parameters`, as papermill does. Cells may be tagged

* `finding`   their prose, or what they print, opens the report;
* `method`    prose that goes to the part on the method;
* `hide`      nothing of them is shown but the code, in the fold at the end;
* `articles`  a code cell that shows the matched articles: the report lists exactly these (see `workbench.report`).
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from tqdm.auto import tqdm

from workbench.articles import WorkbenchError, digest

FIGURE = "application/vnd.plotly.v1+json"
"""The form in which plotly hands a figure to a notebook."""

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PLAIN = (type(None), bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Output:
    """What a cell showed: `kind` is figure (content: plotly's JSON), markdown, table (HTML) or text."""

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell after the run: `kind` is markdown or code, `tags` are the researcher's."""

    kind: str
    source: str
    tags: frozenset[str]
    outputs: tuple[Output, ...] = ()


def run_notebook(
    path: str | Path,
    *,
    parameters: Mapping[str, object],
    shown_as: Mapping[str, str] | None = None,
    timeout: int = 1800,
    progress: bool = True,
) -> list[Cell]:
    """The cells of the notebook at `path`, run with `parameters`; the file itself is not changed.

    `shown_as` replaces text in all that the cells show, so that folders of this machine do not leave it.
    `timeout` is in seconds per cell. Raises WorkbenchError where there is no such notebook, a parameter cannot be
    written as Python, or a cell fails: the message names the cell and the error.
    """
    path = Path(path)
    notebook = _with_parameters(read_notebook(path), parameters)
    _execute(notebook, path, timeout, progress=progress)
    hidden = sorted((shown_as or {}).items(), key=lambda pair: -len(pair[0]))
    return [_cell(cell, hidden) for cell in notebook.cells if cell.source.strip()]


def read_notebook(path: str | Path) -> nbformat.NotebookNode:
    """The notebook at `path` in the current format. Raises WorkbenchError where it cannot be read."""
    path = Path(path)
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise WorkbenchError(f"there is no notebook {str(path)!r}; give the path of an .ipynb file") from None
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.validator.NotebookValidationError) as problem:
        raise WorkbenchError(f"{path} cannot be read as a notebook: {str(problem).splitlines()[0][:200]}") from None
    return notebook


def notebook_digest(path: str | Path) -> str:
    """A digest of the sources and tags of the cells: outputs and metadata do not change it."""
    cells = read_notebook(path).cells
    return digest(part for cell in cells for part in (cell.cell_type, cell.source, *sorted(_tags(cell))))


def _tags(cell: nbformat.NotebookNode) -> frozenset[str]:
    return frozenset(map(str, cell.get("metadata", {}).get("tags", [])))


def _with_parameters(notebook: nbformat.NotebookNode, parameters: Mapping[str, object]) -> nbformat.NotebookNode:
    lines = [f"{_name(name)} = {_literal(name, value)}" for name, value in parameters.items()]
    if not lines:
        return notebook
    tags = {"tags": ["injected-parameters"]}
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata=tags, id="parameters")
    kept = [cell for cell in notebook.cells if "injected-parameters" not in _tags(cell)]
    places = [place for place, each in enumerate(kept) if "parameters" in _tags(each)]
    place = places[0] + 1 if places else 0
    notebook.cells = [*kept[:place], cell, *kept[place:]]
    return notebook


def _name(name: str) -> str:
    if not name.isidentifier():
        raise WorkbenchError(f"{name!r} cannot be a parameter; a name is made of letters, digits and _")
    return name


def _literal(name: str, value: object) -> str:
    if isinstance(value, _PLAIN):
        return repr(value)
    if isinstance(value, list | tuple) and all(isinstance(each, _PLAIN) for each in value):
        return repr(list(value))
    raise WorkbenchError(
        f"parameter {name!r} is a {type(value).__name__}; a notebook takes text, numbers, True, False, None and lists"
    )


class _SamePython(AsyncKernelManager):
    """Starts the Python that is running, whatever kernels the machine has under the name python3."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command.append("--IPKernelApp.log_level=40")  # it warns of others on the machine on every start
        return KernelSpec(argv=command, display_name="Python 3", language="python")


def _execute(notebook: nbformat.NotebookNode, path: Path, timeout: int, *, progress: bool) -> None:
    codes = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=codes, desc=f"running {path.name}", unit=" cells", disable=not progress) as bar:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_manager_class=_SamePython,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda **_: bar.update(),
        )
        try:
            client.execute(env=_environment())
        except CellExecutionError as problem:
            raise WorkbenchError(_failure(notebook, path, problem)) from None
        except (CellTimeoutError, DeadKernelError) as problem:
            reason = str(problem).strip().splitlines()[0][:200]
            raise WorkbenchError(f"{path} did not run to its end: {reason}; try it in JupyterLab") from None


def _environment() -> dict[str, str]:
    """The surroundings of the run: figures as data and not as pages, no progress bars in the outputs."""
    own = str(Path(__file__).resolve().parents[1])
    paths = [own, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **os.environ,
        "PLOTLY_RENDERER": "plotly_mimetype",
        "TQDM_DISABLE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _failure(notebook: nbformat.NotebookNode, path: Path, problem: CellExecutionError) -> str:
    failed = [
        number
        for number, cell in enumerate(notebook.cells, start=1)
        if any(output.get("output_type") == "error" for output in cell.get("outputs", []))
    ]
    where = f"cell {failed[-1]} of {path}" if failed else str(path)
    value = _ANSI.sub("", str(problem.evalue)).strip() or "no message"
    kind = "" if problem.ename == "WorkbenchError" else f"{problem.ename}: "
    return f"{where} failed: {kind}{value[:400]}; run it in JupyterLab to see where"


def _cell(cell: nbformat.NotebookNode, hidden: list[tuple[str, str]]) -> Cell:
    outputs = tuple(_merged(list(_outputs(cell, hidden)))) if cell.cell_type == "code" else ()
    kind = "code" if cell.cell_type == "code" else "markdown"
    return Cell(kind, _without(str(cell.source), hidden), _tags(cell), outputs)


def _outputs(cell: nbformat.NotebookNode, hidden: list[tuple[str, str]]) -> Iterator[Output]:
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            yield Output("text", _without(_ANSI.sub("", _whole(output.text)), hidden))
        elif output.output_type in ("display_data", "execute_result"):
            yield from _displayed(output.data, hidden)


def _displayed(data: Mapping[str, Any], hidden: list[tuple[str, str]]) -> Iterator[Output]:
    """The richest form that can be shown without running anything of it."""
    if FIGURE in data:
        yield Output("figure", json.loads(_without(json.dumps(data[FIGURE], ensure_ascii=False), hidden)))
    elif "text/markdown" in data:
        yield Output("markdown", _without(_whole(data["text/markdown"]), hidden))
    elif "<table" in _whole(data.get("text/html", "")):
        yield Output("table", _without(_whole(data["text/html"]), hidden))
    elif "text/plain" in data and not any("widget" in kind for kind in data):
        yield Output("text", _without(_ANSI.sub("", _whole(data["text/plain"])), hidden))


def _whole(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _without(text: str, hidden: list[tuple[str, str]]) -> str:
    for place, name in hidden:
        text = text.replace(place, name)
    return text


def _merged(outputs: list[Output]) -> Iterator[Output]:
    """Text printed piece by piece as one piece."""
    held = ""
    for output in outputs:
        if output.kind == "text":
            held += output.content if output.content.endswith("\n") else f"{output.content}\n"
            continue
        if held.strip():
            yield Output("text", held.rstrip())
        held = ""
        yield output
    if held.strip():
        yield Output("text", held.rstrip())
