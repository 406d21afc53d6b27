"""Articles, comments, files, pictures and search."""

from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import tempfile
from pathlib import Path

import requests

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    peer,
    ran_out,
    rule,
    settings,
    stored,
    turned_away,
    wrong_input,
)


class ContentError(Exception):
    pass


class ArticleAlreadyPublished(ContentError):
    pass


@rule()
def fresh_f_content_already_published() -> None:
    raise ArticleAlreadyPublished("a published article cannot be deleted, retract it first")


class CommentsClosed(ContentError):
    pass


@rule((403, 409, 422))
def fresh_f_content_comments_closed() -> None:
    raise CommentsClosed("comments on this article are closed")


class ReportAlreadyHandled(ContentError):
    pass


@rule()
def fresh_f_moderation_report_handled() -> None:
    raise ReportAlreadyHandled("this report was closed by a moderator")


class CannotVoteTwice(ContentError):
    pass


@rule()
def fresh_f_content_vote_twice() -> None:
    raise CannotVoteTwice("you have voted on this answer")


class EmbargoNotLifted(ContentError):
    pass


@rule((403, 409, 422))
def fresh_f_content_embargo() -> None:
    raise EmbargoNotLifted("the release is under embargo until Monday 08:00")


class FolderNotEmpty(ContentError):
    pass


@rule()
def fresh_f_files_folder_not_empty() -> None:
    raise FolderNotEmpty("move or delete the 12 documents in this folder first")


@rule((403, 409, 422))
def fresh_f_files_legal_hold() -> None:
    class DocumentOnLegalHold(ContentError):
        pass

    raise DocumentOnLegalHold("documents on legal hold cannot be deleted")


class CommentaireRefuse(ContentError):
    pass


@rule((403, 409, 422))
def fresh_f_content_commentaire_refuse() -> None:
    raise CommentaireRefuse("Les commentaires sont fermés pour cet article")


class FileTooBig(ContentError):
    status_code = 413


@wrong_input(413)
def fresh_f_files_too_big() -> None:
    raise FileTooBig("uploads may have 25 MB at most, this one has 90 MB")


class UnsupportedImageType(ContentError):
    http_status = 415


@wrong_input(415)
def fresh_f_media_unsupported_type() -> None:
    raise UnsupportedImageType("image/x-icns is not accepted, use PNG or JPEG")


class QuerySyntaxError(ContentError):
    pass


@wrong_input()
def fresh_f_search_query_syntax() -> None:
    raise QuerySyntaxError("unbalanced parenthesis in the search expression at position 14")


class UploadMalformed(ContentError):
    pass


@wrong_input()
def fresh_f_media_metadata_not_json() -> None:
    try:
        json.loads("title: sunset")
    except ValueError as exc:
        raise UploadMalformed("the metadata that was sent with the upload is not JSON") from exc


class NoSuchArticle(ContentError):
    pass


@not_there()
def fresh_f_content_no_such_article() -> None:
    raise NoSuchArticle("there is no article 'old-news'")


@not_there()
def fresh_f_files_document_not_found() -> None:
    class DocumentNotFoundException(ContentError):
        pass

    raise DocumentNotFoundException("Document 5521 could not be found")


class EditorsOnly(PermissionError):
    pass


@turned_away(403)
def fresh_f_content_editors_only() -> None:
    raise EditorsOnly("authors may not edit articles of others")


@turned_away((401, 403))
def fresh_f_files_download_token_invalid() -> None:
    class DownloadTokenInvalid(ContentError):
        pass

    raise DownloadTokenInvalid("the access token for this download is invalid")


@peer(transient=True)
def fresh_f_media_transcoder_503() -> None:
    class TranscoderError(ContentError):
        pass

    with answering(503) as address:
        session = requests.Session()
        session.trust_env = False
        try:
            session.post(f"{address}/transcode").raise_for_status()
        except requests.RequestException as exc:
            raise TranscoderError("video was not transcoded") from exc


@peer(transient=False)
def fresh_f_moderation_service_nonsense() -> None:
    class UnexpectedModerationVerdict(ContentError):
        pass

    raise UnexpectedModerationVerdict("moderation service answered without a 'verdict' field: {'ok': true}")


@peer(transient=False)
def fresh_f_media_thumbnailer_500() -> None:
    raise Exception("thumbnail service responded with status 500")


