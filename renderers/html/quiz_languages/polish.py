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
    handed_in="Zapisano do oddania",
    receipt=(
        "Odpowiedzi są w pliku {}. Potwierdzenie: {}. Stronę można jeszcze zmienić i "
        "zapisać ponownie."
    ),
    left_out="Bez odpowiedzi lub niepełne: {}.",
    formula_unread="Tego wzoru nie da się odczytać:",
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
