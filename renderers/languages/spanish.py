"""Spanish."""

from qgen.renderers.languages.words import Labels

SPANISH = Labels(
    language="es",
    babel="spanish",
    version="Versión",
    name="Nombre",
    student_number="Número de estudiante",
    date="Fecha",
    duration="Duración",
    minutes={"one": "{} minuto", "many": "{} de minutos", "other": "{} minutos"},
    total="Total",
    points={"one": "{} punto", "many": "{} de puntos", "other": "{} puntos"},
    question="Pregunta {}",
    part="Apartado {}",
    labelled="{}: {}",
    select_one="Elija una respuesta.",
    select_any="Cualquier número de respuestas.",
    match_each="Para cada número, escriba la letra de lo que le corresponde; ninguna letra se usa "
    "dos veces.",
    order_all="Escriba las letras en el orden correcto.",
    position="Posición {}",
    matrix_size="Filas: {}, columnas: {}",
    matrix_entry="fila {}, columna {}",
    answer="Respuesta",
    solutions="Soluciones",
    for_example="p. ej.",
    key="Solución",
    correct="correcto",
    wrong="incorrecto",
    explanation="Explicación",
    rubric="Criterios de corrección",
    carried="también es correcto lo que se sigue de la respuesta del estudiante al apartado {}",
    feedback="Comentario",
    your_answer="Su respuesta",
    no_answer="Sin respuesta",
    given_of="Puntos: {} de {}",
    waits="Una persona debe corregir esto todavía.",
    waiting_parts="Apartados que una persona debe corregir todavía",
    passed="Aprobado",
    not_passed="No aprobado",
    tolerance="se acepta de {} a {}",
    variables="en función de {}",
    pass_mark="Nota mínima",
    percent="{} %",
    attempts="Intentos",
    hint="Pista {}",
    hand_in_file="Entregar un archivo ({})",
    file_beside=(
        "La página solo anota su nombre y tamaño: entregue el archivo junto con las respuestas."
    ),
    show_solution="Mostrar la solución",
    practice_note="Página de práctica: contiene las soluciones.",
    study_guide="Guía de estudio",
    topics="Temas",
    yes="sí",
    no="no",
    page="Página {} de {}",
    section="Sección",
    questions="Preguntas",
    worth="Puntos",
    reached="Obtenidos",
    mistake="Si la respuesta es {}",
    judge_each="Para cada afirmación, elija sí o no.",
    type_decimal="un número decimal con punto, como 0.25 o -1.2e-5",
    type_complex="un número complejo como 3-2i o 0.5+0.25*i",
    type_formula="Escriba la fórmula, por ejemplo 2*x^2 + exp(-x)/3.",
    type_values="Halle la fórmula y escriba su valor en cada uno de estos puntos: un número "
    "decimal con punto, como 0.25 o -1.2e-5, con al menos cuatro cifras significativas.",
    type_value="Escriba el valor: un número decimal con punto, como 0.25 o -1.2e-5, con al menos "
    "cuatro cifras significativas.",
    asked_elsewhere="Este apartado se pregunta en otra pregunta.",
    read_only="Este apartado se pregunta en otra pregunta y está aquí solo para leerlo.",
    other_numbers="Los números pueden ser aquí distintos de los de la otra pregunta.",
    aids="Material permitido",
    no_aids="ninguno",
    scoring="Puntuación",
    ticks_all_or_nothing="Donde se puede marcar cualquier número de respuestas, se dan los puntos "
    "si están marcadas exactamente las correctas; si no, ninguno.",
    ticks_per_option="Donde se puede marcar cualquier número de respuestas, cada respuesta "
    "correcta marcada y cada incorrecta sin marcar da la misma parte de los puntos.",
    ticks_right_minus_wrong="Donde se puede marcar cualquier número de respuestas, cada correcta "
    "marcada da la misma parte de los puntos y cada incorrecta marcada resta otro tanto, hasta 0 "
    "en la pregunta. Si ninguna respuesta es correcta, solo no marcar ninguna da los puntos.",
    letters_all_or_nothing="Donde hay que emparejar letras, se dan los puntos si todas son "
    "correctas; si no, ninguno.",
    letters_per_option="Donde hay que emparejar letras, cada letra correcta da la misma parte de "
    "los puntos.",
    letters_right_minus_wrong="Donde hay que emparejar letras, cada letra correcta da la misma "
    "parte de los puntos y cada incorrecta resta otro tanto, hasta 0 en la pregunta.",
    order_all_or_nothing="Un orden da sus puntos si es correcto por entero; si no, ninguno.",
    order_adjacent="En un orden, cada par de letras que se siguen correctamente da la misma parte "
    "de los puntos.",
    answer_sheet="Hoja de respuestas",
    fill_circles="Rellene por completo, con un bolígrafo oscuro, los círculos de sus "
    "respuestas. Escriba un número con un signo en cada casilla y rellene debajo el círculo "
    "de ese signo.",
    on_paper="Se responde en el propio examen: {}.",
    use_sheet="Dé sus respuestas en la hoja de respuestas.",
    entries_all="Una matriz o un vector da sus puntos si todas las entradas son correctas; si "
    "no, ninguno.",
    entries_each="En una matriz o un vector, cada entrada correcta da la misma parte de los "
    "puntos.",
    turn_over="Dé la vuelta a la hoja",
    verified="verificada por dos vías",
    computed="calculada por una vía",
    stated="dada por el autor",
)
