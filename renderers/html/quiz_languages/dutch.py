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
    folded="Deze pagina is groot: zonder scripts toont ze geen uitwerkingen.",
    handed_in="Opgeslagen om in te leveren",
    receipt=(
        "De antwoorden staan in het bestand {}. Ontvangstbewijs: {}. De pagina kan nog "
        "worden gewijzigd en opnieuw opgeslagen."
    ),
    left_out="Niet of niet volledig beantwoord: {}.",
    number_logarithm="log kan grondtal e, 10 of 2 hebben: schrijf ln(2), log10(2) of log2(2).",
    number_e=(
        "Het is onduidelijk wat deze e is: schrijf 5*e voor het getal "
        "van Euler en 5e-3 voor een macht van tien."
    ),
    number_valueless="Dit heeft geen waarde.",
    number_extreme="Dit is te groot of te klein om hier uit te rekenen.",
    complex_units="Hier staan i en j: schrijf de imaginaire eenheid als i.",
    complex_real=(
        "Behalve exp en abs worden functies alleen van reële getallen gelezen: schrijf a + b*i."
    ),
    formula_long="Een formule heeft hier hoogstens {} tekens.",
    formula_power="{} (teken {}) is onduidelijk: schrijf {}*10^({}), of zet een * voor de e.",
    formula_equals="Schrijf alleen de formule zelf, zonder gelijkteken.",
    formula_inequality="Schrijf een formule, geen ongelijkheid.",
    formula_strange="“{}” (teken {}) wordt hier niet begrepen.",
    formula_unlisted="De naam “{}” (teken {}) is onbekend. De variabelen zijn {}.",
    formula_unknown="De naam “{}” (teken {}) is onbekend.",
    formula_constant="De vrije constante moet bij de rest worden opgeteld, zoals in … + C.",
    formula_empty="Er is niets ingevuld: schrijf een formule.",
    formula_closes="Het haakje bij teken {} sluit niets.",
    formula_ends="De formule eindigt te vroeg: aan het eind ontbreekt iets.",
    formula_comma=(
        "De komma bij teken {} is onduidelijk: schrijf decimalen met een punt, zoals in 0.5."
    ),
    formula_missing="Voor teken {} ontbreekt iets.",
    formula_divisor=(
        "Het is onduidelijk of teken {} nog bij de noemer "
        "hoort: schrijf 1/(2x) of (1/2)x in plaats van 1/2x."
    ),
    formula_sign="Voor het getal bij teken {} ontbreekt een bewerkingsteken.",
    formula_deep="Deze formule is te diep genest: schrijf haar eenvoudiger.",
    formula_exponent=(
        "Het is onduidelijk of teken {} nog bij de exponent "
        "hoort: schrijf x^(2y) of x^2*y in plaats van x^2y."
    ),
    formula_fraction=r"Schrijf een breuk als \frac{1}{2}, met beide haakjes.",
    formula_blank="Zet een spatie na elke komma en schrijf decimalen met een punt, zoals in 0.5.",
    formula_open="Het haakje bij teken {} wordt niet gesloten.",
    formula_raised="Schrijf de macht van een functie als ({}(x))^2.",
    formula_root="Schrijf een wortel als macht, zoals in x^(1/3).",
    formula_brackets="Zet haakjes om het argument van {}: {}(x).",
    formula_argument="Het is onduidelijk waar het argument van {} eindigt: zet haakjes, {}(x).",
    formula_digits="Het getal bij teken {} is te lang.",
    formula_two="{} heeft minstens twee argumenten nodig, zoals in {}(0, x).",
    formula_one="{} heeft één argument; schrijf decimalen met een punt, zoals in 0.5.",
    formula_base="Er is geen logaritme met grondtal één.",
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
