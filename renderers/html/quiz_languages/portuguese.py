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
    show_hint="Mostrar a dica {} de {}",
    hints_taken="As dicas custaram {}%.",
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
    number_logarithm="log pode ter base e, 10 ou 2: escreva ln(2), log10(2) ou log2(2).",
    number_e=(
        "Não é claro o que é este e: escreva 5*e para o número de Euler "
        "e 5e-3 para uma potência de dez."
    ),
    number_valueless="Esta expressão não tem valor.",
    number_extreme="É grande ou pequeno demais para ser calculado aqui.",
    complex_units="Estão aqui i e j: escreva a unidade imaginária como i.",
    complex_real="Exceto exp e abs, as funções leem-se apenas de números reais: escreva a + b*i.",
    formula_long="Uma fórmula tem aqui no máximo {} caracteres.",
    formula_power="{} (caractere {}) não é claro: escreva {}*10^({}), ou ponha um * antes do e.",
    formula_equals="Escreva apenas a fórmula, sem sinal de igual.",
    formula_inequality="Escreva uma fórmula, não uma desigualdade.",
    formula_strange="“{}” (caractere {}) não se entende aqui.",
    formula_unlisted="O nome “{}” (caractere {}) é desconhecido. As variáveis são {}.",
    formula_unknown="O nome “{}” (caractere {}) é desconhecido.",
    formula_constant="A constante livre deve ser somada ao resto, como em … + C.",
    formula_empty="Nada foi escrito: escreva uma fórmula.",
    formula_closes="O parêntese no caractere {} não fecha nada.",
    formula_ends="A fórmula termina cedo demais: falta algo no fim.",
    formula_comma=(
        "A vírgula no caractere {} não é clara: escreva as casas decimais com ponto, como em 0.5."
    ),
    formula_missing="Falta algo antes do caractere {}.",
    formula_divisor=(
        "Não é claro se o caractere {} ainda pertence ao "
        "denominador: escreva 1/(2x) ou (1/2)x em vez de 1/2x."
    ),
    formula_sign="Falta um sinal antes do número no caractere {}.",
    formula_deep="Esta fórmula está aninhada demais: escreva-a de forma mais simples.",
    formula_exponent=(
        "Não é claro se o caractere {} ainda pertence ao "
        "expoente: escreva x^(2y) ou x^2*y em vez de x^2y."
    ),
    formula_fraction=r"Escreva uma fração como \frac{1}{2}, com ambas as chaves.",
    formula_blank=(
        "Ponha um espaço depois de cada vírgula e escreva as casas decimais com ponto, como em 0.5."
    ),
    formula_open="O parêntese no caractere {} não está fechado.",
    formula_raised="Escreva a potência de uma função como ({}(x))^2.",
    formula_root="Escreva uma raiz como potência, como em x^(1/3).",
    formula_brackets="Ponha parênteses em volta do argumento de {}: {}(x).",
    formula_argument="Não é claro onde termina o argumento de {}: ponha parênteses, {}(x).",
    formula_digits="O número no caractere {} é longo demais.",
    formula_two="{} precisa de pelo menos dois argumentos, como em {}(0, x).",
    formula_one="{} tem um só argumento; escreva as casas decimais com ponto, como em 0.5.",
    formula_base="Não existe logaritmo de base um.",
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
