"""A stack's outputs, and the exports that other stacks use."""

from local_aws.cloudformation.design import scope_of
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import resolve, text
from local_aws.cloudformation.model import Design, Stack, Store


def evaluate_outputs(design: Design, stack: Stack, store: Store) -> list[dict[str, str]]:
    """Return the outputs of a stack whose resources are there.

    Raises:
        ValidationError: an export's name is taken, or an export that others use would go.
    """
    scope = scope_of(design.document, design.parameters, stack, stack.resources, store)
    outputs = []
    for name, output in design.outputs.items():
        shown = {"OutputKey": name, "OutputValue": text(resolve(output["Value"], scope))}
        if "Description" in output:
            shown["Description"] = output["Description"]
        if "Export" in output:
            shown["ExportName"] = text(resolve(output["Export"]["Name"], scope))
        outputs.append(shown)
    _check_exports(outputs, stack, store)
    return outputs


def _check_exports(outputs: list[dict[str, str]], stack: Stack, store: Store) -> None:
    exports = store.exports(stack.region)
    names = {shown["ExportName"] for shown in outputs if "ExportName" in shown}
    for name in sorted(names):
        if name in exports and exports[name][0] is not stack:
            raise ValidationError(
                f"Export with name {name} is already exported by stack {exports[name][0].name}."
            )
    own = {name: value for name, (owner, value) in exports.items() if owner is stack}
    kept = {shown.get("ExportName"): shown["OutputValue"] for shown in outputs}
    for name, value in own.items():
        users = store.importers(name, stack.region)
        if users and kept.get(name) != value:
            verb = "updated" if name in kept else "deleted"
            raise ValidationError(
                f"Export {name} cannot be {verb} as it is in use by {', '.join(users)}"
            )
