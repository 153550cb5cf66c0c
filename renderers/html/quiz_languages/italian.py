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
    folded="Questa pagina è grande: senza script non mostra le soluzioni.",
    handed_in="Salvato per la consegna",
    receipt=(
        "Le risposte sono nel file {}. Ricevuta: {}. La pagina si può ancora cambiare e"
        " salvare di nuovo."
    ),
    left_out="Senza risposta o incomplete: {}.",
    number_logarithm="log può avere base e, 10 o 2: scrivere ln(2), log10(2) o log2(2).",
    number_e=(
        "Non è chiaro che cosa sia questa e: scrivere 5*e per il numero "
        "di Nepero e 5e-3 per una potenza di dieci."
    ),
    number_valueless="Questa espressione non ha valore.",
    number_extreme="È troppo grande o troppo piccolo per essere calcolato qui.",
    complex_units="Qui compaiono sia i sia j: scrivere l'unità immaginaria come i.",
    complex_real="Tranne exp e abs, le funzioni si leggono solo di numeri reali: scrivere a + b*i.",
    formula_long="Una formula ha qui al massimo {} caratteri.",
    formula_power=(
        "{} (carattere {}) non è chiaro: scrivere {}*10^({}), oppure mettere un * prima della e."
    ),
    formula_equals="Scrivere solo la formula, senza segno di uguale.",
    formula_inequality="Scrivere una formula, non una disuguaglianza.",
    formula_strange="«{}» (carattere {}) qui non è comprensibile.",
    formula_unlisted="Il nome «{}» (carattere {}) è sconosciuto. Le variabili sono {}.",
    formula_unknown="Il nome «{}» (carattere {}) è sconosciuto.",
    formula_constant="La costante libera va sommata al resto, come in … + C.",
    formula_empty="Non è stato scritto nulla: scrivere una formula.",
    formula_closes="La parentesi al carattere {} non chiude nulla.",
    formula_ends="La formula finisce troppo presto: manca qualcosa alla fine.",
    formula_comma=(
        "La virgola al carattere {} non è chiara: scrivere i decimali con il punto, come in 0.5."
    ),
    formula_missing="Manca qualcosa prima del carattere {}.",
    formula_divisor=(
        "Non è chiaro se il carattere {} appartenga ancora al "
        "denominatore: scrivere 1/(2x) o (1/2)x invece di 1/2x."
    ),
    formula_sign="Manca un segno prima del numero al carattere {}.",
    formula_deep="Questa formula è troppo annidata: scriverla in modo più semplice.",
    formula_exponent=(
        "Non è chiaro se il carattere {} appartenga ancora "
        "all’esponente: scrivere x^(2y) o x^2*y invece di x^2y."
    ),
    formula_fraction=r"Scrivere una frazione come \frac{1}{2}, con entrambe le parentesi.",
    formula_blank=(
        "Mettere uno spazio dopo ogni virgola e scrivere i decimali con il punto, come in 0.5."
    ),
    formula_open="La parentesi al carattere {} non è chiusa.",
    formula_raised="Scrivere la potenza di una funzione come ({}(x))^2.",
    formula_root="Scrivere una radice come potenza, come in x^(1/3).",
    formula_brackets="Mettere tra parentesi l’argomento di {}: {}(x).",
    formula_argument="Non è chiaro dove finisca l’argomento di {}: mettere le parentesi, {}(x).",
    formula_digits="Il numero al carattere {} è troppo lungo.",
    formula_two="{} richiede almeno due argomenti, come in {}(0, x).",
    formula_one="{} ha un solo argomento; scrivere i decimali con il punto, come in 0.5.",
    formula_base="Non esiste il logaritmo in base uno.",
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
