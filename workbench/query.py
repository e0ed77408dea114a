"""The query language: text in, a tree of frozen terms out, or one clear `QueryError`.

The syntax is the Lucene form that Media Cloud, Factiva and library catalogues have taught researchers:

| you write | it means |
|---|---|
| `NATO Russia`, `NATO AND Russia`, `+NATO +Russia` | both words; a blank means AND, as in Media Cloud |
| `NATO OR OTAN OR НАТО` | at least one |
| `NATO NOT football`, `NATO -football` | the first without the second |
| `"security guarantees"` | the words side by side, in this order |
| `"guarantees security"~5` | at most five other words between them, in any order |
| `(Biden OR Putin) NEAR/10 (talks OR call)` | one of each, at most ten other words between them, in any order |
| `guarant*`, `"гаранти* безопасности"` | any ending, in a phrase too (for languages that inflect) |
| `se*ity`, `wom?n` | any letters inside a word, exactly one letter |
| `title:talks`, `title:(talks OR summit)` | in the title only; `text:` likewise |
| `language:fr`, `source:*news*`, `topic:3` | any column of the table equals this, `*` and `?` allowed |
| `published:[2022-01-01 TO 2022-01-31]` | may have been published then; `*` leaves an end open |
| `*` | every article |

NEAR binds tightest, then NOT, AND, OR. Upper and lower case and accents do not matter; operators
are written in capitals. A quoted value of a column means itself, wildcards included: `url:"https://x.org/?a=1"`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.querytree import And, Between, Column, Every, Near, Node, Not, Or, QueryError, Text

DEEPEST = 60
"""Brackets inside brackets; far more than anyone writes, far fewer than Python's own limit."""

TEXT_FIELDS = ("title", "text")

ALIASES = {
    "date": "published",
    "publish_date": "published",
    "publication_date": "published",
    "lang": "language",
    "media_name": "source",
    "article_title": "title",
    "body": "text",
}
"""Field names of Media Cloud and common exports; a column of the table that has the name comes first."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: its kind, its content and where it stands (0-based, end excluded)."""

    kind: str
    value: str
    start: int
    end: int


# One-character replacements only: places in the query must stay the places the reader sees.
_TYPED = str.maketrans({**dict.fromkeys("“”„‟«»″＂", '"'), "’": "'", "（": "(", "）": ")", "\u00a0": " "})
# Combining marks belong to words (Hindi, Arabic and Thai vowels); Python's \w leaves them out.
MARKS = "".join(chr(code) for code in range(0x300, 0xFFFF) if unicodedata.category(chr(code))[0] == "M")
WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
_PART = re.compile(rf"(?:[^\W_]|[{MARKS}*?])+")
_TOKENS = re.compile(
    r"""(?P<blank>\s+)
      | (?P<open>\() | (?P<close>\))
      | (?P<and>(?:AND|&&)(?=[\s()"]|$)) | (?P<or>(?:OR|\|\|)(?=[\s()"]|$)) | (?P<not>NOT(?=[\s()"]|$)|!(?=[^\s)]))
      | (?P<nearby>NEAR/(?P<words>\d{1,4})(?=[\s()"]|$))
      | (?P<minus>-(?=[^\s)])) | (?P<plus>\+(?=[^\s)]))
      | (?P<phrase>"(?:\\.|[^"\\])*"(?:~(?P<near>\d*))?)
      | (?P<actor>@[\w-]+)
      | (?P<field>[^\W\d][\w.]*:|\*:(?=\*))
      | (?P<range>[\[{][^\[\]{}]*[\]}])
      | (?P<word>(?:\\.|[^\s()"\[\]{}^~\\])+)""",
    re.VERBOSE | re.DOTALL,
)
# Right after the colon all is value up to a blank: url:https://x.org/a, topic:-1, country:OR.
_VALUE = re.compile(r'(?P<word>(?:\\.|[^\s()"\[\]{}\\])+)', re.DOTALL)
_RANGE = re.compile(r'([\[{])\s*("[^"]*"|\S+)\s+TO\s+("[^"]*"|\S+?)\s*([\]}])', re.DOTALL)


def parse_query(query: str, *, columns: Iterable[str] | None = None) -> Node:
    """The tree of a query.

    With `columns`, fields that are not among them are refused; without, any field is taken.
    Raises QueryError with one line that names the place, what is wrong and a way out.
    """
    if not isinstance(query, str):
        raise QueryError(f"a query is a text such as 'NATO AND Russia', got {type(query).__name__}")
    known = None if columns is None else tuple(map(str, columns))
    return _Parser(query, known).whole()


def expand_names(query: str, names: Mapping[str, str]) -> str:
    """The query with each `@name` replaced by what `names` holds for it, in brackets.

    A name that is quoted stays as it is. Raises QueryError for a name that `names` lacks.
    """
    pieces, done = [], 0
    for token in _tokens(query):
        if token.kind != "actor":
            continue
        if token.value not in names:
            close = _close(token.value, names)
            raise _error(query, token.start, f"there is no actor @{token.value}{close}; known are {_listed(names)}")
        pieces += [query[done : token.start], "(", names[token.value], ")"]
        done = token.end
    return "".join([*pieces, query[done:]])


