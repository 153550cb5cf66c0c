"""The words that a paper or a page adds to the questions, by language."""

from dataclasses import dataclass

from qgen.document.problem import did_you_mean


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's words. Texts with `{}` take a number or a name."""

    language: str
    babel: str | None
    version: str
    name: str
    student_number: str
    date: str
    duration: str
    minutes: str
    total: str
    point: str
    points: str
    question: str
    part: str
    select_one: str
    select_any: str
    match_each: str
    order_all: str
    position: str
    answer: str
    solutions: str
    key: str
    correct: str
    wrong: str
    explanation: str
    rubric: str
    carried: str
    feedback: str
    your_answer: str
    no_answer: str
    given_of: str
    waits: str
    waiting_parts: str
    passed: str
    not_passed: str
    tolerance: str
    variables: str
    pass_mark: str
    percent: str
    attempts: str
    show_solution: str
    practice_note: str
    study_guide: str
    topics: str
    yes: str
    no: str
    page: str
    section: str
    questions: str
    worth: str
    reached: str
    mistake: str
    judge_each: str
    type_decimal: str
    type_formula: str
    type_values: str
    type_value: str
    asked_elsewhere: str
    read_only: str
    other_numbers: str
    aids: str
    no_aids: str
    scoring: str
    ticks_all_or_nothing: str
    ticks_per_option: str
    ticks_right_minus_wrong: str
    letters_all_or_nothing: str
    letters_per_option: str
    letters_right_minus_wrong: str
    order_all_or_nothing: str
    order_adjacent: str
    turn_over: str


_ENGLISH = Labels(
    language="en",
    babel="english",
    version="Version",
    name="Name",
    student_number="Student number",
    date="Date",
    duration="Time allowed",
    minutes="{} minutes",
    total="Total",
    point="{} point",
    points="{} points",
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
    turn_over="Please turn over",
)

_GERMAN = Labels(
    language="de",
    babel="ngerman",
    version="Version",
    name="Name",
    student_number="Matrikelnummer",
    date="Datum",
    duration="Bearbeitungszeit",
    minutes="{} Minuten",
    total="Summe",
    point="{} Punkt",
    points="{} Punkte",
    question="Aufgabe {}",
    part="Teil {}",
    select_one="Wählen Sie eine Antwort.",
    select_any="Beliebig viele Antworten.",
    match_each="Geben Sie zu jeder Zahl den passenden Buchstaben an; keiner passt zweimal.",
    order_all="Geben Sie die Buchstaben in der richtigen Reihenfolge an.",
    position="Stelle {}",
    answer="Antwort",
    solutions="Lösungen",
    key="Lösung",
    correct="richtig",
    wrong="falsch",
    explanation="Erklärung",
    rubric="Bewertung",
    carried="auch richtig: was aus der eigenen Antwort zu Teil {} folgt",
    feedback="Rückmeldung",
    your_answer="Ihre Antwort",
    no_answer="Keine Antwort",
    given_of="Punkte: {} von {}",
    waits="Das muss noch ein Mensch bewerten.",
    waiting_parts="Teile, die noch ein Mensch bewerten muss",
    passed="Bestanden",
    not_passed="Nicht bestanden",
    tolerance="angenommen von {} bis {}",
    variables="als Funktion von {}",
    pass_mark="Bestehensgrenze",
    percent="{}\u00a0%",
    attempts="Versuche",
    show_solution="Lösung zeigen",
    practice_note="Eine Übungsseite: Sie enthält die Lösungen.",
    study_guide="Lernhilfe",
    topics="Themen",
    yes="ja",
    no="nein",
    page="Seite {} von {}",
    section="Abschnitt",
    questions="Aufgaben",
    worth="Punkte",
    reached="Erreicht",
    mistake="Bei der Antwort {}",
    judge_each="Wählen Sie zu jeder Aussage ja oder nein.",
    type_decimal="eine Dezimalzahl mit Punkt wie 0.25 oder -1.2e-5",
    type_formula="Geben Sie die Formel ein, etwa 2*x^2 + exp(-x)/3.",
    type_values="Bestimmen Sie die Formel und geben Sie ihren Wert an jeder dieser Stellen ein: "
    "eine Dezimalzahl mit Punkt wie 0.25 oder -1.2e-5, auf mindestens vier gültige Ziffern.",
    type_value="Geben Sie den Wert ein: eine Dezimalzahl mit Punkt wie 0.25 oder -1.2e-5, auf "
    "mindestens vier gültige Ziffern.",
    asked_elsewhere="Dieser Teil wird in einer anderen Aufgabe gefragt.",
    read_only="Dieser Teil wird in einer anderen Aufgabe gefragt und steht hier nur zum Nachlesen.",
    other_numbers="Die Zahlen können hier andere sein als in der anderen Aufgabe.",
    aids="Erlaubte Hilfsmittel",
    no_aids="keine",
    scoring="Bewertung",
    ticks_all_or_nothing="Wo beliebig viele Antworten angekreuzt werden können, gibt es die "
    "Punkte, wenn genau die richtigen angekreuzt sind, sonst keine.",
    ticks_per_option="Wo beliebig viele Antworten angekreuzt werden können, bringt jedes richtige "
    "Kreuz und jede falsche Antwort ohne Kreuz den gleichen Anteil der Punkte.",
    ticks_right_minus_wrong="Wo beliebig viele Antworten angekreuzt werden können, bringt jedes "
    "richtige Kreuz den gleichen Anteil der Punkte, und jedes falsche zieht ebenso viel ab, bis "
    "hinunter zu 0 für die Aufgabe. Ist keine Antwort richtig, gibt es die Punkte nur ganz ohne "
    "Kreuz.",
    letters_all_or_nothing="Wo Buchstaben zuzuordnen sind, gibt es die Punkte, wenn alle "
    "richtig sind, sonst keine.",
    letters_per_option="Wo Buchstaben zuzuordnen sind, bringt jeder richtige den gleichen Anteil "
    "der Punkte.",
    letters_right_minus_wrong="Wo Buchstaben zuzuordnen sind, bringt jeder richtige den gleichen "
    "Anteil der Punkte, und jeder falsche zieht ebenso viel ab, bis hinunter zu 0 für die Aufgabe.",
    order_all_or_nothing="Eine Reihenfolge bringt ihre Punkte, wenn sie ganz richtig ist, sonst "
    "keine.",
    order_adjacent="In einer Reihenfolge bringt jedes Paar von Buchstaben, die richtig aufeinander "
    "folgen, den gleichen Anteil der Punkte.",
    turn_over="Bitte wenden",
)

