"""Trains the classifier on scikit-learn's own iris data and writes what the app needs.

iris.csv    the data set, one flower per line
model.json  the fitted model as plain numbers: scaling, weights and class names. No pickle: loading it cannot run code.

The same versions of the libraries write the same bytes every time.
"""

import argparse
import csv
import json
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]


def new_pipeline() -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


def write_data(path: Path) -> None:
    """Writes the 150 flowers: four lengths in centimetres and the species."""
    iris = load_iris()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*FEATURES, "species"])
        for row, target in zip(iris.data, iris.target):
            writer.writerow([*(f"{value:.1f}" for value in row), iris.target_names[target]])


def write_model(pipeline: Pipeline, accuracy: float, path: Path) -> None:
    """Writes the fitted pipeline as JSON. `accuracy` is the mean of a 5-fold cross-validation, 0 to 1."""
    scaler, regression = pipeline.named_steps["standardscaler"], pipeline.named_steps["logisticregression"]
    model = {
        "features": FEATURES,
        "classes": [str(name) for name in load_iris().target_names],
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "weights": regression.coef_.tolist(),
        "intercept": regression.intercept_.tolist(),
        "accuracy": round(accuracy, 4),
    }
    path.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).parent, help="folder for iris.csv and model.json")
    output = parser.parse_args().output
    iris = load_iris()
    accuracy = float(cross_val_score(new_pipeline(), iris.data, iris.target, cv=5).mean())
    write_data(output / "iris.csv")
    write_model(new_pipeline().fit(iris.data, iris.target), accuracy, output / "model.json")
    print(f"trained on {len(iris.data)} flowers, accuracy {accuracy:.3f} (5-fold cross-validation)")


if __name__ == "__main__":
    main()
