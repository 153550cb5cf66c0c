"""French."""

from qgen.renderers.languages.words import Labels

FRENCH = Labels(
    language="fr",
    babel="french",
    version="Version",
    name="Nom",
    student_number="Numéro d'étudiant",
    date="Date",
    duration="Durée",
    minutes={"one": "{} minute", "many": "{} de minutes", "other": "{} minutes"},
    total="Total",
    points={"one": "{} point", "many": "{} de points", "other": "{} points"},
    question="Question {}",
    part="Partie {}",
    labelled="{}\N{NO-BREAK SPACE}: {}",
    select_one="Choisissez une réponse.",
    select_any="Autant de réponses que vous voulez.",
    match_each="Pour chaque numéro, donnez la lettre de ce qui lui correspond ; aucune lettre ne "
    "sert deux fois.",
    order_all="Donnez les lettres dans le bon ordre.",
    position="Place {}",
    matrix_size="Lignes : {}, colonnes : {}",
    matrix_entry="ligne {}, colonne {}",
    answer="Réponse",
    solutions="Corrigé",
    for_example="p. ex.",
    key="Solution",
    correct="juste",
    wrong="faux",
    explanation="Explication",
    rubric="Barème",
    carried="juste aussi : ce qui découle de la réponse de l'étudiant à la partie {}",
    feedback="Commentaire",
    your_answer="Votre réponse",
    no_answer="Pas de réponse",
    given_of="Points : {} sur {}",
    waits="Cette partie doit encore être corrigée par une personne.",
    waiting_parts="Parties qu'une personne doit encore corriger",
    passed="Réussi",
    not_passed="Échoué",
    tolerance="accepté de {} à {}",
    variables="en fonction de {}",
    pass_mark="Seuil de réussite",
    percent="{} %",
    attempts="Tentatives",
    hint="Indice {}",
    hand_in_file="Rendre un fichier ({})",
    file_beside=(
        "La page ne retient que son nom et sa taille : rendez le fichier avec les réponses."
    ),
    show_solution="Montrer la solution",
    practice_note="Page d'entraînement : elle contient les solutions.",
    study_guide="Guide de révision",
    topics="Thèmes",
    yes="oui",
    no="non",
    page="Page {} sur {}",
    section="Section",
    questions="Questions",
    worth="Points",
    reached="Obtenus",
    mistake="Si la réponse est {}",
    judge_each="Pour chaque affirmation, choisissez oui ou non.",
    type_decimal="un nombre décimal avec un point, comme 0.25 ou -1.2e-5",
    type_complex="un nombre complexe comme 3-2i ou 0.5+0.25*i",
    type_formula="Écrivez la formule, par exemple 2*x^2 + exp(-x)/3.",
    type_values="Trouvez la formule et écrivez sa valeur en chacun de ces points : un nombre "
    "décimal avec un point, comme 0.25 ou -1.2e-5, avec au moins quatre chiffres significatifs.",
    type_value="Écrivez la valeur : un nombre décimal avec un point, comme 0.25 ou -1.2e-5, avec "
    "au moins quatre chiffres significatifs.",
    asked_elsewhere="Cette partie est posée dans une autre question.",
    read_only="Cette partie est posée dans une autre question et ne figure ici que pour être lue.",
    other_numbers="Les nombres peuvent différer ici de ceux de l'autre question.",
    aids="Documents et matériel autorisés",
    no_aids="aucun",
    scoring="Notation",
    ticks_all_or_nothing="Là où l'on peut cocher autant de réponses que l'on veut, les points "
    "sont donnés si exactement les bonnes réponses sont cochées, sinon aucun.",
    ticks_per_option="Là où l'on peut cocher autant de réponses que l'on veut, chaque bonne "
    "réponse cochée et chaque mauvaise réponse non cochée rapporte la même part des points.",
    ticks_right_minus_wrong="Là où l'on peut cocher autant de réponses que l'on veut, chaque "
    "bonne réponse cochée rapporte la même part des points et chaque mauvaise réponse cochée en "
    "retire autant, jusqu'à 0 pour la question. Si aucune réponse n'est bonne, il faut n'en "
    "cocher aucune pour avoir les points.",
    letters_all_or_nothing="Là où il faut associer des lettres, les points sont donnés si toutes "
    "les lettres sont justes, sinon aucun.",
    letters_per_option="Là où il faut associer des lettres, chaque lettre juste rapporte la même "
    "part des points.",
    letters_right_minus_wrong="Là où il faut associer des lettres, chaque lettre juste rapporte "
    "la même part des points et chaque lettre fausse en retire autant, jusqu'à 0 pour la question.",
    order_all_or_nothing="Un ordre rapporte ses points s'il est entièrement juste, sinon aucun.",
    order_adjacent="Dans un ordre, chaque paire de lettres qui se suivent comme il faut rapporte "
    "la même part des points.",
    answer_sheet="Feuille de réponses",
    fill_circles="Noircissez entièrement les cercles de vos réponses. Écrivez un nombre à "
    "raison d'un signe par case, et noircissez en dessous le cercle de ce signe.",
    on_paper="À traiter sur le sujet lui-même : {}.",
    use_sheet="Donnez vos réponses sur la feuille de réponses.",
    entries_all="Une matrice ou un vecteur rapporte ses points si tous les coefficients sont "
    "justes, sinon aucun.",
    entries_each="Dans une matrice ou un vecteur, chaque coefficient juste rapporte la même "
    "part des points.",
    turn_over="Tournez la page",
    verified="vérifiée par deux voies",
    computed="calculée par une voie",
    stated="donnée par l'auteur",
)
