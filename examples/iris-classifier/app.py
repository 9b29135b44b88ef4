"""Serves the iris classifier: a Gradio page on $PORT, one line on stdout for each prediction."""

import os
import tempfile
from pathlib import Path

# Set before Gradio is imported. The app needs no network, and no folder but a temporary one.
SCRATCH = Path(tempfile.gettempdir())
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_TEMP_DIR", str(SCRATCH / "gradio"))

import gradio as gr  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import FastAPI  # noqa: E402

from model import Model  # noqa: E402

LABELS = {
    "sepal_length": ("Sepal length (cm)", 4.0, 8.0, 5.1),
    "sepal_width": ("Sepal width (cm)", 2.0, 4.5, 3.5),
    "petal_length": ("Petal length (cm)", 1.0, 7.0, 1.4),
    "petal_width": ("Petal width (cm)", 0.1, 2.6, 0.2),
}


def log(line: str) -> None:
    print(line, flush=True)


def build(model: Model) -> gr.Blocks:
    """Builds the page around `model`."""

    def predict(*values: float | None) -> dict[str, float]:
        if any(value is None for value in values):
            raise gr.Error("Give all four lengths.")
        result = model.probabilities([float(value) for value in values if value is not None])
        best = max(result, key=lambda name: result[name])
        given = " ".join(f"{name}={value:g}" for name, value in zip(model.features, values))
        log(f"prediction {given} -> {best} p={result[best]:.2f}")
        return result

    with gr.Blocks(title="Iris classifier") as page:
        gr.Markdown(
            "# Iris classifier\n"
            "Measure one flower and press **Predict**: the model names the species. "
            f"It is right for {model.accuracy:.0%} of the flowers that it has not seen."
        )
        with gr.Row():
            with gr.Column():
                inputs = [
                    gr.Slider(low, high, value=value, step=0.1, label=label)
                    for label, low, high, value in (LABELS[name] for name in model.features)
                ]
                button = gr.Button("Predict", variant="primary")
            with gr.Column():
                output = gr.Label(label="Species", num_top_classes=len(model.classes))
        gr.Examples(
            [[5.1, 3.5, 1.4, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.1]],
            inputs,
            label="Three typical flowers",
            cache_examples=False,
        )
        button.click(predict, inputs, output, api_name="predict")
    return page


def main() -> None:
    port = int(os.environ.get("PORT", "7860"))
    model = Model(Path(__file__).with_name("model.json"))
    log(f"iris classifier starting on port {port}, classes {', '.join(model.classes)}, accuracy {model.accuracy:.3f}")
    app = gr.mount_gradio_app(
        FastAPI(),
        build(model),
        path="",
        # Fonts of the visitor's own system: nothing is fetched from elsewhere.
        theme=gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        footer_links=["api"],
        ssr_mode=False,
    )
    # uvicorn in the main thread: it stops on SIGTERM, and an open page does not hold it up.
    uvicorn.run(app, host="0.0.0.0", port=port, log_level="warning", timeout_graceful_shutdown=2)


if __name__ == "__main__":
    main()
