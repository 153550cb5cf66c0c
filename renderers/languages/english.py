"""English."""

from qgen.renderers.languages.words import Labels

ENGLISH = Labels(
    language="en",
    babel="english",
    version="Version",
    name="Name",
    student_number="Student number",
    date="Date",
    duration="Time allowed",
    minutes={"one": "{} minute", "other": "{} minutes"},
    total="Total",
    points={"one": "{} point", "other": "{} points"},
    question="Question {}",
    part="Part {}",
    select_one="Choose one answer.",
    select_any="Any number of answers.",
    match_each="For each number, give the letter of what belongs to it; no letter belongs twice.",
    order_all="Give the letters in the right order.",
    position="Position {}",
    answer="Answer",
    solutions="Solutions",
    key="Key",
    correct="correct",
    wrong="wrong",
    explanation="Explanation",
    rubric="Marking",
    carried="also right: what follows from the student's own answer to part {}",
    feedback="Feedback",
    your_answer="Your answer",
    no_answer="No answer",
    given_of="Points: {} of {}",
    waits="This has yet to be marked by a person.",
    waiting_parts="Parts that a person has yet to mark",
    passed="Passed",
    not_passed="Not passed",
    tolerance="accepted from {} to {}",
    variables="as a function of {}",
    pass_mark="Pass mark",
    percent="{}%",
    attempts="Attempts",
    hint="Hint {}",
    hand_in_file="Hand in a file ({})",
    file_beside=(
        "The page notes its name and size only: hand in the file itself beside the answers."
    ),
    show_solution="Show the solution",
    practice_note="A practice page: it contains the solutions.",
    study_guide="Study guide",
    topics="Topics",
    yes="yes",
    no="no",
    page="Page {} of {}",
    section="Section",
    questions="Questions",
    worth="Points",
    reached="Reached",
    mistake="If the answer is {}",
    judge_each="For each statement, choose yes or no.",
    type_decimal="a decimal such as 0.25 or -1.2e-5",
    type_formula="Type the formula, such as 2*x^2 + exp(-x)/3.",
    type_values="Find the formula, and type its value at each of these points: a decimal such as "
    "0.25 or -1.2e-5, to at least four significant digits.",
    type_value="Type the value: a decimal such as 0.25 or -1.2e-5, to at least four significant "
    "digits.",
    asked_elsewhere="This part is asked in another question.",
    read_only="This part is asked in another question, and stands here only to be read.",
    other_numbers="The numbers here may differ from those in the other question.",
    aids="Allowed aids",
    no_aids="none",
    scoring="Scoring",
    ticks_all_or_nothing="Where any number of answers may be ticked, the points are given if "
    "exactly the right answers are ticked, and otherwise none.",
    ticks_per_option="Where any number of answers may be ticked, each right tick and each wrong "
    "answer left without a tick earns the same share of the points.",
    ticks_right_minus_wrong="Where any number of answers may be ticked, each right tick earns the "
    "same share of the points, and each wrong tick takes as much away, down to 0 for the question. "
    "Where no answer is right, only to tick none earns the points.",
    letters_all_or_nothing="Where letters are to be matched, the points are given if all letters "
    "are right, and otherwise none.",
    letters_per_option="Where letters are to be matched, each right letter earns the same share of "
    "the points.",
    letters_right_minus_wrong="Where letters are to be matched, each right letter earns the same "
    "share of the points, and each wrong letter takes as much away, down to 0 for the question.",
    order_all_or_nothing="An order earns its points if all of it is right, and otherwise none.",
    order_adjacent="In an order, each pair of letters that rightly follow one another earns the "
    "same share of the points.",
    answer_sheet="Answer sheet",
    fill_circles="Fill the circles of your answers completely, with a dark pen. Write a "
    "number with one sign in each frame, and fill the circle of that sign below it.",
    on_paper="Answered on the paper itself: {}",
    use_sheet="Give your answers on the answer sheet.",
    turn_over="Please turn over",
    verified="verified by two routes",
    computed="computed by one route",
    stated="stated by the author",
)
