"""Makes the web application: registers what the other modules own, and nothing else."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    blueprints,
    errors,
    health,
    i18n,
    navigation,
    plain_input,
    request_id,
    security,
    static_files,
    templating,
    unit_of_work,
)
from app.auth import access, current
from campaigns.bootstrap import Container


def create_app(container: Container) -> Flask:
    """The application over a container. Raises LookupError if a route declares nobody who may use it."""
    app = Flask("app", static_folder=None)
    app.extensions["container"] = container
    app.config.update(
        SECRET_KEY=container.settings.secret_key,
        MAX_CONTENT_LENGTH=security.DEFAULT_UPLOAD,
        MAX_FORM_MEMORY_SIZE=security.DEFAULT_UPLOAD,
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )
    proxies = container.settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    for part in (
        request_id,
        health,
        unit_of_work,
        errors,
        current,
        access,
        security,
        plain_input,
        i18n,
        static_files,
        templating,
        navigation,
    ):
        part.register(app)
    for blueprint in blueprints.ALL:
        app.register_blueprint(blueprint)
    access.check_all_declared(app)
    return app