@link()
def fresh_f_moderation_unreachable() -> None:
    class ModerationFailed(ContentError):
        pass

    session = requests.Session()
    session.trust_env = False
    try:
        session.post(f"http://127.0.0.1:{closed_port()}/check")
    except requests.ConnectionError as exc:
        raise ModerationFailed("text was not checked") from exc


@link()
def fresh_f_content_cdn_dns() -> None:
    class CdnPurgeError(ContentError):
        pass

    raise CdnPurgeError("could not resolve host name of the CDN")


class DraftLockedByOther(ContentError):
    def __init__(self, minutes: int) -> None:
        super().__init__(f"another editor has had this draft open for {minutes} minutes and holds its lock")


@contention((409, 423, 503), note="A lock among people; the same kind of lock as among processes.")
def fresh_f_content_draft_locked() -> None:
    raise DraftLockedByOther(4)


class RevisionConflict(ContentError):
    status_code = 409


@contention(409, transient=False, severity="low", note="The client edited an older revision.")
def fresh_f_content_revision_conflict() -> None:
    raise RevisionConflict("revision 12 is not the latest, the page was saved in the meantime")


@contention(503)
def fresh_f_search_index_locked() -> None:
    class IndexWriterBusy(ContentError):
        pass

    raise IndexWriterBusy("index is locked by another writer")


class MediaStorageFull(ContentError):
    pass


@ran_out(transient=False, status=(500, 503, 507), severity="critical", made="No disk is filled here.")
def fresh_f_media_disk_full() -> None:
    try:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/srv/media/upload.tmp")
    except OSError as exc:
        raise MediaStorageFull("no space left for uploads") from exc


@ran_out(transient=False, status=(500, 503, 507), severity="critical")
def fresh_f_media_out_of_memory() -> None:
    class ResizeError(ContentError):
        pass

    try:
        bytearray(1 << 62)
    except MemoryError as exc:
        raise ResizeError("image was not resized") from exc


@ran_out(transient=True, status=429, severity="low")
def fresh_f_search_rate() -> None:
    class SearchThrottled(ContentError):
        status_code = 429

    raise SearchThrottled("five searches a second are allowed")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_media_workers_busy() -> None:
    class NoWorkerFree(ContentError):
        pass

    raise NoWorkerFree("all 4 slots of the encoder pool are busy")


@stored()
def fresh_f_files_checksum_mismatch() -> None:
    class StoredFileDamaged(ContentError):
        pass

    raise StoredFileDamaged("checksum of stored file 771 does not match the one in the database")


@stored()
def fresh_f_content_cached_page_unreadable() -> None:
    class PageCacheError(ContentError):
        pass

    cached = pickle.dumps({"title": "Home"})[:-4]
    try:
        pickle.loads(cached)
    except Exception as exc:
        raise PageCacheError("cached page cannot be unpickled") from exc


@stored()
def fresh_f_content_duplicate_slug_in_store() -> None:
    class InconsistentStore(ContentError):
        pass

    raise InconsistentStore("two rows in articles have the slug 'home', which should be unique")


@settings()
def fresh_f_media_no_ffmpeg() -> None:
    class FfmpegNotInstalled(ContentError):
        pass

    try:
        subprocess.run(["no-such-ffmpeg", "-version"], check=True)
    except FileNotFoundError as exc:
        raise FfmpegNotInstalled("ffmpeg was not found on PATH, install it on this host") from exc


@settings()
def fresh_f_files_media_root() -> None:
    class StorageMisconfigured(ContentError):
        pass

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "media"
        if not root.is_dir():
            raise StorageMisconfigured("MEDIA_ROOT points to a directory that does not exist")


@settings()
def fresh_f_search_index_not_created() -> None:
    raise RuntimeError("search index 'articles_v3' has not been created, run `manage create-index` first")


@bug()
def fresh_f_content_renderer_bug() -> None:
    class RenderFailure(ContentError):
        pass

    blocks = [{"type": "text"}]
    try:
        _ = blocks[1]
    except IndexError as exc:
        raise RenderFailure("page could not be rendered") from exc


@bug()
def fresh_f_search_analyzers_not_sorted() -> None:
    raise AssertionError("analyzers must be sorted before merge()")


@bug()
def fresh_f_media_child_killed() -> None:
    class EncoderCrashed(ContentError):
        pass

    raise EncoderCrashed("encoder process died with signal 11 (SIGSEGV)")
