"""The usual Python service of a fine-tuned ViT: FastAPI, transformers, one process. fastapi_vit.py FOLDER PORT"""

import io
import sys

import torch
import uvicorn
from fastapi import FastAPI, File, UploadFile
from PIL import Image
from transformers import AutoImageProcessor, ViTForImageClassification

folder, port = sys.argv[1], int(sys.argv[2])
processor = AutoImageProcessor.from_pretrained(folder)
model = ViTForImageClassification.from_pretrained(folder).eval()
app = FastAPI()


@app.get("/health")
def health():
    return {"status": "healthy", "model_loaded": True}


@app.post("/predict")
async def predict(file: UploadFile = File(...)):
    image = Image.open(io.BytesIO(await file.read())).convert("RGB")
    inputs = processor(images=image, return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits
    probabilities = torch.softmax(logits, dim=-1)[0].tolist()
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    names = [model.config.id2label[i] for i in range(len(probabilities))]
    return {
        "prediction": names[best],
        "confidence": probabilities[best],
        "probabilities": dict(zip(names, probabilities)),
        "error": None,
    }


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
