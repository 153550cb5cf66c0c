"""Which options a variant shows where a question has more than it asks for."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import SingleChoice
from qgen.document.richtext import plain_text
from qgen.generator.drawing import VariantFailure
from qgen.generator.seeds import stream
from tests.bank.written import problems_of, question, template
from tests.generator.filled import choice, fill, shown

A = {"a": {"integers": {"from": -9, "to": 9}}}


class TestDrawOfRightOptions:
    """`draw: {options: …, right: …}`: every demand is met, by every lot, and every lot falls."""

    @pytest.mark.slow
    @given(st.data())
    def test_every_variant_shows_what_is_asked_for(self, data: st.DataObject) -> None:
        right = data.draw(st.lists(st.booleans(), min_size=3, max_size=8))
        places = data.draw(
            st.lists(
                st.sampled_from([None, None, None, "first", "last"]),
                min_size=len(right),
                max_size=len(right),
            )
        )
        options: list[dict[str, Any]] = [
            {"text": f"o{index}", "correct": truth, **({"position": place} if place else {})}
            for index, (truth, place) in enumerate(zip(right, places, strict=True))
        ]
        least, more = data.draw(st.integers(2, 5)), data.draw(st.integers(0, 2))
        low, further = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))
        draw = {"options": f"{least}-{least + more}", "right": f"{low}-{low + further}"}
        written_question = question("multiple_select", options=options, draw=draw)
        if problems_of(written_question):
            return
        found = template(written_question)
        for number in range(10):
            texts = shown(fill(found, source=stream(number, "", "", "", 0)))
            truths = [right[int(text[1:])] for text in texts]
            assert len(set(texts)) == len(texts)
            assert least <= len(texts) <= least + more
            assert low <= sum(truths) <= low + further
            assert {f"o{n}" for n, place in enumerate(places) if place} <= set(texts)

    def test_each_number_and_each_option_is_as_likely(self) -> None:
        options = [{"text": letter, "correct": letter in "abc"} for letter in "abcdefgh"]
        draw = {"options": 5, "right": "1-3"}
        found = choice(*options, kind="multiple_select", draw=draw)
        counts: Counter[int] = Counter()
        seen: Counter[str] = Counter()
        for number in range(600):
            texts = shown(fill(found, source=stream(number, "", "", "", 0)))
            counts[sum(text in "abc" for text in texts)] += 1
            seen.update(texts)
        assert all(150 < counts[number] < 250 for number in (1, 2, 3))
        # Two of three right ones on average, and three of five wrong ones.
        assert all(340 < seen[letter] < 460 for letter in "abc")
        assert all(300 < seen[letter] < 420 for letter in "defgh")

    def test_a_single_choice_shows_one_of_its_right_ones(self) -> None:
        options = [{"text": letter, "correct": letter in "ab"} for letter in "abcde"]
        found = choice(*options, draw={"options": 3, "right": 1})
        rights: Counter[str] = Counter()
        for number in range(200):
            answer = fill(found, source=stream(number, "", "", "", 0)).parts[0].answer
            assert isinstance(answer, SingleChoice)
            (right,) = [plain_text(each.text) for each in answer.options if each.correct]
            rights[right] += 1
        assert all(70 < rights[letter] < 130 for letter in "ab")

    def test_computed_truths_may_leave_too_few(self) -> None:
        options = [{"text": f"more than {n}", "correct": f"a > {n}"} for n in range(1, 5)]
        draw = {"options": 3, "right": "1-2"}
        found = choice(*options, kind="multiple_select", draw=draw, parameters=A)
        for number in range(20):
            texts = shown(fill(found, {"a": 3}, source=stream(number, "", "", "", 0)))
            assert sum(int(text[-1]) < 3 for text in texts) in (1, 2)
        with pytest.raises(VariantFailure) as caught:
            fill(found, {"a": 9})
        assert caught.value.code == "draw"
        assert str(caught.value).startswith(
            "4 options are right and 0 are wrong, which is not enough for what 'draw' asks for "
            "(bank.yaml:"
        )

    def test_a_number_draws_as_it_did(self) -> None:
        """Papers that were printed before there was a mapping stay what they are."""
        options = [{"text": letter, "correct": letter in "ab"} for letter in "abcdef"]
        for shuffle in (True, False):
            by_number = choice(*options, kind="multiple_select", draw=3)
            by_mapping = choice(*options, kind="multiple_select", draw={"options": 3})
            for number in range(20):
                first, second = (
                    shown(fill(each, shuffle=shuffle, source=stream(number, "", "", "", 0)))
                    for each in (by_number, by_mapping)
                )
                assert first == second
        found = choice(*options, kind="multiple_select", draw=3)
        assert shown(fill(found, shuffle=True, source=stream(5, "x", "y", "z", 0))) == list("bce")
        assert shown(fill(found, shuffle=True, source=stream(6, "x", "y", "z", 0))) == list("dae")
