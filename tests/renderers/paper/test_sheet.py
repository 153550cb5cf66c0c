"""Answer sheets, read as a scanner reads them: from pixels, and from what lies beside them."""

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from qgen.document.answers import Numeric, Option, SingleChoice, Tolerance
from qgen.document.exam import Item, Paper, Section
from qgen.document.formats import PaperOptions
from qgen.document.richtext import passage_of
from qgen.typst_papers import compile_papers
from tests import samples
from tests.renderers.paper.pages import assert_source_compiles, needs_poppler, words_of
from tests.samples import SampleExam
from tests.written import render

SHEETS = PaperOptions(solutions=False, sheet=True)
DPI = 150
PIXELS = DPI / 25.4  # a millimetre


def exam_with(*items: Item, student: str | None = None, **changed: Any) -> SampleExam:
    section = Section("Questions", None, items)
    papers = (Paper("A" if student is None else "20261234", student, (section,)),)
    return replace(samples.exam(), papers=papers, pools=(), variants=(), **changed)


def choice(options: int) -> Item:
    answer = SingleChoice(
        tuple(Option(passage_of(f"option {index}"), not index, None) for index in range(options))
    )
    return replace(samples.item("single_choice"), parts=samples.sole(answer))


def number(key: str, tolerance: str = "0") -> Item:
    answer = Numeric(Fraction(key), Tolerance("absolute", Fraction(tolerance)))
    return replace(samples.item("numeric"), parts=samples.sole(answer))


EVERY_KIND = tuple(samples.item(kind) for kind in samples.KINDS)


def described(exam: SampleExam, options: PaperOptions = SHEETS) -> Any:
    label = exam.papers[0].label
    return json.loads(render(exam, options).files[f"sheet-{label}.json"])


def printed(exam: SampleExam, folder: Path, options: PaperOptions = SHEETS) -> bytes:
    for name, content in render(exam, options).files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    name = f"sheet-{exam.papers[0].label}.typ"
    (result,) = compile_papers(folder, [name])
    assert result.problems == ()
    assert result.pdf is not None
    return result.pdf


