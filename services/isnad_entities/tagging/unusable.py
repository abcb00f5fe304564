"""What is said of a model of names that can't be used."""

from isnad.errors import SetupError


def unusable(where: object, why: str) -> SetupError:
    """Return the error; `where` completes «The names' model …»."""
    return SetupError(
        f"The names' model {where} can't be used: {why}. Install isnad again, or train it anew: "
        "isnad entities train --help"
    )
