"""Prompts in versions: a new one is tried out, and an alias says which one the help desk uses."""

import mlflow

first = mlflow.genai.register_prompt("help-desk", "{{ text }}", commit_message="The page alone", tags={"tone": "dry"})
second = mlflow.genai.register_prompt(
    "help-desk",
    "You asked: {{ question }}\nThe page “{{ page }}” says: {{ text }}",
    commit_message="Say which page it is",
    tags={"tone": "friendly"},
)
mlflow.genai.set_prompt_alias("help-desk", "live", first.version)
mlflow.genai.set_prompt_alias("help-desk", "live", second.version)

live = mlflow.genai.load_prompt("prompts:/help-desk@live")
print("live", live.version, sorted(live.variables))
print("first", mlflow.genai.load_prompt("help-desk", version=first.version).template)
print("found", [prompt.name for prompt in mlflow.genai.search_prompts("name = 'help-desk'")])
