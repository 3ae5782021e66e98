"""The studio's kits: the list, one kit with its pieces, problems, languages and versions, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.campaign_words import kit_of, language_name
from app.error_texts import problem_text, text_of
from app.i18n import gettext as _
from app.preview_answer import download, kept_png, show_preview
from app.security import embeds_previews, limited, upload_limit
from app.studio import kit_view
from app.studio.sample_answer import show_kept, show_refusal
from app.unit_of_work import container, roll_back, uow
from campaigns.artifacts import samples
from campaigns.artifacts.previews import preview, sample_root, sample_scene
from campaigns.core.errors import DomainError, Kind
from campaigns.db import jobs
from campaigns.kits import queries, service
from campaigns.kits.service import CHECK_FAILED, KitUpload
from campaigns.kits.store import ZIP, sample_ids
from campaigns.launches.queries import users_of_kit

blueprint = Blueprint("kits", __name__, url_prefix="/studio/kits")
SHOWN_PROBLEMS = 8


@blueprint.get("")
@permission("kit.read")
def index() -> str:
    """Every kit of the programme."""
    kits = queries.kits_for(uow().session, current.actor())
    covered = {kit.version_id for kit in kits if container().storage.stat(samples.cover_key(kit.version_id))}
    return render_template("studio/kits.html", kits=kits, covered=covered, language=language_name)


@blueprint.get("/versions/<uuid:version_id>/cover.png")
@permission("kit.read")
def cover(version_id: UUID) -> Response:
    """The kept picture that stands for a version in lists; nothing is drawn here."""
    queries.version_ref(uow().session, current.actor(), version_id)
    return kept_png(container().storage.get(samples.cover_key(version_id)))


def _version_asked() -> UUID | None:
    try:
        return UUID(request.args["version"]) if "version" in request.args else None
    except ValueError:
        return None


@blueprint.get("/<uuid:kit_id>")
@permission("kit.read")
def show(kit_id: UUID) -> str:
    """One kit; `?version=` an older version, `?sample=` another sample brand."""
    embeds_previews()
    session, acting = uow().session, current.actor()
    page = queries.kit_page(session, acting, kit_id, _version_asked())
    kit = kit_of(page.ref)
    brands = sample_ids(kit) if kit else []
    asked = request.args.get("sample", "")
    sample = asked if asked in brands else (brands[0] if brands else "")
    problems = kit_view.numbered(page)
    asked_locale = request.args.get("locale", "")
    asked_locale = asked_locale if asked_locale in page.chosen.locales else ""
    making = jobs.under_way(session, service.PICTURE_TASK, str(page.chosen.id)) or not page.chosen.checked
    return render_template(
        "studio/kit.html",
        page=page,
        check_failed=any(item.problem.code == CHECK_FAILED for item in problems),
        problems=problems,
        serious=sum(1 for item in problems if item.problem.severity != "note"),
        desk=kit_view.desk(page, problems, sample, asked_locale, making) if brands else None,
        samples=brands,
        sample=sample,
        asked_locale=asked_locale,
        users=users_of_kit(session, acting, kit_id),
        cell=lambda asset_id, locale: kit_view.cell(page, asset_id, locale),
        language=language_name,
    )


@blueprint.get("/<uuid:kit_id>/progress")
@permission("kit.read")
def progress(kit_id: UUID) -> Response | str:
    """How far the check is; when it is done the whole page is loaded again."""
    page = queries.kit_page(uow().session, current.actor(), kit_id, _version_asked())
    if page.chosen.checked:
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = url_for("kits.show", kit_id=kit_id, version=page.chosen.id)
        return answer
    return render_template("studio/_kit_progress.html", page=page)


@blueprint.get("/versions/<uuid:version_id>/preview/<sample>/<locale>/<asset_id>/<output>")
@permission("kit.read")
def piece(version_id: UUID, sample: str, locale: str, asset_id: str, output: str) -> Response:
    """A piece with one of the kit's sample brands."""
    box, session = container(), uow().session
    place = samples.Place(version_id, sample, locale, asset_id, output)
    version = queries.version_ref(session, current.actor(), version_id)
    kept = show_kept(place, version)
    if kept is not None:
        return kept
    scene = sample_scene(
        session,
        box.storage,
        current.actor(),
        version_id,
        sample,
        public_url=box.settings.public_url,
        today=box.clock.now().date(),
    )
    uow().rollback()
    root = request.script_root + sample_root(version_id, sample)
    try:
        made = preview(box.storage, box.fonts, scene, asset_id, output, locale, pictures_root=root)
    except DomainError as error:
        if error.code != "piece.cannot_be_made":
            raise
        return show_refusal(error, output)
    return show_preview(made, kit_of(scene.version), locale)


