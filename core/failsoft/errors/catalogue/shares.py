"""Object storage, file systems that are reached over a wire, and the SDKs of clouds beside the three large ones."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["SHARES"]

_Rows = tuple[tuple[Label, str], ...]


def _of(modules: str, rows: _Rows) -> _Rows:
    return tuple(
        (label, " ".join(f"{module}.{name}" for module in modules.split() for name in names.split()))
        for label, names in rows
    )


_B2: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "B2Error B2SimpleError B2HttpCallbackException"),
    (
        is_.BUG,
        """
        AlreadyFailed BadDateFormat BadFileInfo BadJson CopyArgumentsMismatch

        WrongEncryptionSettingForFileWrite InvalidMetadataDirective InvalidRange InvalidUploadSource
        EventTypeError EventTypeCategoriesError EventTypeOverlapError EventTypesEmptyError EventTypeInvalidError
        """,
    ),
    (is_.INVALID, "UnusableFileName"),
    (is_.UPSTREAM_FAILED, "FileNotPresent FileOrBucketNotFound ResourceNotFound UnsatisfiableRange"),
    (is_.MISCONFIGURED, "NonExistentBucket BucketIdNotFound ClockSkew PotentialS3EndpointPassedAsRealm"),
    (is_.QUOTA_SPENT, "NoPaymentHistory"),
    (is_.REFUSED_US, "RetentionWriteError"),
    (is_.DNS, "UnknownHost"),
    (is_.BROKEN, "TruncatedOutput"),
    # the library says of these that another try may do
    (is_.UPSTREAM_DOWN, "BadUploadUrl FileSha1Mismatch"),
)

# by the NTSTATUS that each is named after
_SMB: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "SMBException SMBResponseException SMBOSError"),
    (is_.MISCONFIGURED, "BadNetworkName FSDriverRequired PathNotCovered NoneMapped SMBUnsupportedFeature"),
    (is_.CONTENTION, "DeletePending SharingViolation"),
    (is_.UPSTREAM_FAILED, "BufferOverflow FileIsADirectory NonExistentEAEntry StatusNotADirectory DirectoryNotEmpty"),
    (is_.QUOTA_SPENT, "DiskFull"),
    (is_.BUG, "FileClosed ObjectPathSyntaxBad ObjectNameInvalid"),
    (is_.REFUSED_US, "LogonFailure"),
    (is_.BROKEN, "PipeBroken PipeClosing UserSessionDeleted"),
)

_FS: _Rows = (
    (wrapping(is_.OS_FAULT), "FSError OperationFailed ResourceError PathError PermissionDenied"),
    (
        is_.BUG,
        """
        DirectoryExpected FileExpected ResourceInvalid MissingInfoNamespace NoURL NoSysPath RemoveRootError
        UnsupportedHash
        """,
    ),
    (is_.CONSTRAINT, "DirectoryNotEmpty"),
    (is_.NOTHING, "BulkCopyFailed"),
)

_CLOUDS: _Rows = (
    (
        wrapping(is_.UPSTREAM_FAILED),
        """
        oss2.exceptions.OssError oss2.exceptions.ServerError oss2.exceptions.SelectOperationFailed
        oss2.exceptions.NotModified qcloud_cos.cos_exception.CosException
        qcloud_cos.cos_exception.CosServiceError aliyunsdkcore.acs_exception.exceptions.ServerException
        aliyunsdkcore.acs_exception.exceptions.ClientException
        tencentcloud.common.exception.tencent_cloud_sdk_exception.TencentCloudSDKException
        fsspec.implementations.reference.ReferenceNotReachable
        """,
    ),
    (wrapping(is_.UNREACHABLE), "oss2.exceptions.RequestError qcloud_cos.cos_exception.CosClientError"),
    (is_.EDIT_CONFLICT, "s3fs.utils.FileExpired"),
    (
        is_.BUG,
        """
        botocore.model.NoShapeFoundError fsspec.exceptions.BlocksizeMismatchError msrest.exceptions.ValidationError
        googleapiclient.errors.InvalidChunkSizeError googleapiclient.errors.UnacceptableMimeTypeError
        googleapiclient.errors.MediaUploadSizeError googleapiclient.errors.UnknownFileType
        gspread.exceptions.IncorrectCellLabel gspread.exceptions.InvalidInputValue
        gspread.exceptions.UnSupportedExportFormat
        dropbox.dropbox_client.BadInputException google.genai.errors.FunctionInvocationError
        s3transfer.exceptions.S3ValidationError fs.mountfs.MountError
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        googleapiclient.errors.UnknownApiNameOrVersion googleapiclient.discovery.APICoreVersionError
        msal.managed_identity.ArcPlatformNotSupportedError google.api_core._feature_gating_helpers.FeatureGatingError
        botocore.discovery.EndpointDiscoveryRequired
        """,
    ),
    # somebody came back from where he was to let us in, and did not, or is not the one who was sent there
    (
        is_.YOU_MAY_NOT,
        "dropbox.oauth.NotApprovedException dropbox.oauth.CsrfException",
    ),
    (is_.INVALID, "dropbox.oauth.BadRequestException"),
    (is_.BROKEN, "botocore.eventstream.ChecksumMismatch"),
)

_SHELLS: _Rows = (
    (wrapping(is_.UPSTREAM_FAILED), "scp.SCPException asyncssh.process.ProcessError"),
    (is_.DNS, "paramiko.ssh_exception.CouldNotCanonicalize"),
    (is_.NO_TRUST, "ncclient.transport.errors.SSHUnknownHostError"),
    (is_.BROKEN, "ncclient.transport.errors.SessionCloseError"),
    (wrapping(is_.UNREACHABLE), "ncclient.transport.errors.SSHError ncclient.transport.errors.TransportError"),
    (
        wrapping(is_.UNREACHABLE),
        "ldap3.core.exceptions.LDAPMaximumRetriesError ldap3.core.exceptions.LDAPServerPoolError",
    ),
    (is_.MISCONFIGURED, "spnego.exceptions.FeatureMissingError spnego.exceptions.NoCredentialError"),
    (is_.BUG, "spnego.exceptions.OperationNotAvailableError spnego.exceptions.NoContextError"),
    (is_.BUG, "aioftp.errors.PathIsNotAbsolute"),
    (
        is_.CHILD_DIED,
        "invoke.exceptions.Failure invoke.exceptions.UnexpectedExit invoke.exceptions.SubprocessPipeError",
    ),
    (is_.NOTHING, "invoke.exceptions.ThreadException"),
    (is_.MISCONFIGURED, "invoke.exceptions.UnknownFileType invoke.exceptions.PlatformError"),
)

SHARES: _Rows = (
    *_of("b2sdk._internal.exception", _B2),
    *_of("smbprotocol.exceptions", _SMB),
    *_of("fs.errors", _FS),
    *_CLOUDS,
    *_SHELLS,
)
"""What is known of them."""
