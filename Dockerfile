# A small image without root. Build it with: docker build -t songbot .   docs/deploying.md says how to run it.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 songbot && mkdir -p /app/data && chown songbot /app/data
WORKDIR /app
COPY --from=build /venv /venv
COPY bot.py ./
COPY cogs cogs
COPY songbot songbot
COPY locales locales
COPY whisul_api whisul_api
# Compile now: the container's file system is read-only, so Python can't store the compiled files later.
RUN python -m compileall -q /app
USER songbot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
# Python receives SIGTERM directly, and the bot exits within 10 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('METRICS_PORT') or 9095), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
# The health check needs a port, and METRICS_PORT is empty in .env.example. With `exec`, Python replaces the shell and receives SIGTERM.
CMD ["sh", "-c", "METRICS_PORT=${METRICS_PORT:-9095} exec python bot.py"]
