"""Dutch."""

from qgen.renderers.languages.words import Labels

DUTCH = Labels(
    language="nl",
    babel="dutch",
    version="Versie",
    name="Naam",
    student_number="Studentnummer",
    date="Datum",
    duration="Beschikbare tijd",
    minutes={"one": "{} minuut", "other": "{} minuten"},
    total="Totaal",
    points={"one": "{} punt", "other": "{} punten"},
    question="Vraag {}",
    part="Onderdeel {}",
    labelled="{}: {}",
    select_one="Kies één antwoord.",
    select_any="Een willekeurig aantal antwoorden.",
    match_each="Geef bij elk nummer de letter van wat erbij hoort; geen letter hoort er twee keer "
    "bij.",
    order_all="Geef de letters in de juiste volgorde.",
    position="Plaats {}",
    matrix_size="Rijen: {}, kolommen: {}",
    matrix_entry="rij {}, kolom {}",
    answer="Antwoord",
    solutions="Uitwerkingen",
    for_example="bijv.",
    key="Oplossing",
    correct="goed",
    wrong="fout",
    explanation="Uitleg",
    rubric="Beoordeling",
    carried="ook goed: wat volgt uit het eigen antwoord op onderdeel {}",
    feedback="Feedback",
    your_answer="Uw antwoord",
    no_answer="Geen antwoord",
    given_of="Punten: {} van {}",
    waits="Dit moet nog door een mens worden beoordeeld.",
    waiting_parts="Onderdelen die een mens nog moet beoordelen",
    passed="Geslaagd",
    not_passed="Niet geslaagd",
    tolerance="goedgekeurd van {} tot en met {}",
    variables="als functie van {}",
    pass_mark="Slaaggrens",
    percent="{}%",
    attempts="Pogingen",
    hint="Hint {}",
    hand_in_file="Lever een bestand in ({})",
    file_beside=(
        "De pagina noteert alleen naam en grootte: lever het bestand zelf in naast de antwoorden."
    ),
    show_solution="Toon de uitwerking",
    practice_note="Een oefenpagina: de uitwerkingen staan erin.",
    study_guide="Studiegids",
    topics="Onderwerpen",
    yes="ja",
    no="nee",
    page="Pagina {} van {}",
    section="Deel",
    questions="Vragen",
    worth="Punten",
    reached="Behaald",
    mistake="Als het antwoord {} is",
    judge_each="Kies bij elke bewering ja of nee.",
    type_decimal="een decimaal getal met een punt, zoals 0.25 of -1.2e-5",
    type_complex="een complex getal zoals 3-2i of 0.5+0.25*i",
    type_formula="Typ de formule, bijvoorbeeld 2*x^2 + exp(-x)/3.",
    type_values="Bepaal de formule en typ de waarde ervan in elk van deze punten: een decimaal "
    "getal met een punt, zoals 0.25 of -1.2e-5, met ten minste vier significante cijfers.",
    type_value="Typ de waarde: een decimaal getal met een punt, zoals 0.25 of -1.2e-5, met ten "
    "minste vier significante cijfers.",
    asked_elsewhere="Dit onderdeel wordt in een andere vraag gesteld.",
    read_only="Dit onderdeel wordt in een andere vraag gesteld en staat hier alleen om te lezen.",
    other_numbers="De getallen kunnen hier anders zijn dan in de andere vraag.",
    aids="Toegestane hulpmiddelen",
    no_aids="geen",
    scoring="Puntentelling",
    ticks_all_or_nothing="Waar een willekeurig aantal antwoorden mag worden aangekruist, worden "
    "de punten gegeven als precies de goede zijn aangekruist, en anders geen.",
    ticks_per_option="Waar een willekeurig aantal antwoorden mag worden aangekruist, levert elk "
    "goed antwoord met kruis en elk fout antwoord zonder kruis hetzelfde deel van de punten op.",
    ticks_right_minus_wrong="Waar een willekeurig aantal antwoorden mag worden aangekruist, "
    "levert elk goed kruis hetzelfde deel van de punten op en gaat er voor elk fout kruis "
    "evenveel af, tot 0 voor de vraag. Is geen antwoord goed, dan levert alleen geen enkel kruis "
    "de punten op.",
    letters_all_or_nothing="Waar letters worden toegekend, worden de punten gegeven als alle "
    "letters goed zijn, en anders geen.",
    letters_per_option="Waar letters worden toegekend, levert elke goede letter hetzelfde deel "
    "van de punten op.",
    letters_right_minus_wrong="Waar letters worden toegekend, levert elke goede letter hetzelfde "
    "deel van de punten op en gaat er voor elke foute evenveel af, tot 0 voor de vraag.",
    order_all_or_nothing="Een volgorde levert de punten op als zij helemaal goed is, en anders "
    "geen.",
    order_adjacent="In een volgorde levert elk paar letters die terecht op elkaar volgen "
    "hetzelfde deel van de punten op.",
    answer_sheet="Antwoordblad",
    fill_circles="Maak de rondjes van uw antwoorden helemaal zwart met een donkere pen. "
    "Schrijf een getal met één teken in elk vakje en maak daaronder het rondje van dat teken "
    "zwart.",
    on_paper="Op het tentamen zelf te beantwoorden: {}.",
    use_sheet="Geef uw antwoorden op het antwoordblad.",
    entries_all="Een matrix of vector levert de punten op als elk element goed is, anders geen.",
    entries_each="In een matrix of vector levert elk goed element een gelijk deel van de punten "
    "op.",
    turn_over="Z.o.z.",
    verified="langs twee wegen geverifieerd",
    computed="langs één weg berekend",
    stated="door de auteur gegeven",
)
