"""The JSON Schema of an exercise.yaml, for editors: made of the models that read it, so that it says what they say.

It knows form alone. Which host, program or check a name means, and whether a timeline can be played, `kit lint` says. An
editor reads YAML with types, and kit reads text (`kit.exercise.yaml`): so a number may stand for a text, and any text may
have `${name}` in it.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from kit import checks
from kit.exercise.model import ACTIONS, CONDITIONS, CheckSpec, Definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from pydantic_core import core_schema

    from kit.checks._own import OwnChecks
    from kit.exercise.references import Strict

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILLED = {"type": "string", "pattern": r"\$\{"}  # a text with a parameter in it may become anything
SEVERAL = ("link",)  # of which one may stand alone
Schema = dict[str, Any]


class _AsWritten(GenerateJsonSchema):
    """What may be written for a value. pydantic calls a method for each kind of type."""

    def int_schema(self, schema: core_schema.IntSchema) -> Schema:
        return _or_filled(super().int_schema(schema))

    def float_schema(self, schema: core_schema.FloatSchema) -> Schema:
        return _or_filled(super().float_schema(schema))

    def bool_schema(self, schema: core_schema.BoolSchema) -> Schema:
        return _or_filled(super().bool_schema(schema))

    def literal_schema(self, schema: core_schema.LiteralSchema) -> Schema:
        return _or_filled(super().literal_schema(schema))

    def str_schema(self, schema: core_schema.StringSchema) -> Schema:
        text = super().str_schema(schema)
        if "pattern" not in text:
            return text | {"type": ["string", "number", "boolean", "null"]}  # what YAML makes of a text
        is_also_number = re.search(text["pattern"], "1") is not None
        return _or_filled(text | ({"type": ["string", "number"]} if is_also_number else {}))

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        keys = self.generate_inner(schema["keys_schema"])
        return super().dict_schema(schema) | {"propertyNames": keys.get("anyOf", [keys])[0]}

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> Schema:
        inner = super().function_before_schema(schema)
        # A list that is looked at before it is read: one may stand for a list of one.
        return {"anyOf": [inner["items"], inner]} if "items" in inner else inner

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # a key says itself what it is
        return False


def _or_filled(schema: Schema) -> Schema:
    return {"anyOf": [schema, FILLED]}


def schema(own: OwnChecks) -> Schema:
    """Give the schema; `own` are the checks of the exercise that it is for."""
    asked = {name: checks.load(name).Params for name in checks.names()} | dict(own)
    waits = list(CONDITIONS.values())
    actions = [model for model, _bare in ACTIONS.values()]
    models: list[type[BaseModel]] = [Definition, CheckSpec, *waits, *actions, *asked.values()]
    for model in models:
        model.model_rebuild()
    named, whole = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)], schema_generator=_AsWritten
    )
    refs = {model: named[model, "validation"] for model in models}
    below = _Below(refs, whole["$defs"])
    root = below.definition(Definition)
    root["properties"] |= {
        "timeline": root["properties"]["timeline"] | {"items": below.step()},
        "checks": root["properties"]["checks"] | {"items": below.check(asked, own)},
    }
    for name in SEVERAL:
        root["properties"][name] = {"anyOf": [root["properties"][name]["items"], root["properties"][name]]}
    head = {
        "$schema": DIALECT,
        "title": "an exercise of wirekit",
        "description": "`exercise.yaml`: see docs/authors.md",
    }
    parted: list[type[BaseModel]] = [Definition, CheckSpec, *waits]  # put together anew above
    unused = {"Step", *(refs[model]["$ref"].rpartition("/")[2] for model in parted)}
    definitions = {name: each for name, each in whole["$defs"].items() if name not in unused}
    return head | {key: value for key, value in root.items() if key not in head} | {"$defs": definitions}


class _Below:
    """The models' schemas, by which steps and checks are put together."""

    def __init__(self, refs: Mapping[type[BaseModel], Schema], definitions: Mapping[str, Schema]) -> None:
        self._refs = refs
        self._definitions = definitions

    def definition(self, model: type[BaseModel]) -> Schema:
        """Give a model's own schema, to be changed."""
        found = self._definitions[self._refs[model]["$ref"].rpartition("/")[2]]
        return found | {"properties": dict(found["properties"])}

    def step(self) -> Schema:
        """Give what stands for a step: one action and its value."""
        found = {name: self._action(model, bare) for name, (model, bare) in ACTIONS.items()}
        found["wait"] = {"anyOf": [self._condition(model) for model in CONDITIONS.values()]}
        return _one_of_these(found, {})

    def _action(self, model: type[Strict], bare: str | None) -> Schema:
        ref = self._refs[model]
        return ref if bare is None else {"anyOf": [self.definition(model)["properties"][bare], ref]}

    def _condition(self, model: type[Strict]) -> Schema:
        found = self.definition(model)
        found["properties"]["within"] = _or_filled({"type": "number", "exclusiveMinimum": 0, "maximum": 600})
        return found

    def check(self, asked: Mapping[str, type[BaseModel]], own: OwnChecks) -> Schema:
        """Give what stands for a check: its name and what it asks, beside what every check may say."""
        found = {
            name: self._refs[model]
            | {"description": own[name].__doc__ or name if name in own else _about(name)}
            for name, model in asked.items()
        }
        common = self.definition(CheckSpec)["properties"]
        return _one_of_these(
            found, {key: each for key, each in common.items() if key not in ("check", "params")}
        )


def _about(name: str) -> str:
    """Give the question that a check asks."""
    doc = inspect.getdoc(import_module(f"{checks.__name__}.{name}")) or name
    return doc.partition("\n\n")[0].replace("\n", " ")


def _one_of_these(choices: Mapping[str, Schema], beside: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": {**choices, **beside},
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in choices],
    }
