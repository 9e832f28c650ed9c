"""The laboratory's own errors; they say what is wrong, where, and what to do."""

__all__ = ["DataError", "LaboratoryError", "MissingError", "MissingFileError", "RefusedError"]


class LaboratoryError(Exception):
    """A problem for a person to solve: where it is, what it is, and the cure."""

    def __init__(self, where: str, what: str, *, cure: str) -> None:
        self.where, self.what, self.cure = where, what, cure
        super().__init__(f"{where}: {what}. {cure}")


class DataError(LaboratoryError):
    """A data file is missing or is not the file whose checksum is pinned."""


class MissingFileError(DataError):
    """A data file is not in the cache."""


class RefusedError(Exception):
    """A stack cannot do this task, or may not: a result, with its reason, and not a failure."""


class MissingError(Exception):
    """Something optional is not here, with what brings it: neither a pass nor a failure."""
