"""Error codes of Amazon Web Services, by name and by the words that its services agree on."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["AWS", "label_of_aws"]


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


AWS = _words(
    (
        is_.THROTTLED,
        """
        Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException SlowDown
        TooManyRequestsException ProvisionedThroughputExceededException RequestLimitExceeded BandwidthLimitExceeded
        PriorRequestNotComplete TransactionInProgressException EC2ThrottledException LimitExceededException
        KMSThrottlingException
        FilterLimitExceeded PurgeQueueInProgress
        """,
    ),
    # what Amazon is short of comes back by itself
    (
        is_.EXHAUSTED,
        """
        OverLimit InsufficientCapacityException ConcurrentRunsExceededException InsufficientInstanceCapacity
        InsufficientHostCapacity InsufficientReservedInstanceCapacity InsufficientDBInstanceCapacity
        InsufficientCacheClusterCapacity InsufficientClusterCapacity
        """,
    ),
    # of MinIO, on a machine of our own
    (is_.DISK_FULL, "XMinioStorageFull XMinioDiskFull"),
    # an object in an archive: 403, and yet nobody was refused
    (
        is_.UPSTREAM_FAILED,
        """
        InvalidObjectState EndpointDisabled
        ObjectAlreadyInActiveTierError ObjectNotInActiveTierError InvalidIdentityToken
        IDPRejectedClaim DBInstanceNotReady
        """,
    ),
    (is_.QUOTA_SPENT, "ServiceQuotaExceededException QuotaExceededException VcpuLimitExceeded"),
    (
        is_.REFUSED_US,
        """
        AccessDenied AccessDeniedException AuthFailure AuthorizationError ExpiredToken ExpiredTokenException
        IncompleteSignature InvalidAccessKeyId InvalidClientTokenId InvalidSignatureException MissingAuthenticationToken
        NotAuthorizedException OptInRequired RequestExpired RequestTimeTooSkewed SignatureDoesNotMatch
        UnauthorizedOperation UnrecognizedClientException KMSAccessDeniedException AccountSuspendedException
        SendingPausedException AccountSendingPausedException
        ConfigurationSetSendingPausedException InvalidToken InvalidSecurity AuthorizationErrorException
        AuthorizationException InvalidPayer AccountProblem AllAccessDisabled NotSignedUp CrossLocationLoggingProhibited
        SubscriptionRequiredException InvalidCredentialsException
        """,
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        ServiceUnavailable ServiceUnavailableException Unavailable ServerException ServiceException
        ModelNotReadyException DependencyFailureException EFSMountTimeoutException DatabaseResumingException
        EndpointTemporarilyUnavailableException QueueDeletedRecently 503
        """,
    ),
    (
        is_.UPSTREAM_DOWN,
        """
        InternalError InternalFailure InternalServerError InternalServerException InternalServiceError
        InternalServiceException InternalServiceFault KMSInternalException KeyUnavailableException 502
        """,
    ),
    (is_.UPSTREAM_SLOW, "RequestTimeout RequestTimeoutException ModelTimeoutException DependencyTimeoutException 504"),
    (
        is_.CONTENTION,
        """
        ConflictException ConcurrentModificationException OperationAborted TransactionConflictException
        ResourceInUseException TransactionConflict DuplicateItem
        """,
    ),
    (is_.EDIT_CONFLICT, "ConditionalCheckFailedException PreconditionFailed 412"),
    (
        is_.MISCONFIGURED,
        """
        MailFromDomainNotVerifiedException
        NoSuchBucket InvalidBucketName PermanentRedirect AuthorizationHeaderMalformed QueueDoesNotExist
        AWS.SimpleQueueService.NonExistentQueue TableNotFoundException KMSNotFoundException ResourceNotFoundException
        DisabledException KMSInvalidStateException InvalidKeyUsageException KmsDisabled KMSDisabled KMSDisabledException
        KmsInvalidState KMSInvalidState KmsNotFound KMSNotFound KmsKeyNotFoundException KmsKeyDisabledException
        KmsOptInRequired KMSKeyNotAccessibleFault KMSKeyDisabledException
        IllegalLocationConstraintException InvalidLocationConstraint InvalidRegion
        PlatformApplicationDisabled ConfigurationSetDoesNotExist ConfigurationSetDoesNotExistException
        TemplateDoesNotExist TemplateDoesNotExistException NoSuchEntity NoSuchHostedZone NoSuchDistribution
        NoSuchDomain NoSuchHealthCheck EntityNotFoundException NoSuchBucketPolicy NoSuchLifecycleConfiguration
        NoSuchCORSConfiguration ServerSideEncryptionConfigurationNotFoundError NoSuchWebsiteConfiguration
        ReplicationConfigurationNotFoundError InvalidUserPoolConfigurationException InvalidRuntimeException
        InvalidZipFileException InvalidSecurityGroupIDException InvalidSubnetIDException InvalidAMIID.NotFound
        CodeSigningConfigNotFoundException FileSystemNotFound
        InvalidSmsRoleAccessPolicyException InvalidSmsRoleTrustRelationshipException
        """,
    ),
    # asked in one request for more than one may hold, or for what is in the way of what is there: no limit to wait for
    (
        is_.UPSTREAM_FAILED,
        """
        TooManyEntriesInBatchRequest TooManyParts TooManyTags TooManyTagsException TooManyTagsError
        TooManyTagKeysException DeleteConflict DeleteConflictException NameConflict ConflictingDomainExists
        ConflictingTypes MountTargetConflict ExportConflictException ImportConflictException TaskTimedOut
        """,
    ),
    (is_.EXHAUSTED, "ActiveSessionsExceededException ActiveStatementsExceededException"),
    (is_.EXHAUSTED, "ActiveWaitingRequestsExceededException InsufficientFreeAddressesInSubnet ResourceInsufficient"),
    (is_.QUOTA_SPENT, "CodeStorageExceededException TooManyBuckets"),
    (is_.CONTENTION, "BackupInUseException TableInUseException TooManyUpdates OpsMetadataTooManyUpdatesException"),
    (
        is_.EDIT_CONFLICT,
        "ConditionCheckFailureException VersionMismatchException CidrCollectionVersionMismatchException",
    ),
    (is_.THROTTLED, "TooManyFailedAttemptsException"),
    (is_.UPSTREAM_DOWN, "IDPCommunicationError XksProxyUriUnreachableException"),
    (is_.UNREACHABLE, "DatabaseConnectionException"),
    # stored by us, and not to be read with the key at hand
    (is_.CONTRADICTION, "InvalidCiphertextException IncorrectKeyException"),
    # of a user pool: our client is its user; and what was signed by whoever sent it
    (
        is_.WHO_ARE_YOU,
        """
        CodeMismatchException ExpiredCodeException RefreshTokenReuseException WebAuthnChallengeNotFoundException
        WebAuthnClientMismatchException WebAuthnCredentialNotSupportedException WebAuthnOriginNotAllowedException
        WebAuthnRelyingPartyMismatchException EnableSoftwareTokenMFAException KMSInvalidSignatureException
        KMSInvalidMacException VerificationException
        """,
    ),
    (is_.YOU_MAY_NOT, "UserNotConfirmedException PasswordResetRequiredException"),
    (is_.INVALID, "InvalidPasswordException PasswordHistoryPolicyViolationException"),
    (is_.DUPLICATE, "UsernameExistsException AliasExistsException"),
    (is_.RULE_REFUSES, "UserLambdaValidationException"),
    (is_.REFUSED_US, "FromEmailAddressNotVerified ProductionAccessNotGranted KMSOptInRequired TokenRefreshRequired"),
    (
        is_.MISCONFIGURED,
        """
        RegionDisabledException OutboundWebIdentityFederationDisabledException EFSMountFailureException
        S3FilesMountFailureException  KmsInvalidKeyUsage KmsInvalidStateException
        InvalidKMSKeyException InvalidKMSResourceException KmsKeyValidationException CloudHsmClusterNotActiveException
        CustomKeyStoreInvalidStateException CustomKeyStoreNotFoundException XksKeyNotFoundException
        XksProxyIncorrectAuthenticationCredentialException XksProxyInvalidConfigurationException
        XksKeyInvalidConfigurationException FeatureUnavailableInTierException InvalidEmailRoleAccessPolicyException
        WebAuthnNotEnabledException WebAuthnConfigurationMissingException UserPoolAddOnNotEnabledException
        OperationNotEnabledException ScopeDoesNotExistException InvalidSecretException SecretsErrorException
        HttpEndpointNotEnabledException TrackingOptionsDoesNotExistException RuleDoesNotExist
        CustomVerificationEmailTemplateDoesNotExist EventDestinationDoesNotExist ActivityDoesNotExist
        StateMachineDeleting 301
        """,
    ),
)
"""Error codes of Amazon Web Services that mean the same in every service, and some of S3, DynamoDB, SQS and KMS."""

