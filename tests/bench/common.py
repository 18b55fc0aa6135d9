"""What both parts of the comparison use."""
import dataclasses
import pathlib
import sys
import typing

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))

HOST, LOGIN, BIG_MB = "127.0.0.1", "bench", 200


@dataclasses.dataclass
class Work:
    """Something that is done through each target."""
    title: str
    run: typing.Callable[[int], int]    # port -> how many units were done
    unit: str = "transaction"
