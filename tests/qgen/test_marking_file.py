"""`marking.jsonl` gives back the answers that a build made, whatever they hold."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.bank.expressions import compile_expression
from qgen.document.answers import CarriedForward, Part
from qgen.document.exam import Item, Paper, Section
from qgen.document.formula import Call, Number, Symbol
from qgen.document.richtext import Hole, Paragraph, Passage, RichText, closed
from qgen.document_codec import Decoder, Encoder
from qgen.generator.carrying import Following
from qgen.marking_file import DamagedMarking, MarkingFile, MarkingRecorder
from tests import samples


def through(value: Any) -> Any:
    """A value, encoded and decoded."""
    encoder, decoder = Encoder(), Decoder()
    data = encoder.encode(value)
    for number, blocks in encoder.new_texts:
        decoder.learn(number, blocks)
    decoder.use_prints(encoder.prints)
    return decoder.decode(data)


def open_texts(value: Any) -> Any:
    """A value whose texts can be compared: they are themselves by identity only."""
    if isinstance(value, Passage):
        return value.text.blocks, value.printed
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value), [open_texts(entry) for entry in value]
    if isinstance(value, tuple):
        return [open_texts(entry) for entry in value]
    if hasattr(value, "__dataclass_fields__"):
        names = value.__dataclass_fields__
        return type(value), {name: open_texts(getattr(value, name)) for name in names}
    return value


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_comes_back(kind: str) -> None:
    for part in samples.parts(kind):
        assert open_texts(through(part.answer)) == open_texts(part.answer)


def test_every_node_comes_back() -> None:
    back = through(samples.EVERY_NODE)
    assert back.text.blocks == samples.EVERY_NODE.text.blocks
    assert closed(back) == closed(samples.EVERY_NODE)


@pytest.mark.parametrize(
    "value",
    [
        *(0, True, None, "is", 0.1, 2.0, float("inf"), 10**300, Fraction(-1, 3), (), ((1,), "a")),
        {"is": "real", "of": 1.5},
        Call("max", (Symbol("x"), Number(Fraction(1, 2)), Number(0.25))),
    ],
)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    back = through(value)
    assert back == value
    assert type(back) is type(value)


def test_what_is_carried_is_computed_as_before() -> None:
    expression = compile_expression("earlier * w[1] + alpha")
    known = {"w": (1, Fraction(2, 3)), "alpha": 0.5}
    carried = CarriedForward("a", Following(expression, known))
    back = through(carried)
    assert back.part == "a"
    assert back.key(Fraction(3)) == carried.key(Fraction(3)) == 2.5
    with pytest.raises(ValueError, match="no number"):
        through(CarriedForward("a", Following(compile_expression("earlier > 1"), {}))).key(
            Fraction(1)
        )


def test_nothing_else_is_written() -> None:
    with pytest.raises(TypeError, match="nothing that a document holds"):
        Encoder().encode(Path())


def written(folder: Path, *papers: Paper) -> Path:
    recorder = MarkingRecorder(by_student=False)
    chunks = list(recorder.begin(samples.exam()))
    for paper in papers:
        chunks += recorder.paper(paper)
    path = folder / "marking.jsonl"
    path.write_bytes(b"".join(chunk.content for chunk in chunks))
    return path


def paper(label: str, *items: Item) -> Paper:
    return Paper(label, None, (Section("All", None, items),))


class TestTheFile:
    def test_papers_with_their_texts(self, tmp_path: Path) -> None:
        exam = samples.exam()
        file = MarkingFile(written(tmp_path, *exam.papers))
        assert file.students == {"A": None, "B": "Ada O'Neil & co"}
        assert (file.exam.title, file.exam.pass_mark) == ("Samples & more", Fraction(4, 5))
        for made in exam.papers:
            for item, marked in zip(made.items(), file.paper(made.label).items, strict=True):
                for part, back in zip(item.parts, marked.parts, strict=True):
                    assert open_texts(back.answer) == open_texts(part.answer)
                    assert (back.label, back.points) == (part.label, part.points)

    def test_a_text_stands_once(self, tmp_path: Path) -> None:
        item = samples.item("single_choice")
        once = written(tmp_path, paper("A", item)).read_bytes()
        twice = written(tmp_path, paper("A", item), paper("B", item)).read_bytes()
        assert twice.count(b'{"text": ') == once.count(b'{"text": ')

    def test_what_is_shown_has_one_hash_whatever_the_key_is(self, tmp_path: Path) -> None:
        item = samples.item("single_choice")
        (part,) = item.parts
        first, second, third = part.answer.options  # type: ignore[union-attr]
        mended = (first._replace(correct=False), second._replace(correct=True, feedback=None))
        others = {
            "mended": (*mended, third),
            "moved": (second, first, third),
            "reworded": (first, second, third._replace(text=first.text)),
        }
        hashes = {"as it was": self.shown(tmp_path, item)}
        for name, options in others.items():
            answer = replace(part.answer, options=options)
            hashes[name] = self.shown(
                tmp_path, replace(item, parts=(replace(part, answer=answer),))
            )
        assert hashes["mended"] == hashes["as it was"]
        assert len(set(hashes.values())) == 3

    def test_other_numbers_have_another_hash(self, tmp_path: Path) -> None:
        text = RichText(samples.BLOCKS)
        shown = [
            self.shown(tmp_path, samples.item("numeric", stem=Passage(text, printed)))
            for printed in (("1", "2"), ("1", "3"))
        ]
        assert shown[0] != shown[1]

    def test_numbers_that_only_an_explanation_shows_do_not_count(self, tmp_path: Path) -> None:
        seen, hidden = Paragraph((Hole(1),)), Paragraph((Hole(0),))
        items = [
            samples.item("numeric", stem=Passage(RichText((seen,)), ("9", "2"))),
            samples.item("numeric", stem=Passage(RichText((seen,)), ("8", "2"))),
            samples.item("numeric", stem=Passage(RichText((hidden,)), ("2",))),
        ]
        assert len({self.shown(tmp_path, item) for item in items}) == 1

    def shown(self, folder: Path, item: Item) -> str:
        return MarkingFile(written(folder, paper("A", item))).paper("A").items[0].shown

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{}",
            b"[1]",
            b"\xff",
            b'{"format": "other"}',
            b"[" * 100_000,
        ],
    )
    def test_another_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "marking.jsonl"
        path.write_bytes(content)
        with pytest.raises(DamagedMarking, match="build the exam again"):
            MarkingFile(path)

    def test_a_paper_that_is_cut_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path, paper("A", samples.item("numeric")))
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(DamagedMarking):
            MarkingFile(path).paper("A")


def test_only_how_a_part_is_marked_is_kept() -> None:
    part: Part = samples.parts("derivation")[1]
    assert part.explanation is not None
    recorder = MarkingRecorder(by_student=False)
    chunks = recorder.paper(paper("A", samples.item("derivation")))
    content = b"".join(chunk.content for chunk in chunks)
    assert b"Explanation of the part" not in content
    assert b"The square does not belong here" in content
