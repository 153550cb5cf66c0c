"""The closed forms that are shipped: what the bank asks for, and the file that must hold it.

`python -m tests.closed_forms` writes the file: it derives what is missing, and leaves out what no
question asks for any more. With `--again` it derives all anew: after a change of how qgen derives.
"""

import json
import sys
from collections.abc import Iterator, Mapping

from qgen import deriving
from tests.shipped import shipped_templates


def requests() -> Iterator[tuple[str, str]]:
    """The questions of the bank that derive values, with what each asks computer algebra."""
    for template in shipped_templates():
        if template.derivations:
            yield template.header.identifier, deriving.derivation_request(template)


def as_text(forms: Mapping[str, object]) -> str:
    """Closed forms by their requests' digests as the file has them: sorted, a line a question."""
    lines = [f"{json.dumps(digest)}: {json.dumps(forms[digest])}" for digest in sorted(forms)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(again: bool) -> None:
    """Writes the file, or says which question has no closed form."""
    forms = {}
    for identifier, request in requests():
        found, failure = (None if again else deriving.shipped_forms(request)), None
        if found is None:
            print("derives", identifier)
            found, failure = deriving.derive_anew(request)
        if failure is not None:
            sys.exit(f"{identifier}: {failure}")
        forms[deriving.request_digest(request)] = found
    deriving.SHIPPED.write_text(as_text(forms), "utf-8")
    print(f"{deriving.SHIPPED} holds the closed forms of {len(forms)} questions")


if __name__ == "__main__":
    main(again="--again" in sys.argv[1:])
