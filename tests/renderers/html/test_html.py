import base64
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.document.answers import Numeric, Option, SingleChoice, Tolerance
from qgen.document.exam import Asset, Item, Paper, Section
from qgen.document.formats import HtmlOptions
from qgen.document.richtext import (
    Block,
    CodeBlock,
    DisplayMath,
    Heading,
    Hole,
    Image,
    Link,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.marking.grader import mark_number
from tests import samples
from tests.written import losses, render

PRACTICE, EXAM = HtmlOptions("practice"), HtmlOptions("exam")
MODES = pytest.mark.parametrize("options", [PRACTICE, EXAM], ids=["practice", "exam"])
POINTS = f"{samples.exam().papers[0].points} points"
CHROMIUM = Path("/usr/bin/chromium")


def pages(exam: samples.SampleExam, options: HtmlOptions) -> dict[str, bytes]:
    return dict(render(exam, options).files)


def exam_of(*items: Item, label: str = "A") -> samples.SampleExam:
    section = Section("Only one", None, items)
    return replace(samples.exam(), papers=(Paper(label, None, (section,)),))


def page_of(*items: Item, options: HtmlOptions = PRACTICE) -> lxml.html.HtmlElement:
    (page,) = pages(exam_of(*items), options).values()
    return lxml.html.document_fromstring(page)


def passage(*blocks: Block, printed: tuple[str, ...] = ()) -> Passage:
    return Passage(RichText(blocks), printed)


def stem(*blocks: Block, printed: tuple[str, ...] = ()) -> Item:
    return samples.item("open", stem=passage(*blocks, printed=printed))


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def sample(options: HtmlOptions, name: str = "samples-A.html") -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(pages(samples.exam(), options)[name])


@MODES
class TestEveryPage:
    def test_there_is_one_for_each_paper(self, options):
        assert list(pages(samples.exam(), options)) == ["samples-A.html", "samples-B.html"]

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

    def test_nothing_is_loaded_or_run(self, options):
        page = sample(options)
        assert not page.xpath("//script | //link | //iframe | //object | //form")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        assert all(source.startswith("data:") for source in page.xpath("//@src"))
        style = page.xpath("string(//style)")
        assert "@import" not in style
        assert re.findall(r"url\(.{11}", style) == ['url("data:font/']
        (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none';")
        assert "script" not in policy

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
        for fact in ("Course 1", "Samples & more", "2026-12-04", "90 minutes", POINTS):
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
        (link,) = stem_box.findall(".//a")
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
        assert not page.xpath("//script | //@onerror | //img[not(starts-with(@src, 'data:'))]")
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


class TestPracticeMode:
    def test_the_page_says_that_it_contains_the_solutions(self):
        assert "it contains the solutions" in words(sample(PRACTICE).find(".//header"))
        assert "it contains the solutions" not in sample(EXAM).text_content()

    @pytest.mark.parametrize(
        ("kind", "shown"),
        [
            ("single_choice", "Key: A ✓ A correct Why it is right. ✗ B wrong This swaps the two."),
            ("multiple_select", "Key: A, C ✓ A correct It follows from A. ✗ B wrong B contradicts"),
            ("numeric", "≈0.0588235 nats (accepted from 0.05824 to 0.0594)"),
            ("numeric", "If the answer is 0.25 That is the standard deviation."),
            ("formula", "(3*x_1 - 4*x_2 - 2)/26"),
            ("formula", "The square does not belong here."),
            ("short_answer", "Key: evidence lower bound · ELBO"),
            ("short_answer", "If the answer is evidence Only a bound of it."),
            ("open", "1 point Names the joint law. 0.5 points Gives a reason."),
        ],
    )
    def test_each_kind_has_its_solution_folded_away(self, kind, shown):
        (details,) = page_of(samples.item(kind)).findall(".//details")
        assert details.get("open") is None
        assert words(details.find("summary")).startswith("Show the solution")
        assert shown in words(details)
        assert f"The worked solution of the {kind} question." in words(details)

    def test_a_derivation_has_a_solution_for_each_part_and_one_for_the_whole(self):
        page = page_of(samples.item("derivation"))
        parts = page.xpath("//section[@class='part']")
        labels = [f"Part {part.label}" for part in samples.parts("derivation")]
        assert [words(part.find(".//h4")) for part in parts] == labels
        assert [len(part.findall(".//details")) for part in parts] == [1] * len(labels)
        assert (
            words(parts[1].xpath("string(.//p[@class='points'])") and parts[1].find(".//p"))
            == "1 point"
        )
        assert "The worked solution" in words(page.findall(".//details")[-1])

    @given(
        st.fractions(min_value=-(10**6), max_value=10**6).filter(bool),
        st.fractions(min_value=Fraction(1, 10**6), max_value=1),
        st.sampled_from(["absolute", "relative"]),
    )
    @settings(deadline=None, max_examples=60)
    def test_what_is_printed_as_accepted_is_accepted(self, key, amount, kind):
        answer = Numeric(key, Tolerance(kind, amount))
        page = page_of(replace(samples.item("numeric"), parts=samples.sole(answer)))
        low, high = (
            Fraction(re.sub(r"⋅10(.*)", r"e\1", "".join(found.itertext()).replace("−", "-")))
            for found in page.xpath("//span[@class='accepted']//math")
        )
        assert mark_number(answer, low).credit == mark_number(answer, high).credit == 1
        assert high - low >= Fraction(98, 100) * 2 * (
            amount if kind == "absolute" else amount * abs(key)
        )


class TestExamMode:
    SECRETS = (
        "Why it is right",
        "This swaps the two",
        "It follows from A",
        "B contradicts it",
        "standard deviation",
        "0.0588",
        "0.0582",
        "3*x_1",
        "The square does not belong",
        "evidence lower bound",
        "ELBO",
        "Only a bound",
        "Names the joint law",
        "Gives a reason",
        "worked solution",
        "Explanation of the part",
        "Show the solution",
        "<details",
        "</details",
        "Sample single_choice",
    )

    def test_no_key_feedback_explanation_or_rubric_is_in_the_bytes(self):
        practice = b"".join(pages(samples.exam(), PRACTICE).values()).decode()
        exam = b"".join(pages(samples.exam(), EXAM).values()).decode()
        for secret in self.SECRETS:
            assert secret in practice
            assert secret not in exam

    def test_the_bytes_do_not_depend_on_the_key(self):
        item = samples.item("single_choice")
        first, second, third = item.parts[0].answer.options
        other = SingleChoice(
            (
                first._replace(correct=False),
                second._replace(correct=True, feedback=None),
                third,
            )
        )
        numeric = samples.item("numeric")
        before = exam_of(item, numeric)
        after = exam_of(
            replace(item, parts=samples.sole(other), explanation=None),
            replace(
                numeric,
                parts=samples.sole(replace(numeric.parts[0].answer, key=3, mistakes=())),
            ),
        )
        assert pages(before, EXAM) == pages(after, EXAM)
        assert pages(before, PRACTICE) != pages(after, PRACTICE)

    def test_a_paper_of_nobody_asks_for_the_name(self):
        assert sample(EXAM, "samples-A.html").xpath("//input[@id='student-name']")
        assert not sample(EXAM, "samples-B.html").xpath("//input[@id='student-name']")
        assert not sample(PRACTICE).xpath("//input[@id='student-name']")


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
            for svg in (b"<svg>1</svg>", b"<svg>2</svg>")
        ]
        sources = page_of(*items).xpath("//img/@src")
        assert [base64.b64decode(source.split(",")[1]) for source in sources] == [
            b"<svg>1</svg>",
            b"<svg>2</svg>",
        ]

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
    names = list(pages(replace(samples.exam(), papers=papers), EXAM))
    assert len({name.lower() for name in names}) == len(labels)
    assert all(re.fullmatch(r"samples-[A-Za-z0-9_-]{1,90}\.html", name) for name in names)
    assert names[0] == "samples-a-b.html"


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


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
@settings(deadline=None, max_examples=100)
def test_any_text_is_shown_verbatim(text):
    item = stem(
        Paragraph((Text(f"«{text}»"), Hole(0), Image("no such", (text,)))),
        CodeBlock(text, ""),
        printed=(f"‹{text}›",),
    )
    shown = page_of(item, options=EXAM).xpath("string(//article)")
    assert f"«{text}»‹{text}›[{text}]\n{text}" in shown


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page of items without JavaScript; fails on a console message or a request."""
    contexts, trouble = [], []

    def open_page(*items: Item, width: int = 1280, options: HtmlOptions = PRACTICE):
        (content,) = pages(exam_of(*items), options).values()
        file = tmp_path / "page.html"
        file.write_bytes(content)
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=False
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on(
            "request",
            lambda request: (
                None
                if request.url == file.as_uri() or request.url.startswith("data:")
                else trouble.append(request.url)
            ),
        )
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


ALL = [samples.item(kind) for kind in samples.KINDS]
WIDE = stem(
    Paragraph((Text("W" * 300), Math((" + ".join(f"x_{{{n}}}^2" for n in range(60)),)))),
    DisplayMath((" + ".join(f"x_{{{n}}}" for n in range(60)),)),
    CodeBlock("wide " * 60, ""),
    replace(samples.BLOCKS[-1], header=((Text("w" * 60),),) * 3),
    printed=("7",),
)


@pytest.mark.browser
@MODES
def test_a_small_screen_never_scrolls_sideways(visit, options):
    page = visit(*ALL, WIDE, width=360, options=options)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(
        "[...document.querySelectorAll('.display')].some(box => box.scrollWidth > box.clientWidth)"
    )


@pytest.mark.browser
def test_a_comma_behind_a_formula_never_begins_a_line(visit):
    words = [
        node
        for number in range(40)
        for node in (Math((f"x_{{{number}}}",)), Text("), " + "w" * (number % 7) + " "))
    ]
    page = visit(stem(Paragraph(tuple(words))), width=360)
    rectangles = "[...document.querySelectorAll('.kept')].map(box => box.getClientRects().length)"
    assert page.evaluate(rectangles) == [1] * 40
    assert page.evaluate("document.querySelector('.text').clientHeight") > 100


@pytest.mark.browser
def test_a_solution_opens_by_keyboard_without_javascript(visit):
    page = visit(samples.item("single_choice"))
    key = page.locator(".key")
    assert not key.is_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator("summary:focus").count():
            break
    assert (
        page.locator("summary").evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    )
    page.keyboard.press("Enter")
    assert key.is_visible()


@pytest.mark.browser
@MODES
def test_students_can_tick_and_type(visit, options):
    page = visit(
        samples.item("single_choice"), samples.item("multiple_select"), *ALL, options=options
    )
    page.get_by_label("the right one").first.check()
    page.get_by_label("another wrong one").first.check()
    assert not page.get_by_label("the right one").first.is_checked()
    page.get_by_label("a true statement").first.check()
    page.get_by_label("a second true statement").first.check()
    assert page.get_by_label("a true statement").first.is_checked()
    for control in page.locator("input[type=text], textarea").all():
        control.fill("0.5")
        assert control.input_value() == "0.5"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_texts_have_enough_contrast(browser, visit, scheme):
    page = visit(*ALL)
    page.emulate_media(color_scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    too_pale = page.evaluate(
        """() => {
          const channels = colour => colour.match(/[\\d.]+/g).map(Number)
          const light = colour => channels(colour).slice(0, 3)
            .map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
          const ground = node => {
            for (; node; node = node.parentElement) {
              const colour = getComputedStyle(node).backgroundColor
              if (channels(colour)[3] !== 0) return colour
            }
            return 'rgb(255, 255, 255)'
          }
          return [...document.body.querySelectorAll('*')]
            .filter(node => [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(node => {
              const [a, b] = [light(getComputedStyle(node).color), light(ground(node))]
              return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5
            })
            .map(node => node.outerHTML.slice(0, 80))
        }"""
    )
    assert too_pale == []


@pytest.mark.browser
def test_large_operators_and_brackets_grow_with_the_font_inside_the_page(visit):
    page = visit(stem(DisplayMath((r"\left(\frac{\frac ab}{\frac cd}\right) \sum x",))))
    heights = page.locator(".display mo").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    letter = page.locator(".display mi").last.evaluate(
        "node => node.getBoundingClientRect().height"
    )
    bracket, _, total = heights
    assert bracket > 3 * letter
    assert total > 1.3 * letter