def scanned(pdf: bytes, folder: Path) -> list[Image.Image]:
    """The pages as grey pictures."""
    (folder / "sheet.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-gray", "-r", str(DPI), "sheet.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return [Image.open(BytesIO(path.read_bytes())) for path in sorted(folder.glob("page-*.pgm"))]


Points = list[tuple[float, float, float]]


def holes(picture: Image.Image) -> Points:
    """The round white spots that black rings enclose: centre and width in millimetres."""
    white: NDArray[Any] = np.asarray(picture) > 100  # the signs in the rings are lighter
    labelled, _ = ndimage.label(white)
    found: Points = []
    for index, box in enumerate(ndimage.find_objects(labelled), 1):
        height, width = (side.stop - side.start for side in box)
        filled = np.count_nonzero(labelled[box] == index) / (height * width)
        # A ring's inside covers π/4 of its box, a frame's all of it.
        if 3 * PIXELS < width < 9 * PIXELS and abs(width - height) <= 2 and filled < 0.9:
            y, x = ((side.start + side.stop) / 2 / PIXELS for side in box)
            found.append((x, y, width / PIXELS))
    return found


def squares(picture: Image.Image, size: float) -> Points:
    """The black squares of a size in millimetres."""
    labelled, _ = ndimage.label(np.asarray(picture) < 128)
    found: Points = []
    for index, box in enumerate(ndimage.find_objects(labelled), 1):
        height, width = (side.stop - side.start for side in box)
        filled = np.count_nonzero(labelled[box] == index) / (height * width)
        near = all(abs(side / PIXELS - size) < 0.4 for side in (height, width))
        if near and filled > 0.85:
            y, x = ((side.start + side.stop) / 2 / PIXELS for side in box)
            found.append((x, y, width / PIXELS))
    return found


def assert_same_places(found: Points, wanted: Iterable[tuple[float, float]]) -> None:
    """Each place has just one spot within a third of a millimetre, and no other spot is there."""
    places = sorted(wanted)
    assert len(found) == len(places)
    centres = np.array([(x, y) for x, y, _ in found])
    for x, y in places:
        assert np.hypot(centres[:, 0] - x, centres[:, 1] - y).min() < 0.35, (x, y)


LONG = tuple(choice(2 + index % 9) for index in range(40)) + tuple(
    number(str(index)) for index in range(20)
)


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize(
    ("items", "options", "student"),
    [
        ((choice(4),), SHEETS, None),
        (EVERY_KIND, replace(SHEETS, page="letter", student_digits=12), None),
        (EVERY_KIND, SHEETS, "Łukasz Żółć-O'Neil"),
        (LONG, SHEETS, None),
        (LONG, replace(SHEETS, page="letter", text_size=18), None),
        ((choice(45), number("1")), replace(SHEETS, text_size=24), None),
    ],
    ids=["one", "letter", "student", "sixty", "large", "many options"],
)
def test_each_described_bubble_is_a_ring_and_each_ring_is_described(
    items: tuple[Item, ...], options: PaperOptions, student: str | None, tmp_path: Path
) -> None:
    exam = exam_with(*items, student=student)
    sheet = described(exam, options)
    pictures = scanned(printed(exam, tmp_path, options), tmp_path)
    assert len(pictures) == len(sheet["pages"])
    for picture, page in zip(pictures, sheet["pages"], strict=True):
        assert picture.width == pytest.approx(sheet["width"] * PIXELS, abs=2)
        assert picture.height == pytest.approx(sheet["height"] * PIXELS, abs=2)
        rings = holes(picture)
        assert_same_places(rings, [(each["x"], each["y"]) for each in page["bubbles"]])
        diameters = {round(each["diameter"], 1) for each in page["bubbles"]}
        assert {min(diameters, key=lambda d, w=width: abs(d - w)) for _, _, width in rings} == (
            diameters
        )
        marks = [(each["x"], each["y"]) for each in page["marks"]]
        assert_same_places(squares(picture, 5), marks)
        cells = [(each["x"], each["y"]) for each in page["code_cells"] if each["filled"]]
        assert_same_places(squares(picture, 2.4), cells)


@needs_poppler
@pytest.mark.tex
def test_a_sheet_filled_by_hand_and_scanned_askew_is_read(tmp_path: Path) -> None:
    exam = exam_with(choice(5), number("-0.25"), samples.item("multiple_select"))
    sheet = described(exam)
    (picture,) = scanned(printed(exam, tmp_path), tmp_path)
    (page,) = sheet["pages"]
    wanted = {(1, 1, "C"), (2, 0, "-"), (2, 1, "0"), (2, 2, "."), (2, 3, "2"), (2, 4, "5")}
    wanted |= {(3, 1, "A"), (3, 1, "C"), (0, 1, "7"), (0, 8, "0")}
    draw = ImageDraw.Draw(picture)
    by_name = {(each["question"], each["place"], each["value"]): each for each in page["bubbles"]}
    for name in wanted:  # scribbled a little beside the middle, and over the ring
        each = by_name[name]
        x, y, radius = ((each["x"] + 0.3), (each["y"] - 0.3), each["diameter"] / 2)
        draw.ellipse(
            [
                (x - radius) * PIXELS,
                (y - radius) * PIXELS,
                (x + radius) * PIXELS,
                (y + radius) * PIXELS,
            ],
            fill=60,
        )
    askew = picture.rotate(1.3, fillcolor=255, translate=(9, -6), resample=Image.Resampling.BICUBIC)
    assert read(askew, page) == wanted


def read(picture: Image.Image, page: Any) -> set[tuple[int, int, str]]:
    """The filled bubbles of a scan, found by its corner marks alone."""
    corners = [(each["x"], each["y"]) for each in page["marks"]][:4]
    seen = [(x, y) for x, y, _ in squares(picture, 5)]
    assert len(seen) == 5
    nearest = [
        min(seen, key=lambda at, c=corner: np.hypot(at[0] - c[0], at[1] - c[1]))
        for corner in corners
    ]
    onto, *_ = np.linalg.lstsq(
        np.array([(x, y, 1) for x, y in corners]), np.array(nearest), rcond=None
    )
    dark = np.asarray(picture) < 150
    found = set()
    for each in page["bubbles"]:
        x, y = np.array([each["x"], each["y"], 1]) @ onto * PIXELS
        half = int(each["diameter"] * PIXELS / 4)
        inside = dark[int(y) - half : int(y) + half, int(x) - half : int(x) + half]
        if inside.mean() > 0.6:
            found.add((each["question"], each["place"], each["value"]))
    return found


def test_bubbles_have_the_letters_of_the_paper_and_numbers_room_for_any() -> None:
    bubbles = described(exam_with(*EVERY_KIND))["pages"]
    every = [each for page in bubbles for each in page["bubbles"]]
    values: dict[tuple[str, int, str, int], list[str]] = {}
    for each in every:
        place = (each["kind"], each["question"], each["part"], each["place"])
        values.setdefault(place, []).append(each["value"])
    for number_of, item in enumerate(EVERY_KIND, 1):
        for part in item.parts:
            answer = part.answer
            shown = [
                value for name, value in values.items() if name[1:3] == (number_of, part.label)
            ]
            match answer:
                case SingleChoice():
                    assert shown == [list("ABCDEFGH")[: len(answer.options)]]
                case Numeric():
                    assert sorted(map("".join, shown)) == ["-", *["/.0123456789"] * 7]
                case _:
                    continue
    numbers = [value for name, value in values.items() if name[0] == "student_number"]
    assert numbers == [list("0123456789")] * 8


def test_what_has_no_bubbles_is_named_on_the_sheet_and_on_the_paper() -> None:
    items = (choice(3), samples.item("open"), samples.item("formula"))
    files = render(exam_with(*items), SHEETS).files
    assert described(exam_with(*items))["on_paper"] == [
        {"question": 2, "part": ""},
        {"question": 3, "part": ""},
    ]
    assert '#"Answered on the paper itself: ";#"2, 3";#".";' in files["sheet-A.typ"].decode()
    assert '#"Answered on the paper itself: ";#"2, 3";#".";' in files["paper-A.typ"].decode()
    assert (
        "answer sheet"
        not in render(exam_with(*items), PaperOptions()).files["paper-A.typ"].decode()
    )


@needs_poppler
@pytest.mark.tex
def test_a_person_can_read_a_sheet(tmp_path: Path) -> None:
    exam = exam_with(choice(3), number("1"), student="Ada O'Neil & co", language="de")
    text = words_of(printed(exam, tmp_path))
    for said in ("Samples & more", "Antwortbogen", "Ada O'Neil & co", "20261234", "Seite 1 von 1"):
        assert said in text
    assert "A B C" in text
    assert ", , , ," in text, "numbers have the language's decimal mark"
    assert all(
        bubble["kind"] != "student_number" for bubble in described(exam)["pages"][0]["bubbles"]
    )


def test_a_sheet_does_not_depend_on_keys() -> None:
    def sheet(right: int, key: str) -> tuple[bytes, bytes]:
        options = tuple(
            Option(passage_of(f"option {index}"), index == right, None) for index in range(3)
        )
        first = replace(choice(3), parts=samples.sole(SingleChoice(options)))
        files = render(exam_with(first, number(key)), SHEETS).files
        return files["sheet-A.typ"], files["sheet-A.json"]

    assert len({sheet(right, key) for right in range(3) for key in ("1", "-0.125", "123456")}) == 1


def test_sheets_of_papers_that_differ_have_codes_that_differ() -> None:
    files = render(samples.exam(), SHEETS).files
    codes = {label: json.loads(files[f"sheet-{label}.json"])["code"] for label in "AB"}
    assert codes["A"] != codes["B"]
    for label, code in codes.items():
        assert f'code: "{code[:5]}"' in files[f"paper-{label}.typ"].decode()
        assert code in files[f"sheet-{label}.typ"].decode()


def test_the_cells_of_the_code_say_code_and_page() -> None:
    for page in (sheet := described(exam_with(*LONG)))["pages"]:
        bits = "".join(str(int(cell["filled"])) for cell in page["code_cells"])
        values = [int(five, 2) for five in re.findall(".....", bits)]
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
        assert "".join(letters[value] for value in values[:8]) == sheet["code"]
        assert values[8] == page["page"]
        assert values[9] == sum(place * each for place, each in enumerate(values[:9], 1)) % 31


@pytest.mark.parametrize(
    ("key", "tolerance", "fits"),
    [
        ("1/3", "0", True),
        ("-0.0588235", "0.001", True),
        ("-1234567", "0", True),
        ("12345678", "0", False),
        ("12345678", "100", False),
        ("1/12345678", "0", False),
        ("0.123456", "0", False),
        ("0.00000012", "0.0000001", False),
    ],
)
def test_a_number_that_no_sheet_has_columns_for_is_told(
    key: str, tolerance: str, fits: bool
) -> None:
    problems = render(exam_with(number(key, tolerance), number(key, tolerance)), SHEETS).problems
    assert [problem.code for problem in problems] == ([] if fits else ["paper-sheet"])
    assert not render(exam_with(number(key, tolerance)), PaperOptions()).problems


def test_all_papers_for_the_printer_have_their_sheets_behind_them() -> None:
    files = render(samples.exam(), replace(SHEETS, together=True)).files
    assert re.findall(r'"/(.*?)\.typ"', files["all.typ"].decode())[1:] == [
        "paper-A",
        "sheet-A",
        "paper-B",
        "sheet-B",
    ]


@pytest.mark.tex
@settings(max_examples=15)
@given(title=st.text(max_size=300), course=st.text(max_size=40), student=st.text(max_size=80))
def test_any_title_and_name_can_stand_on_a_sheet(title: str, course: str, student: str) -> None:
    exam = exam_with(choice(2), student=student or "–", title=title, course=course)
    assert_source_compiles(render(exam, SHEETS).files["sheet-20261234.typ"].decode())
