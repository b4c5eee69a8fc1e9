# A small image, non-root. Build: docker build -t songbot .   Run it as docs/deploying.md says.
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
COPY whisul_api whisul_api
# The container's root is read-only, so that Python could not store them later.
RUN python -m compileall -q /app
USER songbot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
# SIGTERM reaches Python itself; the bot ends within 10 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('METRICS_PORT') or 9095), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
# An empty METRICS_PORT, as .env.example has it, would leave nobody to answer the check. `exec` makes Python the one who is told to stop.
CMD ["sh", "-c", "METRICS_PORT=${METRICS_PORT:-9095} exec python bot.py"]
