"""Other hosts that we work on: a file or a command of theirs is no fault of ours. And who calls a library wrongly."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["HOSTS"]

HOSTS: tuple[tuple[Label, str], ...] = (
    (
        is_.UPSTREAM_FAILED,
        """
        asyncssh.sftp.SFTPNoSuchFile asyncssh.sftp.SFTPNoSuchPath asyncssh.sftp.SFTPFailure
        asyncssh.sftp.SFTPFileAlreadyExists asyncssh.sftp.SFTPWriteProtect asyncssh.sftp.SFTPNoMedia
        asyncssh.sftp.SFTPUnknownPrincipal asyncssh.sftp.SFTPDirNotEmpty asyncssh.sftp.SFTPNotADirectory
        asyncssh.sftp.SFTPInvalidFilename asyncssh.sftp.SFTPLinkLoop asyncssh.sftp.SFTPCannotDelete
        asyncssh.sftp.SFTPFileIsADirectory asyncssh.sftp.SFTPOwnerInvalid asyncssh.sftp.SFTPGroupInvalid
        asyncssh.sftp.SFTPFileCorrupt asyncssh.sftp.SFTPEOFError asyncssh.sftp.SFTPNoMatchingByteRangeLock
        """,
    ),
    # what a client cannot make anything of is the peer's
    (is_.UPSTREAM_FAILED, "github.GithubException.BadAttributeException"),
    (is_.REFUSED_US, "asyncssh.sftp.SFTPPermissionDenied"),
    (is_.BROKEN, "asyncssh.sftp.SFTPConnectionLost"),
    (is_.UNREACHABLE, "asyncssh.sftp.SFTPNoConnection"),
    (is_.QUOTA_SPENT, "asyncssh.sftp.SFTPNoSpaceOnFilesystem asyncssh.sftp.SFTPQuotaExceeded"),
    (
        is_.CONTENTION,
        """
        asyncssh.sftp.SFTPLockConflict asyncssh.sftp.SFTPByteRangeLockConflict
        asyncssh.sftp.SFTPByteRangeLockRefused asyncssh.sftp.SFTPDeletePending
        """,
    ),
    (
        is_.BUG,
        """
        asyncssh.sftp.SFTPInvalidHandle curl_cffi.requests.exceptions.ImpersonateError
        sanic_routing.exceptions.RouteExists
        """,
    ),
    # what is wrong in a template when it is filled, and not when it is read
    (
        is_.BUG,
        """
        liquid.exceptions.FilterError liquid.exceptions.FilterArgumentError liquid.exceptions.FilterValueError
        liquid.exceptions.FilterItemTypeError liquid.exceptions.UndefinedError liquid.exceptions.LiquidTypeError
        """,
    ),
)
