"""When two names are one company's."""

import pytest

from mapping.company_names import ALIKE_PERCENT, are_one_company, company_words

ONE = [
    ("ACME Inc.", "Acme GmbH"),
    ("Müller GmbH & Co. KG", "Muller"),
    ("Foo S.p.A.", "FOO"),
    ("Foo Sp. z o.o.", "Foo"),
    ("Acme, S.A. de C.V.", "acme"),
    ("Acme s.r.o.", "Acme Ltd"),
    ("AB Volvo", "Volvo"),
    ("The Globex Corporation", "Globex"),
    ("Tiffany & Co.", "Tiffany"),
    ("Smith & Sons", "Smith and Sons Ltd"),
    ("UniCredit", "Uni Credit S.p.A."),
    ("Bank of America", "America, Bank of"),
    ("Globex Industries", "Globex Industires"),
    ("Société Générale", "Societe Generale SA"),
]
TWO = [
    ("Acme", "Acme Deutschland"),
    ("Acme 1 Ltd", "Acme 2 Ltd"),
    ("Globex Holding A", "Globex Holding B"),
    ("International Business Consulting 1", "International Business Consulting 2"),
    ("Robert Bosch GmbH", "Bosch Rexroth AG"),
    ("Globex", "Initech"),
    ("Acme", "acme.example"),
    ("", ""),
    ("Acme", ""),
    ("–", "?"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_legal_forms_accents_order_and_a_slip_make_no_other_company(one: str, other: str) -> None:
    assert are_one_company(one, other)
    assert are_one_company(other, one)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_another_word_or_number_is_another_company_and_of_blanks_nobody_can_tell(one: str, other: str) -> None:
    assert not are_one_company(one, other)
    assert not are_one_company(other, one)


def test_a_name_of_nothing_but_legal_forms_keeps_them() -> None:
    assert company_words("SE AG") == ("se", "ag")
    assert not are_one_company("SE AG", "SA AG")


def test_how_alike_two_names_have_to_be_is_ninety_percent() -> None:
    assert ALIKE_PERCENT == 90
