"""Dutch."""

from qgen.renderers.html.quiz_languages.words import QuizWords

DUTCH = QuizWords(
    check="Controleren",
    submit="Alle antwoorden inleveren",
    again="Opnieuw proberen",
    new_numbers="Andere getallen",
    new_later=("Deze vraag is in deze poging al nagekeken; andere getallen komen in de volgende."),
    hand_in="Inleveren",
    print="Resultaat afdrukken",
    flag="Markeren",
    flagged="gemarkeerd",
    answered="beantwoord",
    unanswered="niet beantwoord",
    progress="{} van {} beantwoord",
    time_left="Nog {}",
    time_over="Tijd verstreken sinds {}",
    result="Resultaat",
    score="{} / {}",
    right="Goed.",
    partly="Gedeeltelijk goed.",
    wrong="Niet goed.",
    open="Nog niet beslist: vergelijk met de oplossing.",
    blank="Niets beantwoord.",
    chosen="Goed: gekozen.",
    chosen_wrongly="Fout: dit had niet gekozen moeten worden.",
    missed="Gemist: dit is goed.",
    left="Terecht niet gekozen.",
    not_factorised=(
        "Het is goed, maar geen product waarvan de factoren niet verder te splitsen zijn."
    ),
    not_expanded="Het is goed, maar niet uitgewerkt.",
    not_lowest_terms="Het is goed, maar niet één vereenvoudigde breuk.",
    not_no_decimals="Het is goed, maar niet zonder decimalen geschreven.",
    show_hint="Toon hint {} van {}",
    hints_taken="Hints kostten {}%.",
    open_points="{} punten nog te beslissen",
    passed="Geslaagd.",
    not_passed="Niet geslaagd.",
    maybe_passed="Of u geslaagd bent, hangt af van wat nog te beslissen is.",
    best="Beste tot nu toe: {}%.",
    attempts_left="Resterende pogingen: {}.",
    next_attempt="Er is nu geen poging over. De volgende is mogelijk vanaf {}.",
    no_attempt="Er is geen poging over.",
    self_mark="Kijk het zelf na: vink aan wat uw antwoord bevat.",
    read_as="Gelezen als",
    unreadable="Sommige antwoorden zijn niet te lezen: zie wat eronder staat.",
    forgets=("Deze browser bewaart niets: antwoorden gaan verloren als de pagina wordt gesloten."),
    up="{} omhoog",
    down="{} omlaag",
    moved="{} staat nu op plaats {}",
    copying=(
        "Antwoorden blijven in deze browser tot ze als bestand worden ingeleverd. Een "
        "pagina op uw eigen computer kan niemand van afkijken weerhouden."
    ),
    handed_in="Opgeslagen om in te leveren",
    receipt=(
        "De antwoorden staan in het bestand {}. Ontvangstbewijs: {}. De pagina kan nog "
        "worden gewijzigd en opnieuw opgeslagen."
    ),
    left_out="Niet of niet volledig beantwoord: {}.",
    formula_unread="Deze formule is niet te lezen:",
    number_long="Een getal heeft hier hoogstens {} tekens.",
    number_digits="Schrijf het getal met de cijfers 0 tot en met 9.",
    number_infinite="Het antwoord is een eindig getal, zoals -2, 0.5, 1/3 of 5e-3.",
    number_slashes="Een breuk heeft één schuine streep: schrijf 1/3.",
    number_division=(
        "Het is onduidelijk wat hier wordt gedeeld: schrijf een gewone breuk, zoals 100/3."
    ),
    number_zero="Hier wordt door nul gedeeld, en dat geeft geen getal.",
    number_power="De exponent van tien moet tussen -{} en {} liggen.",
    number_none="Dit is geen getal: schrijf alleen een getal zoals -2, 0.5, 1/3 of 5e-3.",
    number_groups=(
        "De scheidingstekens in dit getal zijn onduidelijk: schrijf het met alleen een "
        "decimale punt, zoals 1234.5."
    ),
    number_ambiguous="{} kan {} of {} betekenen: schrijf {} of {}.",
)
