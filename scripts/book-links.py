"""A preprocessor of mdbook: links that leave the guide lead to the repository."""

import json
import sys

if sys.argv[1:2] == ["supports"]:
    sys.exit()

context, book = json.load(sys.stdin)
files = context["config"]["output"]["html"]["git-repository-url"] + "/blob/main/"


def lead_out(item):
    if isinstance(item, dict):
        for name, value in item.items():
            if name == "content" and isinstance(value, str):
                item[name] = value.replace("](../", f"]({files}")
            else:
                lead_out(value)
    elif isinstance(item, list):
        for value in item:
            lead_out(value)


lead_out(book)
json.dump(book, sys.stdout)
