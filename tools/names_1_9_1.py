"""Write the names of MXNet 1.9.1 that a test asks for: ``python tools/names_1_9_1.py API.json``.

``API.json`` lists modules of the original: ``{module: {name: {"kind", "sig", "members"}}}``. What
the original's modules merely import, and the plumbing of its C API, is left out.
"""

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "tests" / "data" / "names-1.9.1.json"
PLUMBING = re.compile(
    r"_.*|py_str|c_str.*|c_array.*|c_handle.*|check_call|mx_uint.*|mx_int.*|.*Handle"
    r"|build_param_doc|string_types|numeric_types|integer_types|with_metaclass|generate_.*"
    r"|get_handle.*|.*_doc|numpy|np|onp|spsp|cv2|ss|stats|py_slice|py_sum|py_all|warnings|errno"
    r"|add_fileline_to_docstring|[a-z_]*_op_doc|add_note|with_traceback|args"
)
OTHERS = {"mxnet.nd.op", "mxnet.contrib.svrg_optimization", "mxnet.base", "mxnet.registry"}


def parameters(signature):
    """Return the names in a signature's text, variadic ones left out."""
    found = re.findall(r"[(,]\s*([A-Za-z]\w*)\s*(?=[=,:)])", signature or "")
    return [p for p in found if p not in ("self", "kwargs", "args", "name", "out")]


def main(source):
    """Read the list of names, and write what the test needs of it."""
    table, classes = {}, {}
    for module, names in json.loads(Path(source).read_text("utf-8")).items():
        if module in OTHERS:
            continue
        table[module] = {
            name: f"{entry['kind']} {' '.join(parameters(entry.get('sig')))}".strip()
            for name, entry in names.items()
            if not PLUMBING.fullmatch(name)
        }
        for name, entry in names.items():  # the same class is offered by many modules
            members = " ".join(m for m in entry.get("members", {}) if not PLUMBING.fullmatch(m))
            if members:
                key = name if classes.setdefault(name, members) == members else f"{module}.{name}"
                classes[key] = members
    text = json.dumps({"modules": table, "classes": classes}, indent=1)
    TARGET.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
