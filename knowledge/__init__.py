"""The FAQ search engine: articles, embeddings, index, evaluation. It knows nothing of the desk."""
