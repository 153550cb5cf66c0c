"""Italian."""

from qgen.renderers.languages.words import Labels

ITALIAN = Labels(
    language="it",
    babel="italian",
    version="Versione",
    name="Nome",
    student_number="Matricola",
    date="Data",
    duration="Durata",
    minutes={"one": "{} minuto", "many": "{} di minuti", "other": "{} minuti"},
    total="Totale",
    points={"one": "{} punto", "many": "{} di punti", "other": "{} punti"},
    question="Domanda {}",
    part="Parte {}",
    labelled="{}: {}",
    select_one="Scegliere una risposta.",
    select_any="Un numero qualsiasi di risposte.",
    match_each="Per ogni numero indicare la lettera di ciò che gli corrisponde; nessuna lettera "
    "si usa due volte.",
    order_all="Indicare le lettere nell'ordine giusto.",
    position="Posizione {}",
    matrix_size="Righe: {}, colonne: {}",
    matrix_entry="riga {}, colonna {}",
    answer="Risposta",
    solutions="Soluzioni",
    for_example="ad es.",
    key="Soluzione",
    correct="giusto",
    wrong="sbagliato",
    explanation="Spiegazione",
    rubric="Criteri di valutazione",
    carried="giusto anche ciò che segue dalla risposta data dallo studente alla parte {}",
    feedback="Commento",
    your_answer="La sua risposta",
    no_answer="Nessuna risposta",
    given_of="Punti: {} su {}",
    waits="Deve ancora essere corretto da una persona.",
    waiting_parts="Parti che una persona deve ancora correggere",
    passed="Superato",
    not_passed="Non superato",
    tolerance="accettato da {} a {}",
    variables="in funzione di {}",
    pass_mark="Soglia di superamento",
    percent="{}%",
    attempts="Tentativi",
    hint="Suggerimento {}",
    hand_in_file="Consegnare un file ({})",
    file_beside=(
        "La pagina annota solo nome e dimensione: consegnare il file stesso insieme alle risposte."
    ),
    show_solution="Mostra la soluzione",
    practice_note="Pagina di esercizio: contiene le soluzioni.",
    study_guide="Guida allo studio",
    topics="Argomenti",
    yes="sì",
    no="no",
    page="Pagina {} di {}",
    section="Sezione",
    questions="Domande",
    worth="Punti",
    reached="Ottenuti",
    mistake="Se la risposta è {}",
    judge_each="Per ogni affermazione scegliere sì o no.",
    type_decimal="un numero decimale con il punto, come 0.25 o -1.2e-5",
    type_complex="un numero complesso come 3-2i o 0.5+0.25*i",
    type_formula="Scrivere la formula, per esempio 2*x^2 + exp(-x)/3.",
    type_values="Trovare la formula e scriverne il valore in ciascuno di questi punti: un numero "
    "decimale con il punto, come 0.25 o -1.2e-5, con almeno quattro cifre significative.",
    type_value="Scrivere il valore: un numero decimale con il punto, come 0.25 o -1.2e-5, con "
    "almeno quattro cifre significative.",
    asked_elsewhere="Questa parte è chiesta in un'altra domanda.",
    read_only="Questa parte è chiesta in un'altra domanda e sta qui solo per essere letta.",
    other_numbers="I numeri qui possono essere diversi da quelli dell'altra domanda.",
    aids="Ausili ammessi",
    no_aids="nessuno",
    scoring="Punteggio",
    ticks_all_or_nothing="Dove si può segnare un numero qualsiasi di risposte, i punti sono dati "
    "se sono segnate esattamente quelle giuste, altrimenti nessuno.",
    ticks_per_option="Dove si può segnare un numero qualsiasi di risposte, ogni risposta giusta "
    "segnata e ogni sbagliata non segnata vale la stessa parte dei punti.",
    ticks_right_minus_wrong="Dove si può segnare un numero qualsiasi di risposte, ogni giusta "
    "segnata vale la stessa parte dei punti e ogni sbagliata segnata ne toglie altrettanti, fino "
    "a 0 per la domanda. Se nessuna risposta è giusta, si hanno i punti solo non segnandone "
    "alcuna.",
    letters_all_or_nothing="Dove si abbinano lettere, i punti sono dati se tutte le lettere sono "
    "giuste, altrimenti nessuno.",
    letters_per_option="Dove si abbinano lettere, ogni lettera giusta vale la stessa parte dei "
    "punti.",
    letters_right_minus_wrong="Dove si abbinano lettere, ogni lettera giusta vale la stessa parte "
    "dei punti e ogni sbagliata ne toglie altrettanti, fino a 0 per la domanda.",
    order_all_or_nothing="Un ordine vale i suoi punti se è tutto giusto, altrimenti nessuno.",
    order_adjacent="In un ordine, ogni coppia di lettere che si susseguono correttamente vale la "
    "stessa parte dei punti.",
    answer_sheet="Foglio delle risposte",
    fill_circles="Riempire completamente, con una penna scura, i cerchi delle risposte. "
    "Scrivere un numero con un segno in ogni casella e riempire sotto di essa il cerchio di "
    "quel segno.",
    on_paper="Da svolgere sul compito stesso: {}.",
    use_sheet="Dare le risposte sul foglio delle risposte.",
    entries_all="Una matrice o un vettore dà i suoi punti se tutti gli elementi sono corretti, "
    "altrimenti nessuno.",
    entries_each="In una matrice o in un vettore, ogni elemento corretto dà la stessa parte dei "
    "punti.",
    turn_over="Girare il foglio",
    verified="verificata per due vie",
    computed="calcolata per una via",
    stated="data dall'autore",
)
