"""Polish."""

from qgen.renderers.languages.words import Labels

POLISH = Labels(
    language="pl",
    babel="polish",
    version="Wersja",
    name="Imię i nazwisko",
    student_number="Numer albumu",
    date="Data",
    duration="Czas",
    minutes={"one": "{} minuta", "few": "{} minuty", "many": "{} minut", "other": "{} minuty"},
    total="Razem",
    points={"one": "{} punkt", "few": "{} punkty", "many": "{} punktów", "other": "{} punktu"},
    question="Zadanie {}",
    part="Część {}",
    labelled="{}: {}",
    select_one="Wybierz jedną odpowiedź.",
    select_any="Dowolna liczba odpowiedzi.",
    match_each="Do każdego numeru podaj literę tego, co do niego pasuje; żadna litera nie pasuje "
    "dwa razy.",
    order_all="Podaj litery we właściwej kolejności.",
    position="Miejsce {}",
    matrix_size="Wiersze: {}, kolumny: {}",
    matrix_entry="wiersz {}, kolumna {}",
    answer="Odpowiedź",
    solutions="Rozwiązania",
    for_example="np.",
    key="Rozwiązanie",
    correct="dobrze",
    wrong="źle",
    explanation="Wyjaśnienie",
    rubric="Punktacja",
    carried="dobre jest też to, co wynika z własnej odpowiedzi w części {}",
    feedback="Komentarz",
    your_answer="Twoja odpowiedź",
    no_answer="Brak odpowiedzi",
    given_of="Punkty: {} z {}",
    waits="To musi jeszcze ocenić człowiek.",
    waiting_parts="Części, które musi jeszcze ocenić człowiek",
    passed="Zaliczone",
    not_passed="Niezaliczone",
    tolerance="przyjmuje się od {} do {}",
    variables="jako funkcja {}",
    pass_mark="Próg zaliczenia",
    percent="{}%",
    attempts="Podejścia",
    hint="Wskazówka {}",
    hand_in_file="Oddaj plik ({})",
    file_beside=(
        "Strona zapisuje tylko nazwę i rozmiar: sam plik należy oddać razem z odpowiedziami."
    ),
    show_solution="Pokaż rozwiązanie",
    practice_note="Strona do ćwiczeń: zawiera rozwiązania.",
    study_guide="Przewodnik do nauki",
    topics="Tematy",
    yes="tak",
    no="nie",
    page="Strona {} z {}",
    section="Dział",
    questions="Zadania",
    worth="Punkty",
    reached="Uzyskane",
    mistake="Jeśli odpowiedź to {}",
    judge_each="Przy każdym stwierdzeniu wybierz tak lub nie.",
    type_decimal="liczba dziesiętna z kropką, np. 0.25 lub -1.2e-5",
    type_complex="liczba zespolona, np. 3-2i lub 0.5+0.25*i",
    type_formula="Wpisz wzór, np. 2*x^2 + exp(-x)/3.",
    type_values="Wyznacz wzór i wpisz jego wartość w każdym z tych punktów: liczbę dziesiętną z "
    "kropką, np. 0.25 lub -1.2e-5, z co najmniej czterema cyframi znaczącymi.",
    type_value="Wpisz wartość: liczbę dziesiętną z kropką, np. 0.25 lub -1.2e-5, z co najmniej "
    "czterema cyframi znaczącymi.",
    asked_elsewhere="O tę część pyta inne zadanie.",
    read_only="O tę część pyta inne zadanie; tutaj jest tylko do przeczytania.",
    other_numbers="Liczby mogą być tu inne niż w tamtym zadaniu.",
    aids="Dozwolone pomoce",
    no_aids="brak",
    scoring="Zasady punktacji",
    ticks_all_or_nothing="Gdzie można zaznaczyć dowolną liczbę odpowiedzi, punkty przyznaje się, "
    "gdy zaznaczone są dokładnie te dobre, a w innym razie żadnych.",
    ticks_per_option="Gdzie można zaznaczyć dowolną liczbę odpowiedzi, każda zaznaczona dobra i "
    "każda niezaznaczona zła odpowiedź daje taką samą część punktów.",
    ticks_right_minus_wrong="Gdzie można zaznaczyć dowolną liczbę odpowiedzi, każda zaznaczona "
    "dobra daje taką samą część punktów, a każda zaznaczona zła odejmuje tyle samo, aż do 0 za "
    "zadanie. Jeśli żadna odpowiedź nie jest dobra, punkty daje tylko niezaznaczenie żadnej.",
    letters_all_or_nothing="Gdzie dopasowuje się litery, punkty przyznaje się, gdy wszystkie są "
    "dobre, a w innym razie żadnych.",
    letters_per_option="Gdzie dopasowuje się litery, każda dobra litera daje taką samą część "
    "punktów.",
    letters_right_minus_wrong="Gdzie dopasowuje się litery, każda dobra litera daje taką samą "
    "część punktów, a każda zła odejmuje tyle samo, aż do 0 za zadanie.",
    order_all_or_nothing="Kolejność daje punkty, gdy jest cała dobra, a w innym razie żadnych.",
    order_adjacent="W kolejności każda para liter, które słusznie następują po sobie, daje taką "
    "samą część punktów.",
    answer_sheet="Karta odpowiedzi",
    fill_circles="Zamaluj całe kółka swoich odpowiedzi ciemnym długopisem. Liczbę zapisz po "
    "jednym znaku w każdej kratce i zamaluj pod nią kółko tego znaku.",
    on_paper="Odpowiedzi na samym arkuszu: {}.",
    use_sheet="Odpowiedzi zaznacz na karcie odpowiedzi.",
    entries_all="Macierz lub wektor daje punkty, jeśli wszystkie elementy są poprawne, w "
    "przeciwnym razie żadnych.",
    entries_each="W macierzy lub wektorze każdy poprawny element daje taką samą część punktów.",
    turn_over="Proszę odwrócić kartkę",
    verified="sprawdzone dwiema drogami",
    computed="obliczone jedną drogą",
    stated="podane przez autora",
)
