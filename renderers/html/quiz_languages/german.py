"""German."""

from qgen.renderers.html.quiz_languages.words import QuizWords

GERMAN = QuizWords(
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
    show_hint="Hinweis {} von {} zeigen",
    hints_taken="Hinweise kosteten {} %.",
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
    folded="Diese Seite ist groß: Ohne Skripte zeigt sie keine Lösungen.",
    handed_in="Zum Abgeben gespeichert",
    receipt=(
        "Die Antworten stehen in der Datei {}. Quittung: {}. Die Seite lässt sich weiter ändern "
        "und noch einmal speichern."
    ),
    left_out="Nicht oder nicht ganz beantwortet: {}.",
    number_logarithm=(
        "log kann die Basis e, 10 oder 2 haben: ln(2), log10(2) oder log2(2) schreiben."
    ),
    number_e=(
        "Es ist unklar, was dieses e ist: 5*e für die Eulersche Zahl, "
        "5e-3 für eine Zehnerpotenz schreiben."
    ),
    number_valueless="Das hat keinen Wert.",
    number_extreme="Das ist zu groß oder zu klein, um hier ausgerechnet zu werden.",
    complex_units="Hier stehen i und j: Schreiben Sie die imaginäre Einheit als i.",
    complex_real=(
        "Funktionen außer exp und abs werden nur von reellen Zahlen gelesen: Schreiben Sie a + b*i."
    ),
    formula_long="Eine Formel hat hier höchstens {} Zeichen.",
    formula_power=(
        "{} (Zeichen {}) ist unklar: Schreiben Sie {}*10^({}), oder setzen Sie ein * vor das e."
    ),
    formula_equals="Schreiben Sie nur die Formel selbst, ohne Gleichheitszeichen.",
    formula_inequality="Schreiben Sie eine Formel, keine Ungleichung.",
    formula_strange="„{}“ (Zeichen {}) wird hier nicht verstanden.",
    formula_unlisted="Der Name „{}“ (Zeichen {}) ist unbekannt. Die Variablen sind {}.",
    formula_unknown="Der Name „{}“ (Zeichen {}) ist unbekannt.",
    formula_constant="Die freie Konstante muss zum Rest addiert werden, wie in … + C.",
    formula_empty="Es wurde nichts eingegeben: Schreiben Sie eine Formel.",
    formula_closes="Die Klammer bei Zeichen {} schließt nichts.",
    formula_ends="Die Formel endet zu früh: Am Ende fehlt etwas.",
    formula_comma=(
        "Das Komma bei Zeichen {} ist unklar: Schreiben Sie Dezimalzahlen mit Punkt, wie in 0.5."
    ),
    formula_missing="Vor Zeichen {} fehlt etwas.",
    formula_divisor=(
        "Es ist unklar, ob Zeichen {} noch zum Nenner "
        "gehört: Schreiben Sie 1/(2x) oder (1/2)x statt 1/2x."
    ),
    formula_sign="Vor der Zahl bei Zeichen {} fehlt ein Rechenzeichen.",
    formula_deep="Diese Formel ist zu tief verschachtelt: Schreiben Sie sie einfacher.",
    formula_exponent=(
        "Es ist unklar, ob Zeichen {} noch zum Exponenten "
        "gehört: Schreiben Sie x^(2y) oder x^2*y statt x^2y."
    ),
    formula_fraction=r"Schreiben Sie einen Bruch als \frac{1}{2}, mit beiden Klammern.",
    formula_blank=(
        "Setzen Sie hinter jedes Komma ein Leerzeichen, und "
        "schreiben Sie Dezimalzahlen mit Punkt, wie in 0.5."
    ),
    formula_open="Die Klammer bei Zeichen {} wird nicht geschlossen.",
    formula_raised="Schreiben Sie die Potenz einer Funktion als ({}(x))^2.",
    formula_root="Schreiben Sie eine Wurzel als Potenz, wie in x^(1/3).",
    formula_brackets="Setzen Sie Klammern um das Argument von {}: {}(x).",
    formula_argument="Es ist unklar, wo das Argument von {} endet: Setzen Sie Klammern, {}(x).",
    formula_digits="Die Zahl bei Zeichen {} ist zu lang.",
    formula_two="{} braucht mindestens zwei Argumente, wie in {}(0, x).",
    formula_one="{} hat ein Argument; schreiben Sie Dezimalzahlen mit Punkt, wie in 0.5.",
    formula_base="Es gibt keinen Logarithmus zur Basis eins.",
    number_long="Eine Zahl hat hier höchstens {} Zeichen.",
    number_digits="Schreiben Sie die Zahl mit den Ziffern 0 bis 9.",
    number_infinite="Die Antwort ist eine endliche Zahl, etwa -2, 0.5, 1/3 oder 5e-3.",
    number_slashes="Ein Bruch hat einen Schrägstrich: Schreiben Sie 1/3.",
    number_division="Es ist unklar, was hier geteilt wird: Schreiben Sie einen Bruch wie 100/3.",
    number_zero="Hier wird durch null geteilt: Das ergibt keine Zahl.",
    number_power="Der Exponent der Zehnerpotenz muss zwischen -{} und {} liegen.",
    number_none="Das ist keine Zahl: Schreiben Sie nur eine Zahl wie -2, 0.5, 1/3 oder 5e-3.",
    number_groups="Die Trennzeichen dieser Zahl sind unklar: Schreiben Sie sie nur mit "
    "Dezimalpunkt, etwa 1234.5.",
    number_ambiguous="{} kann {} oder {} bedeuten: Schreiben Sie {} oder {}.",
)
