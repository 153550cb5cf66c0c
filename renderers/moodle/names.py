"""Names and tags as Moodle keeps them, and what it keeps otherwise than they were written."""

from qgen.document.exam import Header

TAG_LENGTH = 50
NAME_LENGTH = 200


def plain_name(title: str) -> str:
    """A title as Moodle shows it: names lose whatever looks like a tag, so brackets turn wide."""
    return title.replace("<", "＜").replace(">", "＞")


def tags_of(header: Header) -> list[str]:
    """The topic and the tags, each once, cut to what Moodle keeps."""
    return list(dict.fromkeys(word[:TAG_LENGTH] for word in _words(header) if word))


def name_losses(header: Header) -> list[tuple[str, str]]:
    """What of a title and of tags Moodle keeps otherwise: endings of codes and their texts."""
    found = [
        ("cut", f"Moodle keeps {TAG_LENGTH} characters of the tag '{word}'")
        for word in dict.fromkeys(_words(header))
        if len(word) > TAG_LENGTH
    ]
    if len(header.title) > NAME_LENGTH:
        found.append(("cut", f"the name keeps {NAME_LENGTH} characters of the title"))
    if plain_name(header.title) != header.title:
        text = "Moodle takes < and > in a name for tags: the name has the wide signs ＜ and ＞"
        found.append(("name", text))
    return found


def _words(header: Header) -> tuple[str, ...]:
    return header.topic, *header.tags
