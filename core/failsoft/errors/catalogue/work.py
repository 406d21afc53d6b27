"""Task queues, templates, settings, mail, locks and state machines."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["WORK"]

_TASKS: tuple[tuple[Label, str], ...] = (
    (
        is_.SILENT,
        """
        dramatiq.results.errors.ResultTimeout huey.exceptions.ResultTimeout
        taskiq.exceptions.TaskiqResultTimeoutError
        """,
    ),
    (
        is_.CHILD_HUNG,
        """
        dramatiq.middleware.time_limit.TimeLimitExceeded dramatiq.errors.QueueJoinTimeout huey.exceptions.TaskTimeout
        rq.timeouts.BaseTimeoutException
        """,
    ),
    # the state of a job does not allow it
    (is_.RULE_REFUSES, "rq.exceptions.InvalidJobOperation rq.exceptions.InvalidJobOperationError"),
    (is_.CHILD_DIED, "dramatiq.middleware.shutdown.Shutdown rq.exceptions.AbandonedJobError"),
    (is_.OUR_LIMIT, "dramatiq.errors.RateLimitExceeded huey.exceptions.RateLimitExceeded"),
    (is_.CONTENTION, "huey.exceptions.TaskLockedException"),
    (is_.UPSTREAM_NOT_NOW, "dramatiq.results.errors.ResultMissing"),
    (
        wrapping(is_.STORE_AWAY),
        """
        dramatiq.errors.BrokerConnectionError taskiq.exceptions.BrokerError
        taskiq.exceptions.ResultBackendError rq.connections.NoRedisConnectionException
        """,
    ),
    (
        is_.MISCONFIGURED,
        """
        dramatiq.errors.ActorNotFound dramatiq.errors.QueueNotFound huey.exceptions.ConfigurationError
        taskiq.exceptions.UnknownTaskError taskiq.exceptions.SharedBrokerSendTaskError
        taskiq.exceptions.SharedBrokerListenError taskiq.exceptions.TaskBrokerMismatchError
        rq.exceptions.SchedulerNotFound
        """,
    ),
    (
        is_.NOT_THERE,
        """
        rq.exceptions.NoSuchJobError arq.jobs.ResultNotFound
        rq.exceptions.NoSuchGroupError apscheduler.jobstores.base.JobLookupError
        """,
    ),
    (
        is_.DUPLICATE,
        """
        apscheduler.jobstores.base.ConflictingIdError rq.exceptions.DuplicateJobError
        rq.exceptions.DuplicateSchedulerError
        """,
    ),
    (is_.EXHAUSTED, "apscheduler.executors.base.MaxInstancesReachedError"),
    (
        is_.CONTRADICTION,
        """
        dramatiq.errors.DecodeError rq.exceptions.DeserializationError arq.jobs.DeserializationError
        """,
    ),
    (
        is_.BUG,
        """
        apscheduler.jobstores.base.TransientJobError apscheduler.schedulers.SchedulerAlreadyRunningError
        apscheduler.schedulers.SchedulerNotRunningError arq.jobs.SerializationError
        rq.exceptions.InvalidJobDependency
        taskiq.exceptions.SecurityError taskiq.exceptions.NoResultError
        dramatiq.middleware.middleware.MiddlewareError
        """,
    ),
    (
        is_.NOTHING,
        """
        dramatiq.errors.DramatiqError dramatiq.errors.Retry dramatiq.results.errors.ResultFailure
        huey.exceptions.HueyException huey.exceptions.TaskException huey.exceptions.RetryTask
        taskiq.error.Error arq.worker.JobExecutionFailed arq.worker.FailedJobs arq.worker.Retry
        """,
    ),
)

_TEMPLATES: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        bottle.TemplateError chameleon.exc.TemplateError tornado.template.ParseError
        jinja2.exceptions.TemplateAssertionError
        """,
    ),
    (is_.BUG, "chameleon.exc.RenderError jinja2.exceptions.SecurityError jinja2.exceptions.FilterArgumentError"),
)

