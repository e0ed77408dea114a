"""What a query is made of: a tree of frozen nodes, and how each is said in plain words.

`workbench.query` reads them from text, `workbench.search` answers them.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.articles import WorkbenchError


class QueryError(WorkbenchError):
    """A query that cannot be read; the message names the place and a way out."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words side by side in the title or the text; with `near`, at most that many words between them.

    A part holds letters and digits, `*` for any letters and `?` for one letter.
    """

    parts: tuple[str, ...]
    near: int | None = None
    field: str | None = None

    def grouped(self) -> Near:
        """The same as `Near`: each part is a group, or the whole phrase is the only one."""
        if self.near is None:
            return Near(((self,),), 0)
        return Near(tuple((Text((part,), field=self.field),) for part in self.parts), self.near)


@dataclass(frozen=True, slots=True)
class Near:
    """One of each group in the same text, at most `within` words between the first and the last."""

    groups: tuple[tuple[Text, ...], ...]
    within: int

    @property
    def field(self) -> str | None:
        """`title` or `text` where only that is searched; the parser lets no chain mix them."""
        return self.groups[0][0].field


@dataclass(frozen=True, slots=True)
class Column:
    """A column equals this value; `*` and `?` are wildcards unless `literal`."""

    name: str
    value: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A column lies between two values; None is an open end, an excluded end does not count itself."""

    name: str
    low: str | None
    high: str | None
    low_excluded: bool = False
    high_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """All articles but those of the part."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """The articles that belong to every part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The articles that belong to any part."""

    parts: tuple[Node, ...]


Node = Every | Text | Near | Column | Between | Not | And | Or


def explained(node: Node, *, inside: bool = False) -> str:
    """What a node asks for in plain words; `inside` another node, alternatives stand in brackets."""
    match node:
        case Every():
            return "every article"
        case Text():
            return explained(node.grouped()) if node.near is not None else f"“{' '.join(node.parts)}”{_where(node)}"
        case Near():
            return _explained_near(node)
        case Column():
            return f"{node.name} is {'given' if node.value == '*' and not node.literal else f'“{node.value}”'}"
        case Between():
            return _explained_range(node)
        case Not():
            return f"not {explained(node.part, inside=True)}"
        case And() | Or():
            sign = " and " if isinstance(node, And) else " or "
            joined = sign.join(explained(part, inside=True) for part in node.parts)
            return f"({joined})" if inside else joined


def _explained_near(node: Near) -> str:
    groups = [" or ".join(f"“{' '.join(text.parts)}”" for text in group) for group in node.groups]
    close = f" within {node.within} word{'' if node.within == 1 else 's'} of "
    return close.join(f"({group})" if " or " in group else group for group in groups) + _where(node)


def _where(node: Text | Near) -> str:
    return f" in the {node.field}" if node.field else ""


def _explained_range(node: Between) -> str:
    name = "published" if node.name == "published" else f"{node.name} is"
    if node.low is not None and node.low == node.high:
        return f"{name} {node.low}"
    low = "" if node.low is None else f" {'after' if node.low_excluded else 'from'} {node.low}"
    high = "" if node.high is None else f" {'before' if node.high_excluded else 'up to'} {node.high}"
    return f"{name}{low}{high}" if low or high else f"{node.name} is given"
