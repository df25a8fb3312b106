"""Makes the input of the benchmark: push events of GitHub as NDJSON, varied from a seed, and their schema as one file.

    make.py CORPORA FOLDER MEGABYTES
"""

import json
import pathlib
import random
import sys

corpora, folder, megabytes = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
schemas = corpora / "github-webhooks/payload-schemas/api.github.com"
payloads = corpora / "github-webhooks/payload-examples/api.github.com/push"


def find(reference, folder):
    """The authors mean references from the folder of all schemas, or from that of the file."""
    return reference if (schemas / reference).exists() else f"{folder}/{reference}"


def embed(name, definitions):
    """Puts a schema, and what it refers to, into the definitions."""
    key = name.replace("/", "-")
    if key in definitions:
        return
    definitions[key] = None
    schema = json.loads((schemas / name).read_text())
    schema.pop("$schema", None)
    schema.pop("$id", None)
    rewrite(schema, name.split("/")[0], definitions)
    definitions[key] = schema


def rewrite(schema, folder, definitions):
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            name = find(reference, folder)
            embed(name, definitions)
            schema["$ref"] = "#/definitions/" + name.replace("/", "-")
        for value in schema.values():
            rewrite(value, folder, definitions)
    elif isinstance(schema, list):
        for value in schema:
            rewrite(value, folder, definitions)


def vary(value, chance):
    """Another text of the same length, another number of the same size."""
    if isinstance(value, dict):
        return {name: vary(member, chance) for name, member in value.items()}
    if isinstance(value, list):
        return [vary(item, chance) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and value > 9 and chance.random() < 0.5:
        return chance.randrange(10 ** (len(str(value)) - 1), 10 ** len(str(value)))
    if isinstance(value, str) and len(value) == 40 and chance.random() < 0.5:
        return "%040x" % chance.randrange(16**40)
    return value


definitions = {}
embed("push/event.schema.json", definitions)
event = {"$schema": "http://json-schema.org/draft-07/schema#", **definitions.pop("push-event.schema.json")}
event["definitions"] = definitions
(folder / "push.schema.json").write_text(json.dumps(event))
# For a validator that reads no NDJSON: the same as one array.
array = {"$schema": event["$schema"], "items": {**event, "definitions": {}}, "definitions": definitions}
(folder / "push-array.schema.json").write_text(json.dumps(array))

examples = [json.loads(path.read_text()) for path in sorted(payloads.glob("*.json"))]
chance = random.Random(1)
lines = [json.dumps(vary(examples[i % len(examples)], chance), separators=(",", ":")) for i in range(2000)]
written = 0
records = []
with (folder / "push.ndjson").open("w") as file:
    while written < megabytes * 1_000_000:
        line = chance.choice(lines)
        file.write(line + "\n")
        records.append(line)
        written += len(line) + 1
with (folder / "push-array.json").open("w") as file:
    file.write("[")
    for index, line in enumerate(records):
        file.write(("," if index else "") + line)
    file.write("]")
