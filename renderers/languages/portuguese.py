"""Portuguese."""

from qgen.renderers.languages.words import Labels

PORTUGUESE = Labels(
    language="pt",
    babel="portuguese",
    version="Versão",
    name="Nome",
    student_number="Número de estudante",
    date="Data",
    duration="Duração",
    minutes={"one": "{} minuto", "many": "{} de minutos", "other": "{} minutos"},
    total="Total",
    points={"one": "{} ponto", "many": "{} de pontos", "other": "{} pontos"},
    question="Questão {}",
    part="Alínea {}",
    select_one="Escolha uma resposta.",
    select_any="Qualquer número de respostas.",
    match_each="Para cada número, indique a letra do que lhe corresponde; nenhuma letra se usa "
    "duas vezes.",
    order_all="Indique as letras na ordem certa.",
    position="Posição {}",
    matrix_size="Linhas: {}, colunas: {}",
    matrix_entry="linha {}, coluna {}",
    answer="Resposta",
    solutions="Soluções",
    key="Solução",
    correct="certo",
    wrong="errado",
    explanation="Explicação",
    rubric="Critérios de correção",
    carried="também está certo o que decorre da resposta do estudante à alínea {}",
    feedback="Comentário",
    your_answer="A sua resposta",
    no_answer="Sem resposta",
    given_of="Pontos: {} de {}",
    waits="Isto ainda tem de ser corrigido por uma pessoa.",
    waiting_parts="Alíneas que uma pessoa ainda tem de corrigir",
    passed="Aprovado",
    not_passed="Não aprovado",
    tolerance="aceita-se de {} a {}",
    variables="em função de {}",
    pass_mark="Nota mínima",
    percent="{}%",
    attempts="Tentativas",
    hint="Dica {}",
    hand_in_file="Entregar um ficheiro ({})",
    file_beside=("A página anota apenas o nome e o tamanho: entregue o ficheiro com as respostas."),
    show_solution="Mostrar a solução",
    practice_note="Página de treino: contém as soluções.",
    study_guide="Guia de estudo",
    topics="Temas",
    yes="sim",
    no="não",
    page="Página {} de {}",
    section="Secção",
    questions="Questões",
    worth="Pontos",
    reached="Obtidos",
    mistake="Se a resposta é {}",
    judge_each="Para cada afirmação, escolha sim ou não.",
    type_decimal="um número decimal com ponto, como 0.25 ou -1.2e-5",
    type_formula="Escreva a fórmula, por exemplo 2*x^2 + exp(-x)/3.",
    type_values="Encontre a fórmula e escreva o seu valor em cada um destes pontos: um número "
    "decimal com ponto, como 0.25 ou -1.2e-5, com pelo menos quatro algarismos significativos.",
    type_value="Escreva o valor: um número decimal com ponto, como 0.25 ou -1.2e-5, com pelo "
    "menos quatro algarismos significativos.",
    asked_elsewhere="Esta alínea é pedida noutra questão.",
    read_only="Esta alínea é pedida noutra questão e está aqui só para ser lida.",
    other_numbers="Os números aqui podem ser diferentes dos da outra questão.",
    aids="Material permitido",
    no_aids="nenhum",
    scoring="Pontuação",
    ticks_all_or_nothing="Onde se pode assinalar qualquer número de respostas, os pontos são "
    "dados se estiverem assinaladas exatamente as certas; caso contrário, nenhum.",
    ticks_per_option="Onde se pode assinalar qualquer número de respostas, cada resposta certa "
    "assinalada e cada errada por assinalar vale a mesma parte dos pontos.",
    ticks_right_minus_wrong="Onde se pode assinalar qualquer número de respostas, cada certa "
    "assinalada vale a mesma parte dos pontos e cada errada assinalada desconta outro tanto, até "
    "0 na questão. Se nenhuma resposta está certa, só não assinalar nenhuma dá os pontos.",
    letters_all_or_nothing="Onde se fazem corresponder letras, os pontos são dados se todas "
    "estiverem certas; caso contrário, nenhum.",
    letters_per_option="Onde se fazem corresponder letras, cada letra certa vale a mesma parte "
    "dos pontos.",
    letters_right_minus_wrong="Onde se fazem corresponder letras, cada letra certa vale a mesma "
    "parte dos pontos e cada errada desconta outro tanto, até 0 na questão.",
    order_all_or_nothing="Uma ordem vale os seus pontos se estiver toda certa; caso contrário, "
    "nenhum.",
    order_adjacent="Numa ordem, cada par de letras que se seguem corretamente vale a mesma parte "
    "dos pontos.",
    answer_sheet="Folha de respostas",
    fill_circles="Preencha completamente, com caneta escura, os círculos das suas respostas. "
    "Escreva um número com um sinal em cada quadro e preencha abaixo o círculo desse sinal.",
    on_paper="A responder na própria prova: {}.",
    use_sheet="Dê as suas respostas na folha de respostas.",
    entries_all="Uma matriz ou um vetor vale os seus pontos se todas as entradas estiverem "
    "certas; senão, nenhum.",
    entries_each="Numa matriz ou num vetor, cada entrada certa vale a mesma parte dos pontos.",
    turn_over="Vire a folha",
    verified="verificada por duas vias",
    computed="calculada por uma via",
    stated="dada pelo autor",
)
