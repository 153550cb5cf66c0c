"""Spanish."""

from qgen.renderers.html.quiz_languages.words import QuizWords

SPANISH = QuizWords(
    check="Comprobar",
    submit="Entregar todas las respuestas",
    again="Intentar de nuevo",
    new_numbers="Otros números",
    new_later=("Esta pregunta ya se corrigió en este intento; habrá otros números en el próximo."),
    hand_in="Entregar",
    print="Imprimir el resultado",
    flag="Marcar",
    flagged="marcada",
    answered="respondida",
    unanswered="sin responder",
    progress="{} de {} respondidas",
    time_left="Tiempo restante {}",
    time_over="Tiempo agotado desde hace {}",
    result="Resultado",
    score="{} / {}",
    right="Correcto.",
    partly="Correcto en parte.",
    wrong="No es correcto.",
    open="Aún sin decidir: compare con la solución.",
    blank="No se respondió nada.",
    chosen="Correcto: elegida.",
    chosen_wrongly="Incorrecto: esta no debía elegirse.",
    missed="Omitida: esta es correcta.",
    left="No elegida, con razón.",
    not_factorised="Es correcto, pero no es un producto cuyos factores no se descomponen más.",
    not_expanded="Es correcto, pero no está desarrollado.",
    not_lowest_terms="Es correcto, pero no es una sola fracción irreducible.",
    not_no_decimals="Es correcto, pero no está escrito sin decimales.",
    show_hint="Mostrar la pista {} de {}",
    hints_taken="Las pistas restaron un {} %.",
    open_points="{} puntos por decidir",
    passed="Aprobado.",
    not_passed="No aprobado.",
    maybe_passed="Aprobar depende de lo que queda por decidir.",
    best="Mejor resultado hasta ahora: {} %.",
    attempts_left="Intentos restantes: {}.",
    next_attempt="Por ahora no quedan intentos. El próximo será posible a partir del {}.",
    no_attempt="No quedan intentos.",
    self_mark="Corrija usted mismo: marque lo que contiene su respuesta.",
    read_as="Se lee como",
    unreadable="Algunas respuestas no se pueden leer: vea lo que se dice debajo.",
    forgets="Este navegador no guarda nada: las respuestas se pierden al cerrar la página.",
    up="Subir {}",
    down="Bajar {}",
    moved="{} está ahora en la posición {}",
    copying=(
        "Las respuestas se guardan en este navegador hasta que se entregan en un "
        "archivo. Una página en su propio ordenador no puede impedir que alguien copie."
    ),
    folded="Esta página es grande: sin scripts no muestra las soluciones.",
    handed_in="Guardado para entregar",
    receipt=(
        "Las respuestas están en el archivo {}. Recibo: {}. La página aún se puede "
        "cambiar y guardar de nuevo."
    ),
    left_out="Sin responder o incompletas: {}.",
    number_logarithm="log puede tener base e, 10 o 2: escriba ln(2), log10(2) o log2(2).",
    number_e=(
        "No está claro qué es esta e: escriba 5*e para el número de Euler "
        "y 5e-3 para una potencia de diez."
    ),
    number_valueless="Esta expresión no tiene valor.",
    number_extreme="Es demasiado grande o demasiado pequeño para calcularlo aquí.",
    complex_units="Aquí están i y j: escriba la unidad imaginaria como i.",
    complex_real="Salvo exp y abs, las funciones se leen solo de números reales: escriba a + b*i.",
    formula_long="Una fórmula tiene aquí como máximo {} caracteres.",
    formula_power="{} (carácter {}) no está claro: escriba {}*10^({}), o ponga un * antes de la e.",
    formula_equals="Escriba solo la fórmula, sin signo de igual.",
    formula_inequality="Escriba una fórmula, no una desigualdad.",
    formula_strange="«{}» (carácter {}) no se entiende aquí.",
    formula_unlisted="El nombre «{}» (carácter {}) es desconocido. Las variables son {}.",
    formula_unknown="El nombre «{}» (carácter {}) es desconocido.",
    formula_constant="La constante libre debe sumarse al resto, como en … + C.",
    formula_empty="No se ha escrito nada: escriba una fórmula.",
    formula_closes="El paréntesis en el carácter {} no cierra nada.",
    formula_ends="La fórmula termina demasiado pronto: falta algo al final.",
    formula_comma=(
        "La coma en el carácter {} no está clara: escriba los decimales con punto, como en 0.5."
    ),
    formula_missing="Falta algo antes del carácter {}.",
    formula_divisor=(
        "No está claro si el carácter {} pertenece aún al "
        "denominador: escriba 1/(2x) o (1/2)x en lugar de 1/2x."
    ),
    formula_sign="Falta un signo antes del número en el carácter {}.",
    formula_deep="Esta fórmula está demasiado anidada: escríbala de forma más sencilla.",
    formula_exponent=(
        "No está claro si el carácter {} pertenece aún al "
        "exponente: escriba x^(2y) o x^2*y en lugar de x^2y."
    ),
    formula_fraction=r"Escriba una fracción como \frac{1}{2}, con ambas llaves.",
    formula_blank=(
        "Ponga un espacio después de cada coma y escriba los decimales con punto, como en 0.5."
    ),
    formula_open="El paréntesis en el carácter {} no está cerrado.",
    formula_raised="Escriba la potencia de una función como ({}(x))^2.",
    formula_root="Escriba una raíz como potencia, como en x^(1/3).",
    formula_brackets="Ponga paréntesis alrededor del argumento de {}: {}(x).",
    formula_argument="No está claro dónde termina el argumento de {}: ponga paréntesis, {}(x).",
    formula_digits="El número en el carácter {} es demasiado largo.",
    formula_two="{} necesita al menos dos argumentos, como en {}(0, x).",
    formula_one="{} tiene un solo argumento; escriba los decimales con punto, como en 0.5.",
    formula_base="No existe el logaritmo en base uno.",
    number_long="Un número tiene aquí como máximo {} caracteres.",
    number_digits="Escriba el número con las cifras de 0 a 9.",
    number_infinite="La respuesta es un número finito, por ejemplo -2, 0.5, 1/3 o 5e-3.",
    number_slashes="Una fracción tiene una sola barra: escriba 1/3.",
    number_division="No está claro qué se divide aquí: escriba una fracción sencilla, como 100/3.",
    number_zero="Esto divide por cero, lo que no da ningún número.",
    number_power="El exponente de diez debe estar entre -{} y {}.",
    number_none="Esto no es un número: escriba solo un número como -2, 0.5, 1/3 o 5e-3.",
    number_groups=(
        "Los separadores de este número no están claros: escríbalo solo con punto "
        "decimal, como 1234.5."
    ),
    number_ambiguous="{} puede significar {} o {}: escriba {} o {}.",
)