_AWS_WORDS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (
        is_.THROTTLED,
        as_pattern(
            r"Throttl|Rate(?:For\w+)?Exceeded|RateLimit|TooManyRequests|ThroughputExceeded"
            r"|(?:Qps|Tps|Request|Concurrency)LimitExceeded"
        ),
    ),
    (is_.EXHAUSTED, as_pattern(r"LimitReached|Insufficient\w*Capacity")),
    (is_.QUOTA_SPENT, as_pattern(r"Quota(?:For\w+)?Exceeded|(?<!Size)LimitExceeded|\ATooMany")),
    (is_.CONTENTION, as_pattern(r"Conflict|Concurrent")),
    (
        is_.REFUSED_US,
        as_pattern(
            r"AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|Forbidden|InsufficientPermissions|InsufficientPrivileges"
            r"|(?:Invalid|Expired)(?!\w*(?:Next|Pagination|Continuation|Sequence|Import|Result|Request|TradeIn))\w*Token"
        ),
    ),
    (is_.UPSTREAM_SLOW, as_pattern(r"Timeout|TimedOut")),
    (is_.UPSTREAM_NOT_NOW, as_pattern(r"Unavailable|NotReady|Busy|Overload")),
    (is_.UPSTREAM_DOWN, as_pattern(r"\A(?:\w{2,12})?Internal(?:Error|Failure|Server|Service)")),
    (
        is_.MISCONFIGURED,
        as_pattern(
            r"(?:StateMachine|Queue|Table|Bucket|Topic|Stream(?!Records)|Function|Repository|Cluster|Domain|Alias|LogGroup|Role"
            r"|Parameter(?!Version)|Secret|Database|DBInstance|Pipeline|Registry|Index|Namespace|Listener|LoadBalancer"
            r"|TargetGroup|RuleSet|SNSTopicArn)\w*(?:DoesNotExist|NotFound)"
            r"|\ANoSuch(?:Bucket|Queue|Topic|Stream|Function|HostedZone|Distribution|Domain|Entity|Origin)"
        ),
    ),
)


def label_of_aws(code: str) -> Label | None:
    """The label of an error code of Amazon Web Services, a known one or by the words that services agree on."""
    return AWS.get(code) or next((label for label, words in _AWS_WORDS if words.search(code[:100])), None)
