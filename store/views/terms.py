"""What a view says in other words on each of the two databases: times, points, and what lies in a text of JSON.

Everything else of a view is said once, in SQLAlchemy's language, and means the same on both.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, Integer

from store.leads import NOBODY
from store.schema import lead

AnyColumn = ColumnElement[Any]


class _Term(FunctionElement[Any]):
    """A word that each database writes in its own way."""


class _Moment(_Term):
    inherit_cache = True
    name = "moment"


class _Points(_Term):
    inherit_cache = True
    name = "points"


class _Holds(_Term):
    inherit_cache = True
    name = "holds"
    type = Boolean()


class _LastItem(_Term):
    inherit_cache = True
    name = "last_item"


class _LastNamed(_Term):
    inherit_cache = True
    name = "last_named"


class _Length(_Term):
    inherit_cache = True
    name = "length"
    type = Integer()


class _NumberIn(_Term):
    inherit_cache = True
    name = "number_in"
    type = Integer()


class _Bytewise(_Term):
    inherit_cache = True
    name = "bytewise"


class _Until(_Term):
    inherit_cache = True
    name = "until"


def _said(term: type[_Term], *, sqlite: str, postgresql: str) -> None:
    """How a term is written; `{0}` is its first part."""
    for dialect, words in (("sqlite", sqlite), ("postgresql", postgresql)):

        def write(element: _Term, compiler: SQLCompiler, words: str = words, **how: Any) -> str:
            return words.format(*(compiler.process(each, **how) for each in element.clauses))

        compiles(term, dialect)(write)


# SQLite's remainder of a moment before 1970 is negative, and its division cuts towards zero.
_REST = "(({0}) % 1000000 + 1000000) % 1000000"
_said(
    _Moment,
    sqlite=f"(strftime('%Y-%m-%dT%H:%M:%S', (({{0}}) - {_REST}) / 1000000, 'unixepoch') || printf('.%06dZ', {_REST}))",
    postgresql="(TIMESTAMPTZ 'epoch' + ({0}) * INTERVAL '1 microsecond')",
)
_said(_Points, sqlite="(({0}) / 1000.0)", postgresql="(({0}) / 1000.0)::numeric(18, 3)")
_said(_Holds, sqlite="(instr({0}, {1}) > 0)", postgresql="(strpos({0}, {1}) > 0)")
_said(_LastItem, sqlite="json_extract({0}, '$[#-1]')", postgresql="(({0})::json ->> -1)")
_said(
    _LastNamed,
    sqlite="(SELECT substr(one.value, length({1}) + 1) FROM json_each({0}) AS one "
    "WHERE substr(one.value, 1, length({1})) = {1} ORDER BY one.key DESC LIMIT 1)",
    postgresql="(SELECT substr(one.value, length({1}) + 1) "
    "FROM json_array_elements_text(({0})::json) WITH ORDINALITY AS one(value, place) "
    "WHERE substr(one.value, 1, length({1})) = {1} ORDER BY one.place DESC LIMIT 1)",
)
_said(_Length, sqlite="json_array_length({0})", postgresql="json_array_length(({0})::json)")
_said(_NumberIn, sqlite="json_extract({0}, '$.' || {1})", postgresql="(({0})::json ->> {1})::bigint")
_said(_Bytewise, sqlite="{0}", postgresql='{0} COLLATE "C"')
_said(_Until, sqlite="substr({0}, 1, instr({0} || {1}, {1}) - 1)", postgresql="split_part({0}, {1}, 1)")


def moment(at: AnyColumn) -> AnyColumn:
    """An instant as people's tools read it: ISO 8601 in UTC as text on SQLite, timestamptz on PostgreSQL."""
    return _Moment(at)


def points(thousandths: AnyColumn) -> AnyColumn:
    return _Points(thousandths)


def holds(text: AnyColumn, word: str) -> AnyColumn:
    """Whether a word stands in a text, letter by letter."""
    return _Holds(text, literal(word))


def last_item(several: AnyColumn) -> AnyColumn:
    """The last text of a list in JSON; none of an empty one."""
    return _LastItem(several)


def last_named(several: AnyColumn, mark: str) -> AnyColumn:
    """Of the last text of a list in JSON that begins with a mark, what stands after it."""
    return _LastNamed(several, literal(mark))


def length(several: AnyColumn) -> AnyColumn:
    """How many things stand in a list in JSON."""
    return _Length(several)


def number_in(several: AnyColumn, name: str) -> AnyColumn:
    """A whole number by its name in an object in JSON; none where it has none."""
    return _NumberIn(several, literal(name))


def bytewise(text: AnyColumn) -> AnyColumn:
    """A text to order by: by its bytes, as SQLite does of itself."""
    return _Bytewise(text)


def until(text: AnyColumn, mark: str) -> AnyColumn:
    """What stands before a mark; all of it where there is none."""
    return _Until(text, literal(mark))


def begins(text: AnyColumn, words: str) -> AnyColumn:
    """Whether a text begins so, letter by letter."""
    return func.substr(text, 1, len(words)) == words


def earlier(one: AnyColumn, other: AnyColumn) -> AnyColumn:
    """The earlier of two moments, of which either may be none."""
    return case((one.is_(None), other), (other < one, other), else_=one)


def without_address(identifier: AnyColumn) -> AnyColumn:
    """An id of a record; none where it is an e-mail address, as in a list that is kept by it."""
    return case((holds(identifier, "@"), None), else_=identifier)


def is_living(lead_id: AnyColumn) -> AnyColumn:
    """Whether a lead is one of its own: neither part of another one nor erased."""
    return exists(select(literal_column("1")).where(lead.c.id == lead_id, lead.c.merged_into.is_(None)))


def is_erased(lead_id: AnyColumn) -> AnyColumn:
    return exists(select(literal_column("1")).where(lead.c.id == lead_id, lead.c.merged_into == NOBODY))
