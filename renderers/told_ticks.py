"""Whether a question says by itself that several of its options may be ticked."""

import re

from qgen.document.answers import Part
from qgen.document.exam import Item
from qgen.document.richtext import plain_text

_PHRASES = (
    r"\b(?:tick|select|choose|mark|check)\s+(?:every|all|each)\b|\bany number\b",
    r"\b(?:kreuzen?|wählen?|markieren?)\s+(?:sie\s+)?(?:alle|jede[nrs]?)\b|\bbeliebig viele\b",
    r"\b(?:cochez|choisissez|sélectionnez)\s+(?:toutes|tous|chaque)\b|\bautant de\b",
    r"\b(?:marque|elija|seleccione)\s+(?:todas|todos|cada)\b|\bcualquier número\b",
    r"\b(?:segnare|scegliere|selezionare)\s+(?:tutte|tutti|ogni)\b|\bnumero qualsiasi\b",
    r"\b(?:assinale|escolha|selecione|marque)\s+(?:todas|todos|cada)\b|\bqualquer número\b",
    r"\b(?:kruis|kies|vink|selecteer)\s+(?:alle|elke?|ieder)\b|\bwillekeurig aantal\b",
    r"\b(?:zaznacz|wybierz)\s+(?:wszystkie|każd\w+)|\bdowoln\w+ liczb\w+",
    r"(?:选出|选择|勾选)所有|多选",
    r"すべて(?:選|に?チェック)|いくつ選んでも",
)
"""In the languages of papers. A question's own language is its author's, whatever the exam's is."""
_TOLD = re.compile("|".join(_PHRASES), re.IGNORECASE)


def tells_to_tick(item: Item, part: Part) -> bool:
    """Whether what stands above a part's options asks for every right one.

    A paper that says so once more, in its own words, is read twice for nothing.
    """
    asked = part.prompt if part.label else item.stem
    return _TOLD.search(plain_text(asked)) is not None
