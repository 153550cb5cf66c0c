"""The words that a page's script says, by language."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuizWords:
    """One language's words. Texts with `{}` take numbers or names, in order."""

    check: str
    submit: str
    again: str
    new_numbers: str
    new_later: str
    hand_in: str
    print: str
    flag: str
    flagged: str
    answered: str
    unanswered: str
    progress: str
    time_left: str
    time_over: str
    result: str
    score: str
    right: str
    partly: str
    wrong: str
    open: str
    blank: str
    chosen: str
    chosen_wrongly: str
    missed: str
    left: str
    not_factorised: str
    not_expanded: str
    not_lowest_terms: str
    not_no_decimals: str
    open_points: str
    passed: str
    not_passed: str
    maybe_passed: str
    best: str
    attempts_left: str
    next_attempt: str
    no_attempt: str
    self_mark: str
    read_as: str
    unreadable: str
    forgets: str
    up: str
    down: str
    moved: str
    copying: str
    handed_in: str
    receipt: str
    left_out: str


_ENGLISH = QuizWords(
    check="Check",
    submit="Submit all answers",
    again="Try again",
    new_numbers="New numbers",
    new_later="This question was marked in this attempt; new numbers come with the next one.",
    hand_in="Hand in",
    print="Print the result",
    flag="Flag",
    flagged="flagged",
    answered="answered",
    unanswered="not answered",
    progress="{} of {} answered",
    time_left="Time left {}",
    time_over="Time over since {}",
    result="Result",
    score="{} / {}",
    right="Right.",
    partly="Partly right.",
    wrong="Not right.",
    open="Not decided yet: compare with the solution.",
    blank="Nothing was answered.",
    chosen="Right: chosen.",
    chosen_wrongly="Wrong: this should not be chosen.",
    missed="Missed: this one is right.",
    left="Rightly not chosen.",
    not_factorised="It is right, but not a product whose factors cannot be split further.",
    not_expanded="It is right, but not multiplied out.",
    not_lowest_terms="It is right, but not one fraction in lowest terms.",
    not_no_decimals="It is right, but not written without decimals.",
    open_points="{} points still to be decided",
    passed="Passed.",
    not_passed="Not passed.",
    maybe_passed="Passed or not depends on what is still to be decided.",
    best="Best so far: {}%.",
    attempts_left="Attempts left: {}.",
    next_attempt="No attempt is left for now. The next one is possible from {}.",
    no_attempt="No attempt is left.",
    self_mark="Mark it yourself: tick what your answer holds.",
    read_as="Read as",
    unreadable="Some answers cannot be read: look at what is said below them.",
    forgets="This browser keeps nothing: answers are lost when the page is closed.",
    up="Move {} up",
    down="Move {} down",
    moved="{} is now at position {}",
    copying=(
        "Answers are kept in this browser until they are handed in as a file. A page on your own "
        "machine cannot keep anyone from copying."
    ),
    handed_in="Saved for handing in",
    receipt=(
        "The answers are in the file {}. Receipt: {}. "
        "The page can still be changed and saved again."
    ),
    left_out="Not or not wholly answered: {}.",
)

