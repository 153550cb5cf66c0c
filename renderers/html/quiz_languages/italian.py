"""Italian."""

from qgen.renderers.html.quiz_languages.words import QuizWords

ITALIAN = QuizWords(
    check="Controlla",
    submit="Consegna tutte le risposte",
    again="Riprova",
    new_numbers="Altri numeri",
    new_later=(
        "Questa domanda è già corretta in questo tentativo; altri numeri ci saranno nel prossimo."
    ),
    hand_in="Consegna",
    print="Stampa il risultato",
    flag="Segna",
    flagged="segnata",
    answered="con risposta",
    unanswered="senza risposta",
    progress="{} su {} con risposta",
    time_left="Tempo rimasto {}",
    time_over="Tempo scaduto da {}",
    result="Risultato",
    score="{} / {}",
    right="Giusto.",
    partly="Giusto in parte.",
    wrong="Non giusto.",
    open="Non ancora deciso: confronti con la soluzione.",
    blank="Nessuna risposta.",
    chosen="Giusto: scelta.",
    chosen_wrongly="Sbagliato: questa non andava scelta.",
    missed="Mancata: questa è giusta.",
    left="Giustamente non scelta.",
    not_factorised="È giusto, ma non è un prodotto i cui fattori non si scompongono più.",
    not_expanded="È giusto, ma non è sviluppato.",
    not_lowest_terms="È giusto, ma non è un'unica frazione ridotta ai minimi termini.",
    not_no_decimals="È giusto, ma non è scritto senza decimali.",
    show_hint="Mostra il suggerimento {} di {}",
    hints_taken="I suggerimenti sono costati il {}%.",
    open_points="{} punti ancora da decidere",
    passed="Superato.",
    not_passed="Non superato.",
    maybe_passed="Se sia superato dipende da ciò che resta da decidere.",
    best="Miglior risultato finora: {}%.",
    attempts_left="Tentativi rimasti: {}.",
    next_attempt="Per ora non restano tentativi. Il prossimo è possibile dal {}.",
    no_attempt="Non restano tentativi.",
    self_mark="Corregga da sé: spunti ciò che la Sua risposta contiene.",
    read_as="Letto come",
    unreadable="Alcune risposte non sono leggibili: veda che cosa è detto sotto di esse.",
    forgets=(
        "Questo browser non conserva nulla: le risposte si perdono quando la pagina viene chiusa."
    ),
    up="Sposta {} in su",
    down="Sposta {} in giù",
    moved="{} è ora al posto {}",
    copying=(
        "Le risposte restano in questo browser finché non vengono consegnate come file."
        " Una pagina sul proprio computer non può impedire a nessuno di copiare."
    ),
    handed_in="Salvato per la consegna",
    receipt=(
        "Le risposte sono nel file {}. Ricevuta: {}. La pagina si può ancora cambiare e"
        " salvare di nuovo."
    ),
    left_out="Senza risposta o incomplete: {}.",
    formula_unread="Questa formula non è leggibile:",
    number_long="Un numero ha qui al massimo {} caratteri.",
    number_digits="Scriva il numero con le cifre da 0 a 9.",
    number_infinite="La risposta è un numero finito, per esempio -2, 0.5, 1/3 o 5e-3.",
    number_slashes="Una frazione ha una sola barra: scriva 1/3.",
    number_division="Non è chiaro che cosa si divide qui: scriva una frazione come 100/3.",
    number_zero="Qui si divide per zero, e non ne risulta alcun numero.",
    number_power="L'esponente di dieci deve stare tra -{} e {}.",
    number_none="Questo non è un numero: scriva solo un numero come -2, 0.5, 1/3 o 5e-3.",
    number_groups=(
        "I separatori di questo numero non sono chiari: lo scriva solo con il punto "
        "decimale, come 1234.5."
    ),
    number_ambiguous="{} può significare {} o {}: scriva {} o {}.",
)