_SETTINGS: tuple[tuple[Label, str], ...] = (
    (
        is_.MISCONFIGURED,
        """
        hydra.errors.HydraException environs.exceptions.ParserConflictError starlette.config.EnvironError
        dynaconf.utils.parse_conf.DynaconfFormatError dynaconf.utils.parse_conf.DynaconfParseError
        dynaconf.utils.parse_conf.DynaconfFileNotFoundError pyramid.exceptions.ConfigurationError
        pyramid.exceptions.ConfigurationConflictError pyramid.exceptions.ConfigurationExecutionError
        django.core.cache.backends.base.InvalidCacheBackendError omegaconf.errors.ValidationError
        pyramid.exceptions.CyclicDependencyError connexion.exceptions.InvalidSpecification
        connexion.exceptions.ResolverError connexion.exceptions.MissingMiddleware
        sanic_routing.exceptions.ParameterNameConflicts
        sanic_routing.exceptions.FinalizationError bottle.PluginError
        ariadne.exceptions.GraphQLFileSyntaxError azure.identity._exceptions.CredentialUnavailableError
        structlog.exceptions.NoConsoleRendererConfiguredError invoke.exceptions.CollectionNotFound
        invoke.exceptions.AmbiguousEnvVar invoke.exceptions.UncastableEnvVar
        """,
    ),
    (
        is_.BUG,
        """
        bottle.RouteBuildError bottle.RouteError strawberry.exceptions.exception.StrawberryException
        connexion.exceptions.NonConformingResponse prometheus_client.registry.DuplicateTimeseries
        quart.utils.MustReloadError tornado.gen.BadYieldError ariadne.exceptions.HttpError
        invoke.exceptions.ParseError
        """,
    ),
    (is_.CHILD_DIED, "invoke.exceptions.Failure invoke.exceptions.UnexpectedExit"),
    (is_.CHILD_HUNG, "invoke.exceptions.CommandTimedOut"),
)

_MAIL: tuple[tuple[Label, str], ...] = (
    (is_.REFUSED_US, "aiosmtplib.errors.SMTPAuthenticationError"),
    (is_.MISCONFIGURED, "aiosmtplib.errors.SMTPNotSupported"),
    (
        wrapping(is_.UPSTREAM_FAILED),
        "aiosmtplib.errors.SMTPException aioimaplib.aioimaplib.AioImapException aioimaplib.aioimaplib.Error",
    ),
    (is_.UPSTREAM_NOT_NOW, "aioimaplib.aioimaplib.Abort"),
    (is_.SILENT, "aioimaplib.aioimaplib.CommandTimeout aiosmtplib.errors.SMTPTimeoutError"),
    (is_.BROKEN, "aioimaplib.aioimaplib.IncompleteRead aiosmtplib.errors.SMTPServerDisconnected"),
    (wrapping(is_.UNREACHABLE), "aiosmtplib.errors.SMTPConnectError"),
    # an answer: the name is not there, nor will it be in a moment
    (
        is_.DNS._replace(transient=False, not_sent=False),
        "dns.resolver.NXDOMAIN dns.resolver.NoAnswer dns.resolver.YXDOMAIN",
    ),
    (is_.SILENT, "dns.exception.Timeout"),
    (is_.MISCONFIGURED, "dns.resolver.NoResolverConfiguration"),
)

_STATES: tuple[tuple[Label, str], ...] = (
    (
        is_.RULE_REFUSES,
        """
        transitions.core.MachineError statemachine.exceptions.TransitionNotAllowed
        django_fsm.TransitionNotAllowed viewflow.fsm.base.TransitionNotAllowed xworkflows.base.InvalidTransitionError
        mptt.exceptions.InvalidMove treebeard.exceptions.InvalidMoveToDescendant
        """,
    ),
    (
        is_.BUG,
        """
        statemachine.exceptions.StateMachineError statemachine.exceptions.InvalidDefinition
        statemachine.exceptions.InvalidStateValue statemachine.exceptions.AttrNotFound
        mptt.exceptions.CantDisableUpdates treebeard.exceptions.InvalidPosition
        treebeard.exceptions.MissingNodeOrderBy rq.exceptions.TimeoutFormatError sismic.exceptions.ContractError
        """,
    ),
    # the paths of a tree are of a fixed length, and used up
    (is_.RAN_OUT, "treebeard.exceptions.PathOverflow"),
    (is_.CONTENTION, "redis_lock.NotAcquired pottery.exceptions.QuorumNotAchieved"),
)

WORK: tuple[tuple[Label, str], ...] = (*_TASKS, *_TEMPLATES, *_SETTINGS, *_MAIL, *_STATES)
