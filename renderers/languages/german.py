"""German."""

from qgen.renderers.languages.words import Labels

GERMAN = Labels(
    language="de",
    babel="ngerman",
    version="Version",
    name="Name",
    student_number="Matrikelnummer",
    date="Datum",
    duration="Bearbeitungszeit",
    minutes={"one": "{} Minute", "other": "{} Minuten"},
    total="Summe",
    points={"one": "{} Punkt", "other": "{} Punkte"},
    question="Aufgabe {}",
    part="Teil {}",
    labelled="{}: {}",
    select_one="Wählen Sie eine Antwort.",
    select_any="Beliebig viele Antworten.",
    match_each="Geben Sie zu jeder Zahl den passenden Buchstaben an; keiner passt zweimal.",
    order_all="Geben Sie die Buchstaben in der richtigen Reihenfolge an.",
    position="Stelle {}",
    matrix_size="Zeilen: {}, Spalten: {}",
    matrix_entry="Zeile {}, Spalte {}",
    answer="Antwort",
    solutions="Lösungen",
    for_example="z. B.",
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
    percent="{}\N{NO-BREAK SPACE}%",
    attempts="Versuche",
    hint="Hinweis {}",
    hand_in_file="Datei abgeben ({})",
    file_beside=("Die Seite merkt sich nur Name und Größe: Die Datei selbst ist extra abzugeben."),
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
    type_complex="eine komplexe Zahl wie 3-2i oder 0.5+0.25*i",
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
    answer_sheet="Antwortbogen",
    fill_circles="Füllen Sie die Kreise Ihrer Antworten mit einem dunklen Stift ganz aus. "
    "Schreiben Sie eine Zahl mit einem Zeichen in jedes Feld und füllen Sie darunter den "
    "Kreis dieses Zeichens aus.",
    on_paper="Auf der Prüfung selbst zu beantworten: {}.",
    use_sheet="Tragen Sie Ihre Antworten auf dem Antwortbogen ein.",
    entries_all="Eine Matrix oder ein Vektor bringt die Punkte, wenn alle Einträge richtig "
    "sind, sonst keine.",
    entries_each="In einer Matrix oder einem Vektor bringt jeder richtige Eintrag den gleichen "
    "Anteil der Punkte.",
    turn_over="Bitte wenden",
    verified="auf zwei Wegen geprüft",
    computed="auf einem Weg berechnet",
    stated="vom Autor angegeben",
)