_GERMAN = QuizWords(
    check="Prüfen",
    submit="Alle Antworten abgeben",
    again="Noch einmal",
    new_numbers="Neue Zahlen",
    new_later="Diese Aufgabe ist in diesem Versuch bewertet; neue Zahlen gibt es im nächsten.",
    hand_in="Abgeben",
    print="Ergebnis drucken",
    flag="Merken",
    flagged="gemerkt",
    answered="beantwortet",
    unanswered="nicht beantwortet",
    progress="{} von {} beantwortet",
    time_left="Noch {}",
    time_over="Zeit seit {} abgelaufen",
    result="Ergebnis",
    score="{} / {}",
    right="Richtig.",
    partly="Teilweise richtig.",
    wrong="Nicht richtig.",
    open="Noch nicht entschieden: Vergleichen Sie mit der Lösung.",
    blank="Nichts beantwortet.",
    chosen="Richtig gewählt.",
    chosen_wrongly="Falsch gewählt.",
    missed="Übersehen: Das ist richtig.",
    left="Zu Recht nicht gewählt.",
    not_factorised="Der Wert stimmt, aber die Faktoren lassen sich noch zerlegen.",
    not_expanded="Der Wert stimmt, aber es ist nicht ausmultipliziert.",
    not_lowest_terms="Der Wert stimmt, aber es ist kein einzelner, gekürzter Bruch.",
    not_no_decimals="Der Wert stimmt, aber er ist nicht ohne Dezimalzahlen geschrieben.",
    open_points="{} Punkte sind noch zu entscheiden",
    passed="Bestanden.",
    not_passed="Nicht bestanden.",
    maybe_passed="Ob bestanden ist, hängt von dem ab, was noch zu entscheiden ist.",
    best="Bisher am besten: {} %.",
    attempts_left="Verbleibende Versuche: {}.",
    next_attempt="Zurzeit ist kein Versuch übrig. Der nächste ist möglich ab {}.",
    no_attempt="Es ist kein Versuch übrig.",
    self_mark="Bewerten Sie selbst: Kreuzen Sie an, was Ihre Antwort enthält.",
    read_as="Gelesen als",
    unreadable="Einige Antworten sind nicht lesbar: Beachten Sie, was darunter steht.",
    forgets="Dieser Browser merkt sich nichts: Mit der Seite gehen die Antworten verloren.",
    up="{} nach oben",
    down="{} nach unten",
    moved="{} steht jetzt an Stelle {}",
    copying=(
        "Antworten bleiben in diesem Browser, bis sie als Datei abgegeben werden. Eine Seite auf "
        "dem eigenen Rechner kann niemanden am Abschreiben hindern."
    ),
    handed_in="Zum Abgeben gespeichert",
    receipt=(
        "Die Antworten stehen in der Datei {}. Quittung: {}. Die Seite lässt sich weiter ändern "
        "und noch einmal speichern."
    ),
    left_out="Nicht oder nicht ganz beantwortet: {}.",
)

_CHINESE = QuizWords(
    check="检查",
    submit="提交全部答案",
    again="再试一次",
    new_numbers="换一组数字",
    new_later="本题在这次尝试中已评分；下次尝试可换数字。",
    hand_in="交卷",
    print="打印结果",
    flag="标记",
    flagged="已标记",
    answered="已作答",
    unanswered="未作答",
    progress="已答 {} 题，共 {} 题",
    time_left="剩余时间 {}",
    time_over="已超时 {}",
    result="成绩",
    score="{} / {}",
    right="正确。",
    partly="部分正确。",
    wrong="不正确。",
    open="尚未判定：请与解答对照。",
    blank="未作答。",
    chosen="选对了。",
    chosen_wrongly="选错了：不应选此项。",
    missed="漏选：此项正确。",
    left="未选此项，正确。",
    not_factorised="结果正确，但未分解到不可再分的因式。",
    not_expanded="结果正确，但未展开。",
    not_lowest_terms="结果正确，但不是一个最简分数。",
    not_no_decimals="结果正确，但不应使用小数。",
    open_points="另有 {} 分待定",
    passed="已通过。",
    not_passed="未通过。",
    maybe_passed="是否通过取决于待定的部分。",
    best="最好成绩：{}%。",
    attempts_left="剩余次数：{}。",
    next_attempt="目前没有剩余次数，下次可在 {} 之后进行。",
    no_attempt="没有剩余次数。",
    self_mark="请自行评分：勾选你的答案所包含的要点。",
    read_as="读作",
    unreadable="有些答案无法识别：请看其下方的说明。",
    forgets="此浏览器不保存内容：关闭页面后答案会丢失。",
    up="将 {} 上移",
    down="将 {} 下移",
    moved="{} 现在位于第 {} 位",
    copying="答案保存在本浏览器中，直到以文件形式交卷。自己电脑上的页面无法防止抄袭。",
    handed_in="已保存，可交卷",
    receipt="答案已存入文件 {}。回执：{}。页面仍可修改并再次保存。",
    left_out="未作答或未完整作答：{}。",
)

QUIZ_WORDS: Mapping[str, QuizWords] = {"en": _ENGLISH, "de": _GERMAN, "zh": _CHINESE}


def quiz_words(language: str) -> QuizWords:
    """The words for the language of a page's labels (`Labels.language`)."""
    return QUIZ_WORDS.get(language, _ENGLISH)
