"""YAML as data with places: YAML 1.2's core schema, and files that must not get far."""

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.yaml_source import MAX_BYTES, MAX_DEPTH, Source, read_source
from qgen.document.problem import Problem
from tests.bank.written import load_text, messages, problems_of, question, written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.yaml"


def read(file: Path, content: str | bytes) -> Source | Problem:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_source(file, "a.yaml")


def data_of(file: Path, content: str) -> Any:
    source = read(file, content)
    assert isinstance(source, Source), source
    return source.data


SCALARS = [
    ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("Yes", "Yes"),
    ("true", True), ("True", True), ("TRUE", True), ("tRUE", "tRUE"), ("false", False),
    ("null", None), ("~", None), ("Null", None), ("nULL", "nULL"),
    ("0", 0), ("-0", 0), ("+12", 12), ("010", 10), ("-007", -7), ("0o17", 15), ("0x1F", 31),
    ("0b11", "0b11"), ("0x", "0x"), ("0o8", "0o8"), ("-0x1F", "-0x1F"), ("1_000", "1_000"),
    ("190:20:30", "190:20:30"), ("2026-12-04", "2026-12-04"),
    ("1e-3", Decimal("0.001")), ("1E3", Decimal(1000)), (".5", Decimal("0.5")),
    ("5.", Decimal(5)), ("0.10", Decimal("0.1")), ("-1.5e+2", Decimal(-150)),
    ("1e9999", "1e9999"), (".inf", ".inf"), (".nan", ".nan"), (".", "."), ("+", "+"), ("e5", "e5"),
    ("1/2", "1/2"), ("1%", "1%"), ("1.2.3", "1.2.3"), ("=", "="), ("<<", "<<"),
    ("'1'", "1"), ('"true"', "true"), ("!!str 1", "1"), ("!!int '1'", "1"), ("!strange x", "x"),
    ("!!python/object/apply:os.system [ls]", ["ls"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_follow_the_core_schema(file: Path, text: str, value: object) -> None:
    (found,) = data_of(file, f"- {text}\n")
    assert (type(found), found) == (type(value), value)


def test_a_decimal_keeps_the_digits_that_were_written(file: Path) -> None:
    assert data_of(file, "- 0.12345678901234567890123\n") == [Decimal("0.12345678901234567890123")]


def test_keys_are_words_whatever_they_look_like(file: Path) -> None:
    assert data_of(file, "true: 1\n1: 2\nno: 3\n") == {"true": 1, "1": 2, "no": 3}


def test_merge_keys_are_not_part_of_yaml_1_2(file: Path) -> None:
    assert data_of(file, "a: &a {b: 1}\nc:\n  <<: *a\n") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


REFUSED: list[tuple[str, str | bytes, str, str]] = [
    ("empty", "", "1:1", "the file is empty [file-empty]"),
    ("comment only", "# nothing yet\n", "1:1", "the file is empty [file-empty]"),
    ("null", "--- ~\n", "1:1", "the file is empty [file-empty]"),
    ("binary", b"title: x\n\x89PNG\xff\xfe", "2:1", "this is not UTF-8 text [file-not-text]"),
    ("NUL", "a: 1\nb: x\0y\n", "2:5", "a control character (U+0000) is not text [file-not-text]"),
    ("escaped NUL", 'a: "\\0"', "1:4", "a control character (U+0000) is not text [file-not-text]"),
    ("escaped key", '"\\x1b": 1', "1:1",
     "a control character (U+001B) is not text [file-not-text]"),
    ("20 MB", b"#" * 20_000_000, "1:1",
     "the file has 20.0 MB; at most 10 MB are read: split it [file-too-large]"),
    ("alias in its own value", "a: &a\n  b: *a\n", "2:6",
     "'*a' stands inside the value that it names [yaml-alias]"),
    ("alias in its own list", "&a [1, *a]\n", "1:8",
     "'*a' stands inside the value that it names [yaml-alias]"),
    ("alias of nothing", "- *a\n", "1:3", "nothing is anchored as '&a' [yaml-alias]"),
    ("tab", "a:\n  b: 1\n\tc: 2\n", "3:1",
     "a tab in the indentation; YAML is indented with blanks [yaml-syntax]"),
    ("brackets", "[" * 500, f"1:{MAX_DEPTH + 2}",
     f"nested deeper than {MAX_DEPTH} levels [yaml-depth]"),
    ("mappings", "{a: " * 5_000, f"1:{4 * MAX_DEPTH + 5}",
     f"nested deeper than {MAX_DEPTH} levels [yaml-depth]"),
    ("dashes", "- " * 5_000 + "x", f"1:{2 * MAX_DEPTH + 3}",
     f"nested deeper than {MAX_DEPTH} levels [yaml-depth]"),
    ("repeated key", "a: 1\nb: 2\n'a': 3\n", "3:1",
     "the key 'a' stands twice (first in line 1) [yaml-repeated-key]"),
    ("second document", "a: 1\n---\nb: 2\n", "2:1",
     "a second document ('---'); write several questions as one list [yaml-documents]"),
    ("list as key", "? [a]\n: 1\n", "1:3", "a key must be a plain word [yaml-key]"),
    ("hole out of quotes", "stem: {{ a }}\n", "1:8",
     "a key must be a plain word; put a text that starts with '{{' in quotes [yaml-key]"),
    ("colon", "title: Bayes: a rule\n", "1:13",
     "a colon and a blank inside a plain text; put the text in quotes or after a '|' "
     "[yaml-syntax]"),
    ("open quote", "a: 'x\nb: 1\n", "2:5",
     "not valid YAML: found unexpected end of stream while scanning a quoted scalar "
     "[yaml-syntax]"),
]  # fmt: skip


def test_more_brackets_than_the_parser_itself_takes(file: Path) -> None:
    problem = read(file, "[" * 100_000)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.message) == (
        "yaml-depth",
        f"nested deeper than {MAX_DEPTH} levels",
    )


@pytest.mark.parametrize(
    ("content", "place", "report"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_one_clear_line(file: Path, content: str | bytes, place: str, report: str) -> None:
    problem = read(file, content)
    assert str(problem) == f"a.yaml:{place}: error: {report}"
    assert [str(each).partition(":")[2] for each in load_text(content)[1]] == [
        f"{place}: error: {report}"
    ]


def test_a_missing_file(file: Path) -> None:
    assert str(read_source(file, "a.yaml")) == (
        "a.yaml:1:1: error: there is no such file [file-missing]"
    )


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    problem = read_source(tmp_path, "a.yaml")
    assert isinstance(problem, Problem)
    assert problem.code == "file-unreadable"


def test_a_bomb_of_aliases_stays_small(file: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    problem = read(file, "\n".join(lines))
    assert isinstance(problem, Problem)
    assert problem.code == "yaml-too-large"
    assert problem.message == "more than 1000000 values once its aliases are written out"


def test_the_largest_file_is_read(file: Path) -> None:
    content = b"a: 1\n" + b"#" * (MAX_BYTES - 5)
    assert isinstance(read(file, content), Source)
    assert isinstance(read(file, content + b"#"), Problem)


def test_a_byte_order_mark_is_no_text(file: Path) -> None:
    assert data_of(file, "\ufeffa: 1\n") == {"a": 1}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(file: Path, end: str) -> None:
    source = read(file, end.join(["a: 1", "b: |", "  x", "  y", ""]))
    assert isinstance(source, Source)
    assert source.data == {"a": 1, "b": "x\ny\n"}
    assert str(source.place(("b",))) == "a.yaml:2:4"


def test_places(file: Path) -> None:
    source = read(file, "a:\n  - {b: 1, c: [2, 3]}\n  - d\n")
    assert isinstance(source, Source)
    assert str(source.place(("a", 0, "c"))) == "a.yaml:2:15"
    assert str(source.place(("a", 0, "c"), key=True)) == "a.yaml:2:12"
    assert str(source.place(("a", 0, "c", 1))) == "a.yaml:2:19"
    assert str(source.place(("a", 1))) == "a.yaml:3:5"
    # A step that does not exist leaves the place of what holds it.
    assert str(source.place(("a", 0, "z"))) == "a.yaml:2:5"


LITERAL = "stem: |\n  First, {{ MARK }}\n\n    and {{ MARK }}\n  at last {{ MARK }}\n"
TEXTS = {
    "literal": LITERAL,
    "literal, chomped": LITERAL.replace("|", "|-"),
    "literal, indented by four": LITERAL.replace("|", "|2").replace("  First", "    First"),
    "folded": "stem: >\n  Folded {{ MARK }} and\n  then {{ MARK }}\n\n  a third {{ MARK }}\n",
    "plain": "stem: Plain {{ MARK }} and {{ MARK }}\n",
    "plain over lines": "stem: Plain\n   text   {{ MARK }} that\n\n   goes on {{ MARK }}\n",
    "single quotes": "stem: 'It''s {{ MARK }}, isn''t {{ MARK }}'\n",
    "double quotes": 'stem: "\\\\alpha\\u0041\\t{{ MARK }} \\"x\\" {{ MARK }}"\n',
    "double quotes over lines": 'stem: "One {{ MARK }} line\n   \\\\beta {{ MARK }}"\n',
    "flow": "note: x\nfigures: {}\nstem: 'In a flow {{ MARK }}'\n",
}


@pytest.mark.parametrize("style", TEXTS)
def test_a_hole_is_found_in_texts_of_every_style(style: str) -> None:
    data = {key: value for key, value in question().items() if key != "stem"}
    text = written(data) + TEXTS[style]
    pieces = text.split("MARK")
    numbered = "".join(f"{piece}m{n}" for n, piece in enumerate(pieces[:-1])) + pieces[-1]
    problems = load_text(numbered)[1]
    lines = numbered.splitlines()
    found = []
    for problem in problems:
        assert problem.place is not None
        rest = lines[problem.place.line - 1][problem.place.column - 1 :]
        assert rest.startswith("{{ m"), (style, str(problem), rest)
        assert f"'{rest[3:5]}'" in problem.message
        found.append(rest[3:5])
    assert sorted(found) == [f"m{n}" for n in range(len(pieces) - 1)]


def test_messages_stay_in_one_line() -> None:
    reports = problems_of(
        question(
            id="two\nlines",
            stem="{{ a +\n\n  b + }}",
            answer="1 +\n +",
            **{"un\nknown": 1},
        )
    )
    assert len(reports) == 4
    problems = load_text(written(question(**{"un\nknown": 1})))[1]
    assert [str(each).count("\n") for each in problems] == [0]


PLAIN = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(10**20), 10**20),
        st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text("abc-é ", min_size=1, max_size=4), inner, max_size=4),
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(PLAIN)
def test_json_is_yaml(data: object) -> None:
    text = json.dumps([data], ensure_ascii=False)
    with TemporaryDirectory() as temporary:
        assert data_of(Path(temporary) / "a.yaml", text) == [data]


def test_messages_shorten_what_is_long() -> None:
    (message,) = messages(problems_of(question(title=["x"], topic="Y" * 80)))[1:]
    assert message.endswith(f"got '{'Y' * 40}…'")
