"""Numbers that nothing can have: unknown, not a failure of the database."""

from pathlib import Path

import pytest

from leadloop import cli

LARGEST = 2**63 - 1


@pytest.mark.parametrize("number", [4711, LARGEST, LARGEST + 1, 99999999999999999999999])
@pytest.mark.parametrize("command", ["retry", "ignore"])
def test_no_write_of_such_a_number_is_bad_data(
    starter: Path, command: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["errors", command, "-C", str(starter), str(number)]) == 65
    assert capsys.readouterr().err == (f"! not among the refused ones: {number}. See `leadloop errors list`.\n")


def test_no_lead_of_such_a_number_is_bad_data(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "-C", str(starter), "99999999999999999999999"]) == 65
    assert capsys.readouterr().err.startswith("No lead is known by '99999999999999999999999'.")


@pytest.mark.parametrize("option", ["--salesforce-port", "--hubspot-port"])
@pytest.mark.parametrize(
    ("port", "said"), [(99999, "less than or equal to 65535"), (65536, "less than or equal to 65535"),
                       (-1, "greater than or equal to 0")],
)  # fmt: skip
def test_a_port_that_no_machine_has_is_misuse(
    option: str, port: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["simulator", option, str(port)]) == 64
    assert capsys.readouterr().err == (
        f"leadloop: Invalid value for '{option}': Input should be {said}. See `leadloop simulator --help`.\n"
    )
