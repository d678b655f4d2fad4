"""What every system counts for itself, as marketing and sales call it: the steps whose numbers they quarrel about."""

from enum import StrEnum


class Counted(StrEnum):
    """MQL: qualified by marketing; SAL: accepted by sales; SQL: qualified by sales."""

    MQL = "mql"
    SAL = "sal"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    CUSTOMER = "customer"
