"""Portuguese."""

from qgen.renderers.html.quiz_languages.words import QuizWords

PORTUGUESE = QuizWords(
    check="Verificar",
    submit="Entregar todas as respostas",
    again="Tentar de novo",
    new_numbers="Outros números",
    new_later=("Esta questão já foi corrigida nesta tentativa; haverá outros números na próxima."),
    hand_in="Entregar",
    print="Imprimir o resultado",
    flag="Marcar",
    flagged="marcada",
    answered="respondida",
    unanswered="sem resposta",
    progress="{} de {} respondidas",
    time_left="Tempo restante {}",
    time_over="Tempo esgotado há {}",
    result="Resultado",
    score="{} / {}",
    right="Certo.",
    partly="Certo em parte.",
    wrong="Não está certo.",
    open="Ainda por decidir: compare com a solução.",
    blank="Nada foi respondido.",
    chosen="Certo: escolhida.",
    chosen_wrongly="Errado: esta não devia ser escolhida.",
    missed="Omitida: esta está certa.",
    left="Não escolhida, e bem.",
    not_factorised="Está certo, mas não é um produto cujos fatores já não se decompõem.",
    not_expanded="Está certo, mas não está desenvolvido.",
    not_lowest_terms="Está certo, mas não é uma só fração irredutível.",
    not_no_decimals="Está certo, mas não está escrito sem decimais.",
    open_points="{} pontos ainda por decidir",
    passed="Aprovado.",
    not_passed="Não aprovado.",
    maybe_passed="A aprovação depende do que falta decidir.",
    best="Melhor resultado até agora: {}%.",
    attempts_left="Tentativas restantes: {}.",
    next_attempt="Por agora não há mais tentativas. A próxima é possível a partir de {}.",
    no_attempt="Não há mais tentativas.",
    self_mark="Corrija por si: assinale o que a sua resposta contém.",
    read_as="Lido como",
    unreadable="Algumas respostas não se podem ler: veja o que se diz abaixo delas.",
    forgets=("Este navegador não guarda nada: as respostas perdem-se quando a página é fechada."),
    up="Mover {} para cima",
    down="Mover {} para baixo",
    moved="{} está agora na posição {}",
    copying=(
        "As respostas ficam neste navegador até serem entregues num ficheiro. Uma "
        "página no seu próprio computador não pode impedir ninguém de copiar."
    ),
    folded="Esta página é grande: sem scripts, não mostra as soluções.",
    handed_in="Guardado para entrega",
    receipt=(
        "As respostas estão no ficheiro {}. Recibo: {}. A página ainda pode ser "
        "alterada e guardada de novo."
    ),
    left_out="Sem resposta ou incompletas: {}.",
    formula_unread="Esta fórmula não se pode ler:",
    number_long="Um número tem aqui no máximo {} caracteres.",
    number_digits="Escreva o número com os algarismos de 0 a 9.",
    number_infinite="A resposta é um número finito, por exemplo -2, 0.5, 1/3 ou 5e-3.",
    number_slashes="Uma fração tem uma só barra: escreva 1/3.",
    number_division="Não é claro o que se divide aqui: escreva uma fração simples, como 100/3.",
    number_zero="Isto divide por zero, o que não dá nenhum número.",
    number_power="O expoente de dez deve estar entre -{} e {}.",
    number_none="Isto não é um número: escreva só um número como -2, 0.5, 1/3 ou 5e-3.",
    number_groups=(
        "Os separadores deste número não são claros: escreva-o só com ponto decimal, como 1234.5."
    ),
    number_ambiguous="{} pode significar {} ou {}: escreva {} ou {}.",
)