_CHINESE = Labels(
    language="zh",
    babel=None,
    version="版本",
    name="姓名",
    student_number="学号",
    date="日期",
    duration="考试时间",
    minutes="{} 分钟",
    total="总分",
    point="{} 分",
    points="{} 分",
    question="第 {} 题",
    part="第 {} 部分",
    select_one="请选择一个答案。",
    select_any="可多选，也可不选。",
    match_each="请为每个编号填写与之对应的字母；每个字母至多使用一次。",
    order_all="请按正确的顺序填写字母。",
    position="第 {} 位",
    answer="答案",
    solutions="参考答案",
    key="答案",
    correct="正确",
    wrong="错误",
    explanation="解析",
    rubric="评分标准",
    carried="由学生自己在第 {} 部分的答案推出的结果也算正确",
    feedback="反馈",
    your_answer="你的答案",
    no_answer="未作答",
    given_of="得 {} 分，满分 {} 分",
    waits="此题尚待人工评分。",
    waiting_parts="尚待人工评分的部分",
    passed="已通过",
    not_passed="未通过",
    tolerance="接受 {} 至 {}",
    variables="表示为 {} 的函数",
    pass_mark="及格线",
    percent="{}%",
    attempts="可尝试次数",
    show_solution="显示解答",
    practice_note="练习页面：其中包含答案。",
    study_guide="学习指南",
    topics="主题",
    yes="是",
    no="否",
    page="第 {} 页，共 {} 页",
    section="部分",
    questions="题目",
    worth="分值",
    reached="得分",
    mistake="若答案为 {}",
    judge_each="请对每一项选择“是”或“否”。",
    type_decimal="用小数填写，例如 0.25 或 -1.2e-5",
    type_formula="请输入公式，例如 2*x^2 + exp(-x)/3。",
    type_values="请求出公式，并填写它在下列各点的值：用小数，例如 0.25 或 -1.2e-5，"
    "至少四位有效数字。",
    type_value="请填写数值：用小数，例如 0.25 或 -1.2e-5，至少四位有效数字。",
    asked_elsewhere="这一部分在另一道题中作答。",
    read_only="这一部分在另一道题中作答，此处仅供阅读。",
    other_numbers="此处的数值可能与另一道题不同。",
    aids="允许携带",
    no_aids="无",
    scoring="评分规则",
    ticks_all_or_nothing="可多选的题，恰好勾选所有正确选项得满分，否则不得分。",
    ticks_per_option="可多选的题，每个正确的勾选以及每个未勾选的错误选项，各得相等的一份分数。",
    ticks_right_minus_wrong="可多选的题，每个正确的勾选得相等的一份分数，每个错误的勾选扣去同样多，"
    "每题最低 0 分。若没有正确选项，只有全部不选才得分。",
    letters_all_or_nothing="配对题，所有字母都正确得满分，否则不得分。",
    letters_per_option="配对题，每个正确的字母得相等的一份分数。",
    letters_right_minus_wrong="配对题，每个正确的字母得相等的一份分数，每个错误的字母扣去同样多，"
    "每题最低 0 分。",
    order_all_or_nothing="排序题，顺序全部正确得满分，否则不得分。",
    order_adjacent="排序题，每一对正确相邻的字母得相等的一份分数。",
    turn_over="请翻页",
)

LABELS = {labels.language: labels for labels in (_ENGLISH, _GERMAN, _CHINESE)}


def labels_for(language: str) -> Labels:
    """The words for a language tag such as `en` or `de-CH`.

    Raises LookupError, with the languages there are, for a language without words.
    """
    found = LABELS.get(language.partition("-")[0].lower())
    if found is None:
        known = ", ".join(LABELS)
        hint = did_you_mean(language, LABELS)
        raise LookupError(f"there are no labels for the language '{language}'{hint}; use {known}")
    return found


def labels_of(language: str | None, exam: Labels) -> Labels:
    """The words in a question's own language, or in the exam's where it has none."""
    try:
        return labels_for(language or exam.language)
    except LookupError:
        return exam
