from qgen.document.problem import Place, Problem, did_you_mean, in_reading_order


def test_a_problem_prints_where_what_and_its_code() -> None:
    place = Place("bank/a.yaml", 3, 7)
    assert str(Problem("unknown-key", "no such key", place)) == (
        "bank/a.yaml:3:7: error: no such key [unknown-key]"
    )
    assert str(Problem("lost", "left out", None, "loss")) == "loss: left out [lost]"


def test_reading_order_is_by_place_without_repeats() -> None:
    nowhere = Problem("a", "nowhere")
    early, late = Place("a.yaml", 2, 9), Place("a.yaml", 10, 1)
    problems = [
        Problem("b", "late", late),
        Problem("z", "second code", early),
        Problem("b", "other file", Place("b.yaml", 1, 1)),
        Problem("a", "first code", early),
        nowhere,
        Problem("b", "late", late),
    ]
    messages = [problem.message for problem in in_reading_order(problems)]
    assert messages == ["nowhere", "first code", "second code", "late", "other file"]


def test_only_a_near_name_is_suggested() -> None:
    names = ("tolerance", "points", "topic")
    assert did_you_mean("tolerence", names) == " (did you mean 'tolerance'?)"
    assert did_you_mean("xyz", names) == ""
