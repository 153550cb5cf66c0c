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
    folded="Cette page est volumineuse : sans scripts, elle n’affiche pas les solutions.",
    handed_in="Enregistré pour être rendu",
    receipt=(
        "Les réponses sont dans le fichier {}. Reçu : {}. La page peut encore être "
        "modifiée et enregistrée à nouveau."
    ),
    left_out="Sans réponse ou incomplètes : {}.",
    number_logarithm="log peut être de base e, 10 ou 2 : écrivez ln(2), log10(2) ou log2(2).",
    number_e=(
        "On ne sait pas ce qu'est ce e : écrivez 5*e pour le nombre d'Euler "
        "et 5e-3 pour une puissance de dix."
    ),
    number_valueless="Cette expression n'a pas de valeur.",
    number_extreme="C'est trop grand ou trop petit pour être calculé ici.",
    complex_units="i et j sont tous deux écrits ici : écrivez l'unité imaginaire i.",
    complex_real=(
        "Hormis exp et abs, les fonctions ne sont lues que de nombres réels : écrivez a + b*i."
    ),
    formula_long="Une formule a ici au plus {} caractères.",
    formula_power=(
        "{} (caractère {}) n’est pas clair : écrivez {}*10^({}), ou mettez un * devant le e."
    ),
    formula_equals="Écrivez seulement la formule elle-même, sans signe égal.",
    formula_inequality="Écrivez une formule, pas une inégalité.",
    formula_strange="« {} » (caractère {}) n’est pas compris ici.",
    formula_unlisted="Le nom « {} » (caractère {}) est inconnu. Les variables sont {}.",
    formula_unknown="Le nom « {} » (caractère {}) est inconnu.",
    formula_constant="La constante libre doit être ajoutée au reste, comme dans … + C.",
    formula_empty="Rien n’a été saisi : écrivez une formule.",
    formula_closes="La parenthèse au caractère {} ne ferme rien.",
    formula_ends="La formule s’arrête trop tôt : il manque quelque chose à la fin.",
    formula_comma=(
        "La virgule au caractère {} n’est pas claire : "
        "écrivez les décimales avec un point, comme dans 0.5."
    ),
    formula_missing="Il manque quelque chose avant le caractère {}.",
    formula_divisor=(
        "On ne sait pas si le caractère {} fait encore partie du "
        "dénominateur : écrivez 1/(2x) ou (1/2)x au lieu de 1/2x."
    ),
    formula_sign="Il manque un signe avant le nombre au caractère {}.",
    formula_deep="Cette formule est trop imbriquée : écrivez-la plus simplement.",
    formula_exponent=(
        "On ne sait pas si le caractère {} fait encore partie "
        "de l’exposant : écrivez x^(2y) ou x^2*y au lieu de x^2y."
    ),
    formula_fraction=r"Écrivez une fraction sous la forme \frac{1}{2}, avec les deux accolades.",
    formula_blank=(
        "Mettez une espace après chaque virgule, et "
        "écrivez les décimales avec un point, comme dans 0.5."
    ),
    formula_open="La parenthèse au caractère {} n’est pas fermée.",
    formula_raised="Écrivez la puissance d’une fonction sous la forme ({}(x))^2.",
    formula_root="Écrivez une racine comme une puissance, par exemple x^(1/3).",
    formula_brackets="Mettez des parenthèses autour de l’argument de {} : {}(x).",
    formula_argument=(
        "On ne sait pas où se termine l’argument de {} : mettez des parenthèses, {}(x)."
    ),
    formula_digits="Le nombre au caractère {} est trop long.",
    formula_two="{} a besoin d’au moins deux arguments, comme dans {}(0, x).",
    formula_one="{} a un seul argument ; écrivez les décimales avec un point, comme dans 0.5.",
    formula_base="Il n’y a pas de logarithme en base un.",
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
