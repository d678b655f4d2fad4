"""Plain values with their places, and every way in which a file can be no YAML."""

from pathlib import Path

import pytest

from config.yaml_file import YamlFile, read_yaml


def read(tmp_path: Path, text: str | bytes) -> YamlFile:
    path = tmp_path / "x.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path, "x.yaml")


def test_every_value_and_key_has_its_place(tmp_path: Path) -> None:
    file = read(tmp_path, "a: 1\nb:\n  - c: 2\n  - [d, e]\n")
    assert file.data == {"a": 1, "b": [{"c": 2}, ["d", "e"]]}
    assert str(file.problem(("b", 0, "c"), "m")) == "x.yaml:3:8: m"
    assert str(file.problem(("b", 0, "c"), "m", at_key=True)) == "x.yaml:3:5: m"
    assert str(file.problem(("b", 1, 1), "m")) == "x.yaml:4:9: m"
    assert str(file.problem(("b", 0, "nowhere", 5), "m")) == "x.yaml:3:5: m"
    assert str(file.problem((), "m", hint="h")) == "x.yaml:1:1: m (h)"


@pytest.mark.parametrize("text", ["01234", "+49151", "1e3", "1_000", "0x1F", "007", "-08"])
def test_what_is_read_as_a_number_and_looks_like_text_is_asked_about(tmp_path: Path, text: str) -> None:
    hint = "put it in quotes if it is text, or write the number plainly"
    (problem,) = read(tmp_path, f"zip: {text}\n").problems
    assert str(problem) == f"x.yaml:1:6: `{text}` is read as a number, and does not look like one ({hint})"
    assert read(tmp_path, f"zip: '{text}'\n").problems == ()


@pytest.mark.parametrize("text", ["0", "-5", "0.5", "-0.25", "1.50", "12", "2026-01-01", "12:30", "+", "e3", "0a"])
def test_plain_numbers_and_plain_text_are_not(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, f"zip: {text}\n").problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n",
         ["2:1: `a` stands twice (first in line 1)", "5:3: `c` stands twice (first in line 4)"]),
        ("a:\n\tb: 1\n", ["2:1: a tab stands where YAML wants spaces (indent with spaces)"]),
        ("a:\n\tb: 1\n  \tc: 2\nd: 3\n\te: 4\n",
         [f"{line}:1: a tab stands where YAML wants spaces (indent with spaces)" for line in (2, 3, 5)]),
        ("a: [1,\n\t2]\nb: *x\n", ["3:4: unknown anchor 'x' (define it before with &name)"]),
        ("a: &x [*x]\n", ["1:4: an anchor refers to itself, or the file unfolds without end"]),
        ("a: b: c\n", ["1:5: a colon stands where no key can be (put the text in quotes, or mend the indentation)"]),
        ("a: [1\n", ["2:1: expected ',' or ']', but got '<stream end>'"]),
        ("a: 'x\n", ["2:1: the file ends inside a quoted text (close the quote)"]),
        ("- 1\n", ["1:1: the file has to hold keys and values, as in `key: value`"]),
        ("just text\n", ["1:1: the file has to hold keys and values, as in `key: value`"]),
        ("a: !!python/object:os.system x\n", ["1:4: tags such as !name are not used here (write the plain value)"]),
        ("a: !mine x\n", ["1:4: tags such as !name are not used here (write the plain value)"]),
        ("a: 1\n---\nb: 2\n", ["2:1: a second document begins here: a file holds one (remove the `---`)"]),
        ("a: b\nc: \x01\n", ["2:4: the character '\\x01' cannot stand in YAML"]),
        ("? [a]\n: b\n", ["1:3: a key has to be plain text"]),
        ("[" * 600, ["1:1: nested too deeply to be a rule file"]),
        (b"a: \xff\n", ["1:1: byte 3 is not UTF-8 text (save the file as UTF-8)"]),
    ],
    ids=lambda value: "" if isinstance(value, list) else repr(value[:20]),
)  # fmt: skip
def test_what_is_no_yaml_is_said_in_words_with_its_place(
    tmp_path: Path, text: str | bytes, expected: list[str]
) -> None:
    assert [str(problem).removeprefix("x.yaml:") for problem in read(tmp_path, text).problems] == expected


def test_dates_stay_text_and_yes_is_a_word(tmp_path: Path) -> None:
    file = read(tmp_path, "d: 2026-01-02\nt: 2026-01-02T03:04:05Z\nh: 09:00\ny: yes\n2026: x\ntrue: y\n")
    assert file.data == {
        "d": "2026-01-02",
        "t": "2026-01-02T03:04:05Z",
        "h": "09:00",
        "y": "yes",
        "2026": "x",
        "true": "y",
    }
    assert file.problems == ()


def test_anchors_and_merge_keys_are_unfolded(tmp_path: Path) -> None:
    file = read(tmp_path, "a: &b {x: 1}\nc:\n  <<: *b\n  y: 2\n")
    assert file.data == {"a": {"x": 1}, "c": {"x": 1, "y": 2}}
    assert file.problems == ()


def test_a_yaml_directive_is_understood(tmp_path: Path) -> None:
    assert read(tmp_path, "%YAML 1.1\n---\na: 1\n").data == {"a": 1}


def test_an_empty_file_holds_nothing_and_is_no_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, "# only words\n") == YamlFile(name="x.yaml", data={})


def test_an_enormous_file_is_refused_unread(tmp_path: Path) -> None:
    assert "larger than 2000000 bytes" in str(read(tmp_path, b"#" * 2_000_001).problems[0])


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").mkdir()
    assert [str(each) for each in read_yaml(tmp_path / "x.yaml", "x.yaml").problems] == [
        "x.yaml:1:1: cannot be read: Is a directory"
    ]
