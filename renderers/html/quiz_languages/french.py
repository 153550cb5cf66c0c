"""French."""

from qgen.renderers.html.quiz_languages.words import QuizWords

FRENCH = QuizWords(
    check="Vérifier",
    submit="Remettre toutes les réponses",
    again="Recommencer",
    new_numbers="Autres nombres",
    new_later=(
        "Cette question est déjà corrigée dans cette tentative ; d'autres nombres "
        "viendront à la prochaine."
    ),
    hand_in="Rendre",
    print="Imprimer le résultat",
    flag="Marquer",
    flagged="marquée",
    answered="répondue",
    unanswered="sans réponse",
    progress="{} sur {} répondues",
    time_left="Temps restant {}",
    time_over="Temps dépassé de {}",
    result="Résultat",
    score="{} / {}",
    right="Juste.",
    partly="En partie juste.",
    wrong="Pas juste.",
    open="Pas encore décidé : comparez avec la solution.",
    blank="Aucune réponse.",
    chosen="Juste : choisi.",
    chosen_wrongly="Faux : il ne fallait pas choisir ceci.",
    missed="Oublié : ceci est juste.",
    left="Écarté à juste titre.",
    not_factorised=(
        "C'est juste, mais ce n'est pas un produit dont les facteurs ne se décomposent plus."
    ),
    not_expanded="C'est juste, mais ce n'est pas développé.",
    not_lowest_terms="C'est juste, mais ce n'est pas une seule fraction irréductible.",
    not_no_decimals="C'est juste, mais ce n'est pas écrit sans nombres décimaux.",
    show_hint="Montrer l’indice {} sur {}",
    hints_taken="Les indices ont coûté {} %.",
    open_points="{} points restent à décider",
    passed="Réussi.",
    not_passed="Échoué.",
    maybe_passed="La réussite dépend de ce qui reste à décider.",
    best="Meilleur résultat : {} %.",
    attempts_left="Tentatives restantes : {}.",
    next_attempt="Plus de tentative pour l'instant. La prochaine est possible à partir du {}.",
    no_attempt="Plus de tentative.",
    self_mark="Corrigez vous-même : cochez ce que contient votre réponse.",
    read_as="Lu comme",
    unreadable="Certaines réponses sont illisibles : voyez ce qui est dit en dessous.",
    forgets=("Ce navigateur ne garde rien : les réponses sont perdues quand la page est fermée."),
    up="Monter {}",
    down="Descendre {}",
    moved="{} est maintenant à la place {}",
    copying=(
        "Les réponses restent dans ce navigateur jusqu'à ce qu'elles soient rendues "
        "dans un fichier. Une page sur votre propre ordinateur ne peut empêcher "
        "personne de copier."
    ),
    handed_in="Enregistré pour être rendu",
    receipt=(
        "Les réponses sont dans le fichier {}. Reçu : {}. La page peut encore être "
        "modifiée et enregistrée à nouveau."
    ),
    left_out="Sans réponse ou incomplètes : {}.",
    formula_unread="Cette formule est illisible :",
    number_long="Un nombre a ici au plus {} caractères.",
    number_digits="Écrivez le nombre avec les chiffres de 0 à 9.",
    number_infinite="La réponse est un nombre fini, par exemple -2, 0.5, 1/3 ou 5e-3.",
    number_slashes="Une fraction a une seule barre : écrivez 1/3.",
    number_division=(
        "On ne voit pas ce qui est divisé ici : écrivez une fraction simple, comme 100/3."
    ),
    number_zero="Ceci divise par zéro, ce qui ne donne aucun nombre.",
    number_power="L'exposant de dix doit être compris entre -{} et {}.",
    number_none=(
        "Ceci n'est pas un nombre : écrivez seulement un nombre tel que -2, 0.5, 1/3 ou 5e-3."
    ),
    number_groups=(
        "Les séparateurs de ce nombre sont ambigus : écrivez-le avec un point décimal "
        "seulement, comme 1234.5."
    ),
    number_ambiguous="{} peut signifier {} ou {} : écrivez {} ou {}.",
)
