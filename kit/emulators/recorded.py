"""What an emulator's CloudFormation answers of a resource that none of its services makes."""

from typing import NamedTuple


class Recorded(NamedTuple):
    """Patterns of what `Ref` answers, and of what `Fn::GetAtt` answers by attribute name.

    They name what the emulator knows of the resource, and those of attributes `ref` as well.
    """

    ref: str
    attributes: dict[str, str] = {}  # noqa: RUF012 - never changed

    def answers(self, **known: object) -> tuple[str, dict[str, str]]:
        """Both for one resource."""
        ref = self.ref.format_map(known)
        return ref, {name: text.format(**known, ref=ref) for name, text in self.attributes.items()}
