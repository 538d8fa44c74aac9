"""The rules of the house (design.md), kept by reading the source: who imports whom, what may stand where."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.answer import Answer
from bot.cli import build_app
from bot.settings import Settings
from corpus.codes import codes_in
from corpus.knowledge import Knowledge
from index.search import Index

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "corpus", "index", "eval")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
# What decides; eval writes questions and measures, and its questions name codes and payers.
PRODUCT = [path for path in MODULES if ROOT / "eval" not in path.parents]
LONGEST_MODULE = 450

MAY_IMPORT_OF_OURS = {
    "corpus": {"corpus"},
    "index": {"corpus", "index"},
    "bot": {"bot", "corpus", "index"},
    "eval": set(PACKAGES),
}
# Prefixes of modules that may import what is named; eval measures other systems and imports what they are made of.
ONLY_IN = {
    ("gradio", "slack_bolt", "slack_sdk", "fastapi", "uvicorn", "starlette"): ("bot.channels", "eval"),
    ("chromadb", "sentence_transformers", "onnxruntime", "onnx", "torch", "tokenizers", "bm25s"): ("index", "eval"),
    ("langchain", "langchain_core", "langgraph"): ("bot.graph", "bot.llm", "bot.memory", "index.retriever", "eval"),
}
HEAVY = ("torch", "sentence_transformers", "gradio", "fastapi", "transformers")


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module imported anywhere in the file, type checking blocks included."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""


def is_prose(node: ast.AST) -> bool:
    """Whether what is below is for readers only: a docstring, a raised message, a `hint=` or `help=`."""
    documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return documents or isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg in ("hint", "help"))


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string constant that a program could act on."""
    told = {id(part) for node in ast.walk(tree_of(path)) if is_prose(node) for part in ast.walk(node)}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_packages_import_only_what_lies_below_them(path: Path) -> None:
    package = name_of(path).partition(".")[0]
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for line, name in imports_of(path)
        if (top := name.partition(".")[0]) in PACKAGES and top not in MAY_IMPORT_OF_OURS[package]
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_stay_in_their_place(path: Path) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for line, name in imports_of(path)
        for libraries, places in ONLY_IN.items()
        if name.partition(".")[0] in libraries
        and not any(name_of(path) == place or name_of(path).startswith(f"{place}.") for place in places)
    ]
    assert wrong == []


def project() -> dict[str, Any]:
    held: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return held


def test_everything_imported_is_a_declared_dependency() -> None:
    declared = {
        re.split(r"[\[<>=!~; ]", line)[0].lower().replace("_", "-")
        for lines in (project()["dependencies"], *project()["optional-dependencies"].values())
        for line in lines
    }
    distributions = metadata.packages_distributions()
    wrong = {
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in MODULES
        for line, name in imports_of(path)
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names
        and top not in PACKAGES
        and not {held.lower().replace("_", "-") for held in distributions.get(top, ())} & declared
    }
    assert sorted(wrong) == []


def test_every_dependency_has_a_reason_beside_it() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if re.match(r'\s+"[A-Za-z][\w.-]*(\[.*\])?(==|>=)', line)]
    assert len(pins) > 20
    assert [line for line in pins if not re.search(r'",\s+# \S', line)] == []


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_billing_code_stands_in_python(path: Path, knowledge: Knowledge) -> None:
    written = [(line, code) for line, text in strings_of(path) for code in codes_in(text, knowledge.known_codes)]
    numbers = [
        (node.lineno, str(node.value))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and str(node.value) in knowledge.known_codes
    ]
    assert written + numbers == [], "codes belong into corpus/tables, which rules read"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_payer_or_modifier_stands_in_python(path: Path, knowledge: Knowledge) -> None:
    names = {row.value for row in knowledge.phrases if row.slot == "payer"} | {row.payer for row in knowledge.payers}
    marks = {row.modifier for row in knowledge.modifiers}
    assert [(line, text) for line, text in strings_of(path) if text in names | marks] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_stay_readable_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_exceptions_to_the_rules_carry_a_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    wrong = []
    for number, line in enumerate(lines, start=1):
        beside = "#" in line or (number < len(lines) and lines[number].strip().startswith("#"))
        if re.search(r"except (Base)?Exception\b|except:", line) and not beside:
            wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
        if re.search(r"#\s*(type: ignore|noqa)", line) and not re.search(r"(ignore\[.*\]|noqa: \w+)\s+\S", line):
            wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert wrong == []


