"""Polish."""

from qgen.renderers.html.quiz_languages.words import QuizWords

POLISH = QuizWords(
    check="Sprawdź",
    submit="Oddaj wszystkie odpowiedzi",
    again="Spróbuj ponownie",
    new_numbers="Inne liczby",
    new_later="To zadanie jest już ocenione w tym podejściu; inne liczby będą w następnym.",
    hand_in="Oddaj",
    print="Drukuj wynik",
    flag="Oznacz",
    flagged="oznaczone",
    answered="z odpowiedzią",
    unanswered="bez odpowiedzi",
    progress="Odpowiedzi: {} z {}",
    time_left="Pozostały czas {}",
    time_over="Czas minął {} temu",
    result="Wynik",
    score="{} / {}",
    right="Dobrze.",
    partly="Częściowo dobrze.",
    wrong="Niedobrze.",
    open="Jeszcze nie rozstrzygnięto: porównaj z rozwiązaniem.",
    blank="Brak odpowiedzi.",
    chosen="Dobrze: wybrano.",
    chosen_wrongly="Źle: tego nie należało wybrać.",
    missed="Pominięto: to jest poprawne.",
    left="Słusznie nie wybrano.",
    not_factorised=(
        "Wynik jest poprawny, ale nie jest iloczynem czynników, których nie da się już rozłożyć."
    ),
    not_expanded="Wynik jest poprawny, ale nie jest rozwinięty.",
    not_lowest_terms="Wynik jest poprawny, ale nie jest jednym ułamkiem nieskracalnym.",
    not_no_decimals="Wynik jest poprawny, ale nie jest zapisany bez ułamków dziesiętnych.",
    show_hint="Pokaż wskazówkę {} z {}",
    hints_taken="Wskazówki kosztowały {}%.",
    open_points="Punkty do rozstrzygnięcia: {}",
    passed="Zaliczone.",
    not_passed="Niezaliczone.",
    maybe_passed="Zaliczenie zależy od tego, co pozostało do rozstrzygnięcia.",
    best="Najlepszy wynik dotąd: {}%.",
    attempts_left="Pozostałe podejścia: {}.",
    next_attempt="Na razie nie ma już podejść. Następne będzie możliwe od {}.",
    no_attempt="Nie ma już podejść.",
    self_mark="Oceń samodzielnie: zaznacz, co zawiera odpowiedź.",
    read_as="Odczytano jako",
    unreadable="Niektórych odpowiedzi nie da się odczytać: zobacz, co jest pod nimi.",
    forgets=("Ta przeglądarka niczego nie zapamiętuje: po zamknięciu strony odpowiedzi przepadną."),
    up="Przesuń {} w górę",
    down="Przesuń {} w dół",
    moved="{} jest teraz na miejscu {}",
    copying=(
        "Odpowiedzi pozostają w tej przeglądarce, dopóki nie zostaną oddane jako plik. "
        "Strona na własnym komputerze nikogo nie powstrzyma od ściągania."
    ),
    folded="Ta strona jest duża: bez skryptów nie pokazuje rozwiązań.",
    handed_in="Zapisano do oddania",
    receipt=(
        "Odpowiedzi są w pliku {}. Potwierdzenie: {}. Stronę można jeszcze zmienić i "
        "zapisać ponownie."
    ),
    left_out="Bez odpowiedzi lub niepełne: {}.",
    number_logarithm="log może mieć podstawę e, 10 lub 2: napisz ln(2), log10(2) lub log2(2).",
    number_e=(
        "Nie wiadomo, czym jest to e: napisz 5*e dla liczby Eulera, a 5e-3 dla potęgi dziesięciu."
    ),
    number_valueless="To wyrażenie nie ma wartości.",
    number_extreme="To jest za duże lub za małe, aby je tu obliczyć.",
    complex_units="Jest tu i oraz j: zapisz jednostkę urojoną jako i.",
    complex_real="Poza exp i abs funkcje są czytane tylko dla liczb rzeczywistych: napisz a + b*i.",
    formula_long="Wzór może mieć tutaj najwyżej {} znaków.",
    formula_power="Zapis {} (znak {}) jest niejasny: napisz {}*10^({}) albo postaw * przed e.",
    formula_equals="Napisz sam wzór, bez znaku równości.",
    formula_inequality="Napisz wzór, a nie nierówność.",
    formula_strange="„{}” (znak {}) jest tu niezrozumiałe.",
    formula_unlisted="Nazwa „{}” (znak {}) jest nieznana. Zmienne to {}.",
    formula_unknown="Nazwa „{}” (znak {}) jest nieznana.",
    formula_constant="Dowolną stałą trzeba dodać do reszty, jak w … + C.",
    formula_empty="Nic nie wpisano: napisz wzór.",
    formula_closes="Nawias przy znaku {} niczego nie zamyka.",
    formula_ends="Wzór kończy się za wcześnie: na końcu czegoś brakuje.",
    formula_comma=(
        "Przecinek przy znaku {} jest niejasny: ułamki dziesiętne pisz z kropką, jak 0.5."
    ),
    formula_missing="Przed znakiem {} czegoś brakuje.",
    formula_divisor=(
        "Nie wiadomo, czy znak {} należy jeszcze do "
        "mianownika: napisz 1/(2x) albo (1/2)x zamiast 1/2x."
    ),
    formula_sign="Przed liczbą przy znaku {} brakuje znaku działania.",
    formula_deep="Ten wzór jest zbyt głęboko zagnieżdżony: zapisz go prościej.",
    formula_exponent=(
        "Nie wiadomo, czy znak {} należy jeszcze do "
        "wykładnika: napisz x^(2y) albo x^2*y zamiast x^2y."
    ),
    formula_fraction=r"Napisz ułamek jako \frac{1}{2}, z obydwoma nawiasami.",
    formula_blank="Po każdym przecinku postaw odstęp, a ułamki dziesiętne pisz z kropką, jak 0.5.",
    formula_open="Nawias przy znaku {} nie jest zamknięty.",
    formula_raised="Potęgę funkcji zapisz jako ({}(x))^2.",
    formula_root="Pierwiastek zapisz jako potęgę, jak x^(1/3).",
    formula_brackets="Argument funkcji {} ujmij w nawiasy: {}(x).",
    formula_argument="Nie wiadomo, gdzie kończy się argument funkcji {}: użyj nawiasów, {}(x).",
    formula_digits="Liczba przy znaku {} jest za długa.",
    formula_two="Funkcja {} wymaga co najmniej dwóch argumentów, jak w {}(0, x).",
    formula_one="Funkcja {} ma jeden argument; ułamki dziesiętne pisz z kropką, jak 0.5.",
    formula_base="Nie ma logarytmu o podstawie jeden.",
    number_long="Liczba ma tu najwyżej {} znaków.",
    number_digits="Zapisz liczbę cyframi od 0 do 9.",
    number_infinite="Odpowiedź jest liczbą skończoną, na przykład -2, 0.5, 1/3 lub 5e-3.",
    number_slashes="Ułamek ma jedną kreskę: zapisz 1/3.",
    number_division="Nie wiadomo, co się tu dzieli: zapisz zwykły ułamek, jak 100/3.",
    number_zero="To dzieli przez zero, co nie daje żadnej liczby.",
    number_power="Wykładnik dziesiątki musi leżeć między -{} a {}.",
    number_none="To nie jest liczba: wpisz tylko liczbę, jak -2, 0.5, 1/3 lub 5e-3.",
    number_groups=(
        "Separatory w tej liczbie są niejasne: zapisz ją tylko z kropką dziesiętną, jak 1234.5."
    ),
    number_ambiguous="{} może oznaczać {} lub {}: zapisz {} lub {}.",
)
