# One image for web, worker and scheduler; docker-compose.yml starts it three times.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PRODUCTION=true DATA_DIR=/data

RUN useradd --uid 10001 --create-home widemargin \
    && install --directory --owner widemargin --group widemargin --mode 0700 /data

WORKDIR /app
COPY requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .

USER widemargin
VOLUME /data
EXPOSE 8000

# Migrations and static files first, then the server takes the place of the shell, so that it gets the signals.
CMD ["sh", "-c", "python manage.py start_up --no-sample && exec granian --interface asginl --workers 1 --http 1 --no-ws --host 0.0.0.0 --port 8000 --workers-kill-timeout 5 config.asgi:application"]
