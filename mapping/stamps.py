"""Fields that change with every save, our own included: Salesforce's stamps are read as no values, so a property of
such a field would stay blank for ever."""

from collections.abc import Iterator, Mapping

from config.mapping import Property
from config.words import Finding

UNREAD = frozenset({"SystemModstamp", "LastModifiedDate", "LastModifiedById"})


def stamp_findings(prop: Property, types: Mapping[str, str]) -> Iterator[Finding]:
    """No mistake that stops anything: the property is blank, and all else goes on."""
    for connection, where in prop.fields.items():
        if types.get(connection) != "salesforce":
            continue
        under = ("fields", connection) if prop.wording(connection) is None else ("fields", connection, "field")
        fields = {(): where} if isinstance(where, str) else {(kind,): field for kind, field in where.items()}
        for place, field in fields.items():
            if field in UNREAD:
                words = f"`{field}` is not read, for it changes with every save, our own too: nothing would stand here"
                yield Finding((*under, *place), words, _FIX, is_warning=True)


_FIX = "map `CreatedDate`, `LastActivityDate`, or a field of your own that is set when it matters"
