"""A help desk that answers from its handbook. Each step is traced; it needs no language model."""

import mlflow
from mlflow.entities import Document, SpanType
from sklearn.feature_extraction.text import TfidfVectorizer

HANDBOOK = {
    "holidays": "Everybody has 28 days of holidays a year. Ten of them are taken in one piece.",
    "laptops": "A laptop is replaced after four years. A broken laptop is replaced on the same day.",
    "travel": "Journeys of less than six hours are by train. The office books the tickets.",
    "expenses": "Receipts are handed in within a month. Expenses are paid with the next salary.",
}
PAGES = list(HANDBOOK)
_words = TfidfVectorizer(stop_words="english", ngram_range=(1, 2))
_handbook = _words.fit_transform(f"{page}. {text}" for page, text in HANDBOOK.items())


@mlflow.trace(span_type=SpanType.RETRIEVER)
def look_up(question: str) -> list[Document]:
    scores = (_handbook @ _words.transform([question]).T).toarray()[:, 0]
    best = sorted(zip(scores, PAGES, strict=True), reverse=True)[:2]
    return [
        Document(page_content=HANDBOOK[page], metadata={"doc_uri": page, "score": round(score, 3)})
        for score, page in best
        if score > 0
    ]


@mlflow.trace(span_type=SpanType.PARSER)
def write(question: str, pages: list[Document]) -> str:
    if not pages:
        return "The handbook does not say."
    prompt = mlflow.genai.load_prompt("prompts:/help-desk@live")
    return prompt.format(question=question, page=pages[0].metadata["doc_uri"], text=pages[0].page_content)


@mlflow.trace(name="help desk", span_type=SpanType.CHAIN)
def answer(question: str) -> str:
    return write(question, look_up(question))