def period(value: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First moment and first moment after of `2022`, `2022-01`, `2022-01-12` or a time `2022-01-12T18:40`, in UTC."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?)?)?", value):
        raise QueryError(f"{value!r} is not a date; write 2022, 2022-01, 2022-01-12 or 2022-01-12T18:40")
    try:
        low = pd.Timestamp(value)
        low = low.tz_localize("UTC") if low.tzinfo is None else low.tz_convert("UTC")
        months = {4: 12, 7: 1}.get(len(value), 0)
        return low, low + pd.DateOffset(months=months, days=len(value) == 10, seconds=len(value) > 10)
    except (ValueError, OverflowError):
        raise QueryError(f"{value!r} is not a date of the calendar; write for example 2022-01-31") from None


def _error(query: str, place: int, problem: str) -> QueryError:
    before = query[max(0, place - 30) : place]
    where = f"after {before!r}" if before.strip() else "at the start"
    return QueryError(f"cannot read the query at character {place + 1}, {where}: {problem}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(str, names)) or "none"


def _close(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name.casefold(), [str(each) for each in names], n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _tokens(query: str) -> list[Token]:
    typed = query.translate(_TYPED)
    tokens: list[Token] = []
    place = 0
    while place < len(typed):
        after_colon = bool(tokens) and tokens[-1].kind == "field" and tokens[-1].end == place
        found = (_VALUE.match(typed, place) if after_colon else None) or _TOKENS.match(typed, place)
        if found is None:
            raise _error(query, place, _why_unreadable(typed[place]))
        kind = next(name for name, value in found.groupdict().items() if value is not None)
        if kind != "blank":
            tokens.append(Token(kind, _content(kind, found[0], query, place), place, found.end()))
        place = found.end()
    return tokens


def _content(kind: str, written: str, query: str, place: int) -> str:
    if kind == "actor":
        return written[1:].lower()
    if kind == "field":
        return written[:-1]
    if kind == "word":
        if re.search(r"\\[*?]", written):
            raise _error(
                query, place, r"\* and \? are not understood; put the value in quotes, where they mean themselves"
            )
        return re.sub(r"\\(.)", r"\1", written, flags=re.DOTALL)
    return written


def _why_unreadable(sign: str) -> str:
    return {
        '"': 'a quotation mark is opened and never closed; write "security guarantees"',
        "[": "a range is opened and never closed; write published:[2022-01-01 TO 2022-01-31]",
        "{": "a range is opened and never closed; write published:{2022-01-01 TO 2022-01-31}",
        "~": 'the sign ~ works after a phrase only, as in "Russia talks"~5; for any ending write talk*',
        "^": "weights such as word^2 have no meaning here; leave the ^ out",
        "\\": "a backslash stands at the end; leave it out",
    }.get(sign, f"the sign {sign!r} has no meaning here; leave it out or put the words in quotes")


class _Parser:
    """Recursive descent over the tokens: any_of > all_of > one > term."""

    def __init__(self, query: str, columns: tuple[str, ...] | None) -> None:
        self.query, self.columns = query, columns
        self.tokens = _tokens(query)
        self.place = self.depth = 0
        self.field: str | None = None

    def whole(self) -> Node:
        if not self.tokens:
            raise QueryError("the query is empty; write a word such as NATO, or * for every article")
        node = self.any_of()
        if self.place < len(self.tokens):
            raise self.error("a bracket is closed that was never opened; remove it or open one before")
        return node

    def kind(self) -> str:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else "end"

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def error(self, problem: str, token: Token | None = None) -> QueryError:
        if token is None and self.place < len(self.tokens):
            token = self.tokens[self.place]
        return _error(self.query, token.start if token else len(self.query), problem)

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.kind() == "or":
            self.take()
            parts.append(self.all_of())
        flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def all_of(self) -> Node:
        parts = [self.nearby()]
        while self.kind() not in ("or", "close", "end"):
            if self.kind() == "and":
                self.take()
            parts.append(self.nearby())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def nearby(self) -> Node:
        """`a NEAR/5 b NEAR/5 c`: the whole chain becomes one node."""
        node = self.one()
        if self.kind() != "nearby":
            return node
        sign, nodes, distances = self.tokens[self.place], [node], set()
        while self.kind() == "nearby":
            distances.add(int(self.take().value.removeprefix("NEAR/")))
            nodes.append(self.one())
        groups = tuple(each.parts if isinstance(each, Or) else (each,) for each in nodes)
        words = tuple(tuple(each for each in group if isinstance(each, Text) and each.near is None) for group in groups)
        if len(distances) > 1 or len({each.field for group in words for each in group}) > 1:
            raise self.error("all NEAR of a chain have the same number and the same field", sign)
        if words != groups:
            raise self.error('NEAR joins words, phrases and (a OR b) of these only, as in (a OR "b c") NEAR/5 d', sign)
        return Near(words, distances.pop())

    def one(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} brackets or NOTs inside each other; write it flatter")
        kind = self.kind()
        if kind in ("not", "minus", "plus"):
            self.take()
            node = self.nearby() if kind == "plus" else Not(self.nearby())
        elif kind == "open":
            node = self.bracket()
        elif kind == "field":
            node = self.within_field()
        else:
            node = self.term()
        self.depth -= 1
        return node

    def bracket(self) -> Node:
        opened = self.take()
        if self.kind() == "close":
            raise self.error('the brackets are empty; write a word or a "phrase" between them')
        node = self.any_of()
        if self.kind() != "close":
            raise self.error("this bracket is never closed; add a )", opened)
        self.take()
        return node

    def within_field(self) -> Node:
        token = self.take()
        if token.value == "*":
            self.take()
            return Every()
        outer, self.field = self.field, self.column(token)
        node = self.bracket() if self.kind() == "open" else self.term()
        self.field = outer
        return node

    def column(self, token: Token) -> str:
        name = token.value
        if self.columns is None:
            return ALIASES.get(name.lower(), name)
        same = [each for each in self.columns if each.lower() == name.lower()]
        if name in self.columns or same:
            return name if name in self.columns else same[0]
        alias = ALIASES.get(name.lower())
        if alias in self.columns:
            return str(alias)
        close = _close(name, self.columns)
        hint = (
            "the columns are "
            + _listed(self.columns)
            + '; put text that has a colon in quotes, as in "vote: the result"'
        )
        raise self.error(f"the table has no column {name!r}{close}; {hint}", token)

    def term(self) -> Node:
        kind = self.kind()
        if kind in ("end", "and", "or", "close", "nearby"):
            what = {
                "nearby": "NEAR stands",
                "end": "the query ends",
                "and": "AND stands",
                "or": "OR stands",
                "close": "a bracket closes",
            }[kind]
            raise self.error(f'{what} where a term is missing; write a word, a "phrase" or field:value')
        token = self.take()
        if kind == "actor":
            hint = f'names such as @nato are for event files; write the words, or "@{token.value}" in quotes'
            raise self.error(f"@{token.value} is not known here: {hint}", token)
        if kind == "range":
            return self.between(token)
        return self.leaf(token)

    def leaf(self, token: Token) -> Node:
        quoted = token.kind == "phrase"
        value, near = self.phrase(token) if quoted else (token.value, None)
        if value == "*" and not quoted:
            return Every() if self.field is None else Column(self.field, "*")
        if self.field is None or self.field in TEXT_FIELDS:
            return Text(self.parts(value, token), near, self.field)
        if near is not None:
            raise self.error(f"~ works in title and text only, not in {self.field}; leave it out", token)
        if not value.strip():
            raise self.error(
                f"the value of {self.field} is empty; for articles without one write -{self.field}:*", token
            )
        if self.field == "published":
            self.checked(value, token)
            return Between("published", value, value)
        return Column(self.field, value, literal=quoted)

    def phrase(self, token: Token) -> tuple[str, int | None]:
        inside, _, near = token.value[1:].rpartition('"')
        if token.value.endswith("~"):
            raise self.error('the number after ~ is missing; write "Russia talks"~5', token)
        if len(near) > 5:
            raise self.error("the number after ~ is too large; 5 to 30 is usual", token)
        return re.sub(r"\\(.)", r"\1", inside, flags=re.DOTALL), int(near[1:]) if near else None

    def parts(self, value: str, token: Token) -> tuple[str, ...]:
        if token.kind == "phrase":
            value = value.replace("?", " ")  # in a quotation it is the end of a question, not a wildcard
        parts = tuple(re.sub(r"\*+", "*", part) for part in _PART.findall(unicodedata.normalize("NFC", value)))
        if not parts:
            raise self.error(f"{token.value!r} holds no letter or digit; write a word or leave it out", token)
        if any(not WORD.search(part) for part in parts):
            raise self.error('a wildcard needs a letter beside it; for a free number of words write "a b"~5', token)
        return parts

    def between(self, token: Token) -> Between:
        found = _RANGE.fullmatch(token.value)
        if self.field is None or self.field in TEXT_FIELDS:
            raise self.error("a range needs a column before it, as in published:[2022-01-01 TO 2022-01-31]", token)
        if found is None:
            raise self.error(f"a range is written {self.field}:[from TO to], with * for an open end", token)
        ends = [None if end == "*" else end.strip('"') for end in (found[2], found[3])]
        if self.field == "published":
            low, high = (None if end is None else self.checked(end, token) for end in ends)
            if low and high and low[0] >= high[1]:
                raise self.error(f"the range ends ({ends[1]}) before it begins ({ends[0]}); swap them", token)
        return Between(self.field, ends[0], ends[1], found[1] == "{", found[4] == "}")

    def checked(self, value: str, token: Token) -> tuple[pd.Timestamp, pd.Timestamp]:
        try:
            return period(value)
        except QueryError as problem:
            raise self.error(str(problem), token) from None
