import base64
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from urllib.parse import unquote_to_bytes

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Option, SingleChoice
from qgen.document.exam import Asset, Paper
from qgen.document.richtext import (
    CodeBlock,
    DisplayMath,
    Heading,
    Hole,
    Image,
    Link,
    Math,
    Paragraph,
    Text,
    passage_of,
)
from qgen.renderers.html.text import escape
from qgen.renderers.wording import points_number
from tests import samples
from tests.examples import examples
from tests.folded import unpacked
from tests.renderers.html.html_written import (
    EXAM,
    MODES,
    PRACTICE,
    exam_of,
    page_of,
    pages,
    passage,
    sample,
    stem,
    words,
)
from tests.written import losses, render

POINTS = f"{points_number(samples.exam().papers[0].points)} points"

BRACES = b"{}" * 20


@MODES
class TestEveryPage:
    def test_there_is_one_for_each_paper(self, options):
        assert list(pages(samples.exam(), options)) == [
            "samples-A.html",
            "samples-B.html",
            "index.html",
        ]

    def test_writing_twice_gives_the_same_bytes(self, options):
        assert pages(samples.exam(), options) == pages(samples.exam(), options)

    def test_identifiers_are_unique_and_those_referred_to_exist(self, options):
        page = sample(options)
        found = page.xpath("//@id")
        assert len(found) == len(set(found))
        named = " ".join(page.xpath("//@for | //@aria-labelledby | //@aria-describedby")).split()
        assert named
        assert set(named) <= set(found)

    def test_every_control_has_a_label_with_words(self, options):
        page = sample(options)
        controls = page.xpath("//input | //textarea | //select")
        assert len(controls) > 15
        for control in controls:
            (label,) = page.xpath("//label[@for=$name]", name=control.get("id"))
            assert words(label)

    def test_choices_stand_in_a_fieldset_with_a_legend(self, options):
        page = sample(options)
        for control in page.xpath("//input[@type='radio' or @type='checkbox']"):
            (group,) = control.xpath("ancestor::fieldset")
            assert words(group.find("legend"))
        for group in page.xpath("//fieldset[.//input[@type='radio']]"):
            assert len(set(group.xpath(".//@name"))) == 1
        groups = [
            group.xpath("string(.//@name)") for group in page.xpath("//fieldset[@class='choices']")
        ]
        assert len(groups) == len(set(groups)) == 4

    def test_nothing_is_loaded_and_only_the_pages_own_script_runs(self, options):
        page = sample(options)
        assert not page.xpath("//link | //iframe | //object | //form")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        assert all(source.startswith("data:") for source in page.xpath("//@src"))
        style = page.xpath("string(//style)")
        assert "@import" not in style
        assert re.findall(r"url\(.{11}", style) == ['url("data:font/']
        (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        data, script = page.xpath("//script")
        assert (data.get("type"), script.get("type")) == ("application/json", "module")
        carried = max(re.findall(r'"([^"]*)"', script.text), key=len)
        _, inner = unpacked(carried).split(b"\0")
        outer_digest, inner_digest = (
            b64encode(sha256(each).digest()).decode() for each in (script.text.encode(), inner)
        )
        assert policy.startswith(
            f"default-src 'none'; script-src 'sha256-{outer_digest}' 'sha256-{inner_digest}'; "
            "style-src"
        )
        assert "connect-src" not in policy

    def test_headings_never_skip_a_level(self, options):
        levels = [
            int(found.tag[1])
            for found in sample(options).xpath(
                "//*[re:test(name(), '^h[1-6]$')]",
                namespaces={"re": "http://exslt.org/regular-expressions"},
            )
        ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below <= above + 1 for above, below in pairwise(levels))

    def test_landmarks_language_and_title(self, options):
        page = sample(options)
        assert page.get("lang") == "en"
        assert len(page.xpath("//main")) == len(page.xpath("//body/header")) == 1
        assert page.xpath("string(//title)") == "Samples & more · Version A"
        assert page.xpath("//nav//a/@href") == [
            f"#q{number}" for number in range(1, len(samples.KINDS) + 1)
        ]

    def test_the_head_prints_the_facts_of_the_paper(self, options):
        text = words(sample(options, "samples-B.html").find(".//header"))
        for fact in ("Course 1", "Samples & more", "December 4, 2026", "90 minutes", POINTS):
            assert fact in text
        assert "Ada O'Neil & co" in text
        assert "80%" in text

    def test_every_node_is_written(self, options):
        item = samples.item("open")
        stem_box = page_of(item, options=options).xpath("//article/div[@class='text']")[0]
        text = stem_box.text_content()
        for shown in (
            "Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac “quoted” – naïve −3<7> & 8",
            "for i in range(3):\n    print(i & 1 < 2, '\\n', \"{}\")\n",
            "p_x = a[0] < 1 & ~b {}",
        ):
            assert shown in text
        assert words(stem_box.find(".//em")) == "stressed"
        assert words(stem_box.find(".//strong/em")) == "both"
        assert words(stem_box.find(".//blockquote")) == "A quotation."
        assert stem_box.find(".//ol").get("start") == "3"
        assert [words(entry) for entry in stem_box.findall(".//ol/li")] == ["third", "fourth"]
        assert stem_box.find(".//hr") is not None
        assert stem_box.find(".//br") is not None
        assert [words(cell) for cell in stem_box.findall(".//tr")[1]] == ["1", "2 & 3", "<7> & 8"]
        (link, data) = stem_box.findall(".//a")
        assert data.get("download") == "points.csv"
        assert link.get("href") == "https://example.org/a?b=1&c=%20d#e_f"
        assert set(link.get("rel").split()) >= {"noopener", "noreferrer"}
        (image,) = stem_box.findall(".//img")
        assert image.get("alt") == "A grey picture, 100% <flat>, <7> & 8"
        kind, _, data = image.get("src").partition(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(data) == samples.PNG

    def test_formulas_are_mathml_without_leftover_entities(self, options):
        page = page_of(
            stem(
                Paragraph((Math((r"\sin x < ", Hole(0))),)),
                DisplayMath((r"\frac{a}{b}",)),
                printed=(r"\frac{3}{4}",),
            ),
            options=options,
        )
        inline, display = page.xpath("//article/div[@class='text']//math")
        assert "".join(inline.itertext()) == "sin\N{FUNCTION APPLICATION}x<34"
        assert [words(part) for part in inline.find(".//mfrac")] == ["3", "4"]
        assert inline.get("display") is None
        assert display.get("display") == "block"
        assert not losses(samples.item("derivation"), options)

    def test_scripts_in_any_text_stay_text(self, options):
        attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"
        item = stem(
            Paragraph((Text(attack), Hole(0), Image("picture", (attack, Hole(0))))),
            CodeBlock(attack, attack),
            Paragraph((Math((r"\text{<script>alert(1)</script>}",)),)),
            printed=(attack,),
        )
        item = replace(item, header=replace(item.header, title=attack, language=attack))
        exam = replace(
            exam_of(item, label=attack), title=attack, course=attack, date=attack, slug=attack
        )
        section = replace(exam.papers[0].sections[0], title=attack)
        exam = replace(exam, papers=(Paper(attack, attack, (section,)),))
        (name,) = pages(exam, options)
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.html", name)
        page = lxml.html.document_fromstring(pages(exam, options)[name])
        assert len(page.xpath("//script")) == 2
        assert not page.xpath("//@onerror | //img[not(starts-with(@src, 'data:'))]")
        assert page.text_content().count(attack) >= 6

    def test_only_web_and_mail_links_can_be_followed(self, options):
        targets = [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//a.b",
            "http://[",
        ]
        good = ["mailto:a@b.c", "HTTP://a.b"]
        links = tuple(Link(target, (Text(target),)) for target in [*targets, *good])
        item = stem(Paragraph(links))
        page = page_of(item, options=options)
        assert page.xpath("//article//a/@href") == good
        assert all(target in page.text_content() for target in targets)
        found = losses(item, options)
        assert [(p.code, p.severity) for p in found] == [("html-link", "loss")] * len(targets)

    def test_option_controls_tell_nothing(self, options):
        for control in page_of(samples.item("single_choice"), options=options).xpath(
            "//fieldset//input"
        ):
            assert set(control.keys()) == {"type", "id", "name", "value", "autocomplete"}
            assert control.getparent().get("class") == "option"

    def test_long_options_stand_beside_their_control(self, options):
        long = passage(Paragraph((Text("first"),)), DisplayMath(("x",)))
        answer = SingleChoice((Option(long, True, None), Option(passage_of("b"), False, None)))
        page = page_of(
            replace(samples.item("single_choice"), parts=samples.sole(answer)), options=options
        )
        assert not page.xpath("//label//p | //label//div | //legend//p")
        control = page.xpath("//input[@type='radio']")[0]
        named = control.get("aria-labelledby").split()
        assert " ".join(words(page.get_element_by_id(name)) for name in named) == "A first x"


class TestLosses:
    def test_a_refused_formula_is_an_error_with_its_position_and_is_shown_as_source(self):
        item = stem(Paragraph((Math((r"a + \mbox{", Hole(0), "}<b>")),)), printed=("x",))
        (problem,) = losses(item, PRACTICE)
        assert (problem.code, problem.severity) == ("html-math", "error")
        assert problem.place == item.header.place
        assert r"'a + \mbox{x}<b>'" in problem.message
        assert "at character 5" in problem.message
        assert words(page_of(item).find(".//code")) == r"a + \mbox{x}<b>"

    @pytest.mark.parametrize("assets", [{}, {"plot": Asset("plot", {"pdf": b"%PDF"})}])
    def test_a_picture_without_a_form_for_browsers_is_its_words(self, assets):
        item = replace(stem(Paragraph((Image("plot", ("Two bells",)),))), assets=assets)
        (problem,) = losses(item, EXAM)
        assert (problem.code, problem.severity) == ("html-image", "loss")
        page = page_of(item, options=EXAM)
        assert "[Two bells]" in page.text_content()
        assert not page.findall(".//img")

    def test_each_variant_shows_its_own_picture(self):
        text = passage(Paragraph((Image("plot", ("A plot",)),)))
        items = [
            replace(samples.item("open", stem=text), assets={"plot": Asset("plot", {"svg": svg})})
            for svg in (b"<svg>1</svg>", BRACES)
        ]
        sources = page_of(*items).xpath("//img/@src")
        # Of two spellings the shorter one is taken.
        plain, coded = (source.partition(",") for source in sources)
        assert plain[2] == "<svg>1</svg>"
        assert (coded[0], base64.b64decode(coded[2])) == ("data:image/svg+xml;base64", BRACES)

    @given(st.binary(max_size=60))
    def test_a_picture_stays_what_it_was(self, content):
        text = passage(Paragraph((Image("plot", ('It\'s a "plot"',)),)))
        asset = Asset("plot", {"svg": content})
        page = page_of(replace(samples.item("open", stem=text), assets={"plot": asset}))
        ((source, words),) = zip(page.xpath("//img/@src"), page.xpath("//img/@alt"), strict=True)
        kind, _, coded = source.partition(",")
        found = base64.b64decode(coded) if kind.endswith(";base64") else unquote_to_bytes(coded)
        assert (found, words) == (content, 'It\'s a "plot"')

    def test_what_only_solutions_lack_is_no_loss_of_an_exam_page(self):
        item = replace(samples.item("open"), explanation=passage(DisplayMath(("x_",))))
        assert [problem.code for problem in losses(item, PRACTICE)] == ["html-math"]
        assert losses(item, EXAM) == []

    def test_the_instructions_of_the_exam_are_reported_by_render(self):
        exam = replace(samples.exam(), instructions=passage(DisplayMath(("x_",))))
        (problem,) = render(exam, EXAM).problems
        assert problem.code == "html-math"
        assert render(samples.exam(), PRACTICE).problems == ()


def test_labels_of_formulas_do_not_become_identifiers():
    tex = r"\begin{equation}\label{q1} x \eqref{q1}\end{equation}"
    page = page_of(stem(DisplayMath((tex,)), DisplayMath((tex,))))
    identifiers = page.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    assert not page.xpath("//math//a")
    assert words(page.findall(".//math")[0]).count("(1)") == 2


def test_files_have_safe_names_that_differ_in_more_than_case():
    labels = ["a/b", "a b", "A-B", "../..", "", "王", "x" * 300]
    papers = tuple(Paper(label, None, ()) for label in labels)
    *names, index = pages(replace(samples.exam(), papers=papers), EXAM)
    assert index == "index.html"
    assert len({name.lower() for name in names}) == len(labels)
    assert all(re.fullmatch(r"samples-[\w-]{1,90}\.html", name) for name in names)
    assert names[0] == "samples-a-b.html"
    assert "samples-王.html" in names


def test_headings_of_a_text_are_nested_below_the_question():
    levels = [3, 5, 1, 2, 6]
    item = stem(*(Heading(level, (Text(f"level {level}"),)) for level in levels))
    found = page_of(item).xpath("//article//*[starts-with(., 'level')]")
    assert [heading.tag for heading in found] == ["h4", "h5", "h4", "h5", "h6"]


def test_a_question_in_another_language_says_so():
    item = samples.item("single_choice")
    item = replace(item, header=replace(item.header, language="de"))
    page = page_of(item)
    assert set(page.xpath("//article//*[@class='text' or @class='words']/@lang")) == {"de"}
    assert page.get("lang") == "en"


def test_an_unknown_language_is_refused():
    with pytest.raises(LookupError, match="no labels"):
        render(replace(samples.exam(), language="tlh"), EXAM)


@pytest.mark.slow
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
@examples(100)
def test_any_text_is_shown_verbatim(text):
    item = stem(
        Paragraph((Text(f"«{text}»"), Hole(0), Image("no such", (text,)))),
        CodeBlock(text, ""),
        printed=(f"‹{text}›",),
    )
    shown = page_of(item, options=EXAM).xpath("string(//article)")
    assert f"«{text}»‹{text}›[{text}]\n{text}" in shown


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a < b", "a &lt; b"),
        ("a\r\nb", "a&#13;\nb"),
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("<\ud83d>", "&lt;\N{REPLACEMENT CHARACTER}&gt;"),
        ("\ude00\n", "\N{REPLACEMENT CHARACTER}\n"),
        ("\ud83d\ude00", "\N{GRINNING FACE}"),
    ],
    ids=ascii,
)
def test_what_no_page_can_hold_becomes_a_replacement_character(text, markup):
    assert escape(text) == markup
    assert escape(text).encode("utf-8")


@pytest.mark.parametrize("drawn", [r"\boxed{x}", r"\cancel{x}"])
def test_boxes_and_strokes_are_drawn_where_there_are_some(drawn):
    def rules(tex: str) -> int:
        (page,) = pages(exam_of(stem(Paragraph((Math((tex,)),)))), PRACTICE).values()
        assert ("<menclose" in page.decode()) == (tex == drawn)
        return page.decode().count("menclose[notation")

    assert rules("x") == 0 < rules(drawn)
