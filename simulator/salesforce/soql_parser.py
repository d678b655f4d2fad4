"""Reads SOQL text into its tree; what it cannot read is MALFORMED_QUERY with Salesforce's row and column."""

import re
from dataclasses import dataclass

from simulator.salesforce import times
from simulator.salesforce.errors import RefusedError
from simulator.salesforce.soql import (
    Both,
    Compare,
    Condition,
    Either,
    Literal,
    LiteralKind,
    Name,
    Not,
    Op,
    Order,
    Query,
)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "_": "\\_",
    "%": "\\%",
}
_SIGNS = {"=": Op.EQ, "!=": Op.NE, "<>": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_WORDS = {"true": True, "false": False}
MAX_CHARS = 100_000
MAX_OFFSET = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word, sign or literal, and where it begins."""

    kind: str
    text: str
    place: int

    def says(self, *words: str) -> bool:
        return self.kind in ("name", "sign") and self.text.lower() in words


def malformed(text: str, place: int, message: str, *, code: str = "MALFORMED_QUERY") -> RefusedError:
    """Salesforce's way to point at a place of a query: the passage, a caret, row and column."""
    start = max(0, place - 32)
    passage = text[start : place + 32]
    pointer = f"\n{passage}\n{' ' * (place - start)}^\nERROR at Row:1:Column:{place + 1}\n"
    return RefusedError(code, pointer + message)


def parse(text: str) -> Query:
    """The tree of a query (RefusedError MALFORMED_QUERY when it is not one)."""
    if len(text) > MAX_CHARS:
        raise RefusedError("QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(text).query()


def _tokens(text: str) -> list[Token]:
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            where = place + len(text[place:]) - len(text[place:].lstrip())
            raise malformed(text, where, f"line 1:{where} no viable alternative at character '{text[where]}'")
        kind = match.lastgroup
        tokens.append(Token(kind=kind, text=match[kind], place=match.start(kind)))
        place = match.end()
    return [*tokens, Token(kind="end", text="<EOF>", place=len(text))]


class _Parser:
    """Recursive descent; one method per rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0

    def query(self) -> Query:
        self._expect("select")
        names, count = self._selection()
        self._expect("from")
        type_name = self._name()
        self._alias()
        where = self._condition() if self._take("where") else None
        order = self._order() if self._take("order") else ()
        limit = self._whole() if self._take("limit") else None
        offset = self._whole() if self._take("offset") else 0
        if self._here.kind != "end":
            raise self._unexpected()
        if offset > MAX_OFFSET:
            raise RefusedError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        return Query(
            text=self._text,
            type_name=type_name,
            names=names,
            count=count,
            where=where,
            order=order,
            limit=limit,
            offset=offset,
        )

    def _selection(self) -> tuple[tuple[Name, ...], bool]:
        if self._here.says("count") and self._tokens[self._at + 1].says("("):
            self._at += 2
            self._expect(")")
            return (), True
        names = [self._name()]
        while self._take(","):
            names.append(self._name())
        return tuple(names), False

    def _alias(self) -> None:
        if self._here.kind == "name" and not self._here.says("where", "order", "limit", "offset"):
            raise self._unexpected()

    def _condition(self) -> Condition:
        """AND and OR may not be mixed without parentheses, as in Salesforce."""
        first = self._part()
        for word, whole in (("and", Both), ("or", Either)):
            parts = [first]
            while self._take(word):
                parts.append(self._part())
            if len(parts) > 1:
                if self._here.says("and", "or"):
                    raise self._unexpected()
                return whole(parts=tuple(parts))
        return first

    def _part(self) -> Condition:
        if self._take("not"):
            return Not(part=self._part())
        if self._take("("):
            inside = self._condition()
            self._expect(")")
            return inside
        name, op = self._name(), self._operator()
        literals = self._list() if op in (Op.IN, Op.NOT_IN) else (self._literal(),)
        return Compare(name=name, op=op, literals=literals)

    def _operator(self) -> Op:
        if self._take("like"):
            return Op.LIKE
        if self._take("in"):
            return Op.IN
        if self._take("not"):
            self._expect("in")
            return Op.NOT_IN
        sign = _SIGNS.get(self._here.text) if self._here.kind == "sign" else None
        if sign is None:
            raise self._unexpected()
        self._at += 1
        return sign

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        literals = [self._literal()]
        while self._take(","):
            literals.append(self._literal())
        self._expect(")")
        return tuple(literals)

    def _literal(self) -> Literal:
        token = self._here
        literal = _literal(token)
        if literal is None:
            raise self._unexpected()
        self._at += 1
        return literal

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        orders = [self._one_order()]
        while self._take(","):
            orders.append(self._one_order())
        return tuple(orders)

    def _one_order(self) -> Order:
        name = self._name()
        descending = self._take("desc")
        if not descending:
            self._take("asc")
        last = False
        if self._take("nulls"):
            last = self._take("last")
            if not last:
                self._expect("first")
        return Order(name=name, descending=descending, nulls_last=last)

    def _name(self) -> Name:
        token = self._here
        if token.kind != "name" or token.says("from", "where", "select"):
            raise self._unexpected()
        self._at += 1
        return Name(path=tuple(token.text.split(".")), place=token.place)

    def _whole(self) -> int:
        token = self._here
        if token.kind != "number" or not token.text.isdigit():
            raise self._unexpected()
        self._at += 1
        return int(token.text)

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    def _take(self, word: str) -> bool:
        if self._here.says(word):
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _unexpected(self) -> RefusedError:
        token = self._here
        return malformed(self._text, token.place, f"unexpected token: '{token.text}'")


def _literal(token: Token) -> Literal | None:
    if token.kind == "string":
        return Literal(kind=LiteralKind.STRING, value=_ESCAPE.sub(_unescape, token.text[1:-1]))
    if token.kind == "number":
        return Literal(kind=LiteralKind.NUMBER, value=float(token.text))
    if token.kind == "datetime":
        return Literal(kind=LiteralKind.DATETIME, value=times.precise(times.read_datetime(token.text)))
    if token.kind == "date":
        return Literal(kind=LiteralKind.DATE, value=token.text)
    word = token.text.lower() if token.kind == "name" else ""
    if word == "null":
        return Literal(kind=LiteralKind.NULL, value=None)
    if word in _WORDS:
        return Literal(kind=LiteralKind.BOOLEAN, value=_WORDS[word])
    return None


def _unescape(match: re.Match[str]) -> str:
    escaped = match[1]
    if escaped[0] == "u" and len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    return _ESCAPES.get(escaped, escaped)
