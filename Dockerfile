# A small image, non-root. Build: docker build -t songbot .   Run: docker run --env-file .env -v songs:/app/data songbot
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 songbot && mkdir -p /app/data && chown songbot /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY app.py bot.py composer.py settings.py version.py ./
COPY cards cards
COPY cogs cogs
COPY ops ops
COPY songs songs
COPY storage storage
COPY whisul_api whisul_api
USER songbot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 METRICS_PORT=9095 METRICS_HOST=127.0.0.1
VOLUME /app/data
# SIGTERM reaches Python itself; the bot ends within 10 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9095/healthz', timeout=4)"]
CMD ["python", "bot.py"]