def tracked_texts() -> Iterator[tuple[Path, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_this_machine_or_a_registry() -> None:
    # Put together here, so that this file does not name them either.
    folders = "|".join(("work", "root", "tmp", "home", "opt"))
    hosts = "|".join(
        host.replace(" ", r"\.") for host in ("pypi org", "pythonhosted org", "npmjs org", "deb debian org")
    )
    here = re.compile(rf"(?<![\w./:~-])/({folders})/\w|\b({hosts})\b")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if here.search(line)
    ]
    assert wrong == []


def run_python(source: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


LOADED = """
import sys
from bot.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded_by(*arguments: str) -> set[str]:
    return set(run_python(LOADED, *arguments).rpartition("LOADED")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["version"], ["code", "0592T"]], ids=" ".join)
def test_looking_up_a_code_loads_no_search_and_no_web(arguments: list[str]) -> None:
    assert loaded_by(*arguments) & {*HEAVY, "chromadb", "langgraph", "langchain_core", "onnxruntime", "bm25s"} == set()


def test_answering_loads_neither_torch_nor_web(
    built_index: Index, index_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").symlink_to(index_home, target_is_directory=True)
    monkeypatch.setenv("CODECITE_HOME", str(tmp_path))
    loaded = loaded_by("ask", "Which code for 45 minutes of individual psychotherapy?")
    assert "onnxruntime" in loaded
    assert loaded & {*HEAVY, "langgraph", "langchain_core"} == set()


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def command_lines(path: Path) -> Iterator[list[str]]:
    """Every `codecite ...` written in a document, in code spans and in code blocks."""
    text = path.read_text(encoding="utf-8")
    for span in re.findall(r"`(codecite [^`\n]+)`", text):
        yield span.split()
    for block in re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.DOTALL):
        for line in re.findall(r"^\$? ?(codecite [^\n|>]+)", block, flags=re.MULTILINE):
            yield line.split()


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_documents_name_commands_and_options_that_exist(path: Path) -> None:
    root = typer.main.get_command(build_app())
    wrong = []
    for words in command_lines(path):
        command: Any = root
        for word in words[1:]:
            children = getattr(command, "commands", {})
            if not children:
                break
            if word in children:
                command = children[word]
            elif not word.startswith("-"):
                wrong.append(" ".join(words))
                break
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        known |= {"--help", "-h"}
        wrong += [f"{' '.join(words)}: {word}" for word in words if re.match(r"--?[a-z]", word) and word not in known]
    assert wrong == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_documents_name_make_targets_and_files_that_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets
    named = re.findall(r"`((?:bot|corpus|index|eval|tests|\.ci)/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_setting_is_used_and_described() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert re.search(rf"\b(held|settings|self)\.{name}\b|CODECITE_{name.upper()}\b", source), f"{name} is not used"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"CODECITE_{name.upper()}" not in readme] == []


def outline(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A JSON Schema reduced to what the contract promises: fields, required fields, allowed values."""
    if "$ref" in schema:
        return outline(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        options = [outline(option, definitions) for option in schema["anyOf"] if option.get("type") != "null"]
        assert len(options) == 1
        return options[0]
    if "enum" in schema:
        return {value for value in schema["enum"] if value is not None}
    if "items" in schema:
        return [outline(schema["items"], definitions)]
    if "properties" in schema:
        return {name: outline(part, definitions) for name, part in schema["properties"].items()}
    return None


def fields(schema: dict[str, Any], definitions: dict[str, Any], key: str, where: str = "") -> dict[str, set[str]]:
    """Field names by path: the `required` ones, or all `properties`."""
    if "$ref" in schema:
        return fields(definitions[schema["$ref"].rpartition("/")[2]], definitions, key, where)
    found: dict[str, set[str]] = {}
    if "properties" in schema:
        found[where] = set(schema.get(key, ()))
        for name, part in schema["properties"].items():
            found |= fields(part, definitions, key, f"{where}/{name}")
    for option in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        found |= fields(option, definitions, key, where)
    return found


def differences(promised: Any, held: Any, where: str = "Answer") -> Iterator[str]:
    if isinstance(promised, dict):
        for name, part in promised.items():
            if name not in held:
                yield f"{where}.{name} is missing"
            else:
                yield from differences(part, held[name], f"{where}.{name}")
    elif isinstance(promised, list):
        yield from differences(promised[0], held[0], f"{where}[]")
    elif promised is not None and promised != held:
        yield f"{where}: {promised ^ held} differ"


def test_the_answer_is_the_contract() -> None:
    contract = json.loads((ROOT / "tests/bot/answer.schema.json").read_text(encoding="utf-8"))
    ours = Answer.model_json_schema(mode="serialization")
    definitions = ours["$defs"]
    assert list(differences(outline(contract, {}), outline(ours, definitions))) == []
    # Every field of a model is written, defaults included: what the contract requires must be a field.
    written = fields(ours, definitions, "properties")
    for where, names in fields(contract, {}, "required").items():
        assert names <= written[where], where