@blueprint.get("/versions/<uuid:version_id>/kit.zip")
@permission("kit.read")
def export(version_id: UUID) -> Response:
    """The version's files as they were taken in."""
    version = queries.version_ref(uow().session, current.actor(), version_id)
    return download(version.archive_key, ZIP, f"{version.slug}-{version.number}.zip", None, version.digest)


def _taken(take: Callable[[bytes, str], KitUpload], back: str) -> Response:
    file = request.files.get("kit")
    if file is None or not file.filename:
        flash(_("Choose a file first."), "danger")
        return redirect(back, 303)
    try:
        made = take(file.read(), file.filename)
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.TOO_LARGE, Kind.CONFLICT):
            raise
        roll_back()
        flash(text_of(error), "danger")
        for problem in error.problems[:SHOWN_PROBLEMS]:
            place = f"{problem.path}: " if problem.path else ""
            flash(place + problem_text(problem), "danger")
        return redirect(back, 303)
    if not made.created:
        flash(_("Exactly these files are version %(number)s already; nothing was added.", number=made.number))
    return redirect(url_for("kits.show", kit_id=made.kit_id, version=made.version_id), 303)


@blueprint.post("")
@permission("kit.write")
@upload_limit(200)
@limited("kit", 60, 600)
def upload() -> Response:
    """Take a zip in."""
    return _taken(
        lambda data, name: service.upload_kit(uow(), current.actor(), container().storage, data, name),
        url_for("kits.index"),
    )


@blueprint.post("/<uuid:kit_id>/versions/<uuid:version_id>/files")
@permission("kit.write")
@upload_limit(200)
@limited("kit", 60, 600)
def upload_onto(kit_id: UUID, version_id: UUID) -> Response:
    """Take a zip, or one file in the place of its namesake."""

    def take(data: bytes, name: str) -> KitUpload:
        if name.lower().endswith(".zip"):
            return service.upload_kit(uow(), current.actor(), container().storage, data, name)
        return service.upload_file(uow(), current.actor(), container().storage, version_id, data, name)

    return _taken(take, url_for("kits.show", kit_id=kit_id, version=version_id))


def _moved(kit_id: UUID, version_id: UUID, act: Callable[[], None], said: str) -> Response:
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT):
            raise
        roll_back()
        flash(text_of(error), "danger")
    else:
        flash(said)
    return redirect(url_for("kits.show", kit_id=kit_id, version=version_id), 303)


@blueprint.post("/<uuid:kit_id>/versions/<uuid:version_id>/check")
@permission("kit.write")
def check(kit_id: UUID, version_id: UUID) -> Response:
    """Check a draft once more."""
    said = _("The check begins in a moment.")
    return _moved(kit_id, version_id, lambda: service.check_again(uow(), current.actor(), version_id), said)


@blueprint.post("/<uuid:kit_id>/versions/<uuid:version_id>/publish")
@permission("kit.publish")
def publish(kit_id: UUID, version_id: UUID) -> Response:
    """Give it to the partners."""
    said = _("Published. Your partners can launch it from now on.")
    return _moved(kit_id, version_id, lambda: service.publish(uow(), current.actor(), version_id), said)


@blueprint.post("/<uuid:kit_id>/versions/<uuid:version_id>/withdraw")
@permission("kit.publish")
def withdraw(kit_id: UUID, version_id: UUID) -> Response:
    """Take it back, with a reason."""
    reason = request.form.get("reason", "")
    said = _("Withdrawn. Running launches keep it; nobody can start a new one with it.")
    return _moved(kit_id, version_id, lambda: service.withdraw(uow(), current.actor(), version_id, reason), said)
