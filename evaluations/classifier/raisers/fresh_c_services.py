"""SDKs of services: AWS, Azure, Google, models, payments, messages, gRPC; answers that are met less often."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import azure.storage.blob
import boto3
import botocore.config
import grpc
import openai
import sendgrid
import slack_sdk
import stripe
import twilio.http.http_client
import twilio.rest

from evaluations.classifier.raisers._fresh_c import REFUSED, REFUSED_US, fresh
from evaluations.classifier.raisers._peers import HOST, base_url
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    THROTTLED,
    Answer,
    Means,
    serving,
)

_BEFOREHAND = "it has to be set up beforehand"
_OURS_400 = "400 of a peer"
TOO_LARGE_FOR_US = Means("resource", False, (500, 502, 503), "medium")


# --- AWS --------------------------------------------------------------------------------------------------------------
def _client(service: str, url: str = "http://127.0.0.1:9", **options: Any) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        aws_access_key_id="none",
        aws_secret_access_key="none",
        **{
            "region_name": "eu-central-1",
            "config": botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=2),
            **options,
        },
    )


def _aws(service: str, call: str, code: str, text: str, status: int = 400, **arguments: Any) -> None:
    client = _client(service)
    protocol = client.meta.service_model.metadata["protocol"]
    if protocol in {"rest-xml", "query"}:
        inner = f"<Code>{code}</Code><Message>{text}</Message>"
        error = f"<Error>{inner}</Error>" if protocol == "rest-xml" else f"<E><Error>{inner}</Error></E>"
        answer = Answer(status, error, type="text/xml")
    else:
        answer = Answer(status, {"__type": code, "message": text, "Message": text}, {"x-amzn-errortype": code})
    with serving(answer) as url:
        getattr(_client(service, url), call)(**arguments)


@fresh("boto3", "s3_upload_gone", FAILED, "404 of a peer, for an upload in parts")
def _() -> None:
    _aws(
        "s3",
        "complete_multipart_upload",
        "NoSuchUpload",
        "The specified upload does not exist. It may have been aborted or completed.",
        404,
        Bucket="media",
        Key="a.mp4",
        UploadId="1",
    )


@fresh("boto3", "s3_name_of_a_bucket_empty", OUR_SETTINGS, "a setting left empty; a bug is defensible")
def _() -> None:
    _client("s3").get_object(Bucket="", Key="a")


@fresh("boto3", "sqs_receipt_handle", FAILED, _OURS_400)
def _() -> None:
    _aws(
        "sqs",
        "delete_message",
        "ReceiptHandleIsInvalid",
        "The input receipt handle is invalid.",
        QueueUrl="http://127.0.0.1/1/orders",
        ReceiptHandle="a",
    )


@fresh("boto3", "sns_number_not_valid", FAILED, _OURS_400)
def _() -> None:
    text = "Invalid parameter: PhoneNumber Reason: +1 is not valid to publish to"
    _aws("sns", "publish", "InvalidParameter", text, PhoneNumber="+1", Message="Your code is on its way")


@fresh("boto3", "ses_domain_not_verified", OUR_SETTINGS, _BEFOREHAND)
def _() -> None:
    _aws(
        "ses",
        "send_email",
        "MailFromDomainNotVerifiedException",
        "The MAIL FROM domain is not verified.",
        Source="shop@example.test",
        Destination={"ToAddresses": ["zoe@example.test"]},
        Message={"Subject": {"Data": "a"}, "Body": {"Text": {"Data": "b"}}},
    )


@fresh("boto3", "cognito_too_many_attempts", THROTTLED)
def _() -> None:
    _aws(
        "cognito-idp",
        "forgot_password",
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
        ClientId="shop",
        Username="zoe",
    )


@fresh("boto3", "secret_marked_for_deletion", OUR_SETTINGS, f"{_BEFOREHAND}; external_service is defensible")
def _() -> None:
    text = "You can't perform this operation on the secret because it was marked for deletion."
    _aws("secretsmanager", "get_secret_value", "InvalidRequestException", text, SecretId="shop/db")


@fresh("boto3", "bedrock_model_not_granted", REFUSED_US)
def _() -> None:
    text = "You don't have access to the model with the specified model ID."
    _aws("bedrock-runtime", "invoke_model", "AccessDeniedException", text, 403, modelId="some.model", body=b"{}")


@fresh("boto3", "bedrock_throttled", THROTTLED)
def _() -> None:
    text = "Too many tokens, please wait before trying again."
    _aws("bedrock-runtime", "invoke_model", "ThrottlingException", text, 429, modelId="some.model", body=b"{}")


@fresh("boto3", "bedrock_input_too_long", FAILED, _OURS_400)
def _() -> None:
    text = "Input is too long for requested model."
    _aws("bedrock-runtime", "invoke_model", "ValidationException", text, modelId="some.model", body=b"{}")


@fresh("boto3", "ecs_cluster_missing", OUR_SETTINGS, _BEFOREHAND)
def _() -> None:
    _aws("ecs", "run_task", "ClusterNotFoundException", "Cluster not found.", taskDefinition="report", cluster="shop")


@fresh("boto3", "textract_throughput", THROTTLED)
def _() -> None:
    _aws(
        "textract",
        "detect_document_text",
        "ProvisionedThroughputExceededException",
        "Provisioned rate exceeded",
        Document={"Bytes": b"a"},
    )


@fresh("boto3", "lambda_request_too_large", FAILED, "413 of a peer")
def _() -> None:
    text = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    _aws("lambda", "invoke", "RequestEntityTooLargeException", text, 413, FunctionName="report", Payload=b"{}")


@fresh("boto3", "operation_misspelt", OUR_BUG)
def _() -> None:
    _client("sqs").send_mesage(QueueUrl="a", MessageBody="b")


@fresh("botocore", "region_malformed", OUR_SETTINGS)
def _() -> None:
    boto3.client("s3", region_name="eu central 1", aws_access_key_id="none", aws_secret_access_key="none")


@fresh("botocore", "file_of_a_web_identity_missing", OUR_SETTINGS, "a token that is to be mounted")
def _() -> None:
    import os

    names = {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/shop",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.example.test/token",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    os.environ.update(names)
    try:
        boto3.Session(region_name="eu-central-1").client("sts").get_caller_identity()
    finally:
        for name in names:
            del os.environ[name]


# --- Azure ------------------------------------------------------------------------------------------------------------
def _blob(status: int, code: str, text: str, act: Any) -> None:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    with serving(Answer(status, body, {"x-ms-error-code": code}, type="application/xml")) as url:
        client = azure.storage.blob.BlobClient(
            f"{url}/account", "invoices", "7.pdf", credential="bm90LXJlYWw=", retry_total=0
        )
        act(client)


@fresh("azure-storage-blob", "snapshots_present", FAILED, "409 of a peer")
def _() -> None:
    text = "This operation is not permitted because the blob has snapshots."
    _blob(409, "SnapshotsPresent", text, lambda client: client.delete_blob())


@fresh("azure-storage-blob", "list_of_blocks_invalid", FAILED, _OURS_400)
def _() -> None:
    text = "The specified block list is invalid."
    _blob(400, "InvalidBlockList", text, lambda client: client.commit_block_list([]))


@fresh("azure-storage-blob", "firewall_refuses", REFUSED_US)
def _() -> None:
    text = "This request is not authorized to perform this operation."
    _blob(403, "AuthorizationFailure", text, lambda client: client.get_blob_properties())


# --- models -----------------------------------------------------------------------------------------------------------
def _openai(status: int, error: dict[str, Any]) -> None:
    with serving(Answer(status, {"error": error})) as url:
        client = openai.OpenAI(api_key="none", base_url=url, max_retries=0, timeout=2)
        client.chat.completions.create(model="a-model", messages=[{"role": "user", "content": "Hello"}])


@fresh("openai", "parameter_not_supported", FAILED, _OURS_400)
def _() -> None:
    text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    error = {"message": text, "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}
    _openai(400, error)


@fresh("openai", "model_not_granted_to_the_project", REFUSED_US)
def _() -> None:
    text = "Project `proj_none` does not have access to model `a-model`"
    _openai(403, {"message": text, "type": "invalid_request_error", "code": "model_not_found"})


@fresh("openai", "server_error_says_retry", DOWN, "a 500 that says it may be repeated")
def _() -> None:
    text = "The server had an error while processing your request. Sorry about that! You can retry your request."
    _openai(500, {"message": text, "type": "server_error", "param": None, "code": None})


@fresh("openai", "address_without_scheme", OUR_SETTINGS, "said as a connection error, raised from the missing scheme")
def _() -> None:
    client = openai.OpenAI(api_key="none", base_url="llm.example.test/v1", max_retries=0)
    client.models.list()


_COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "a-model",
    "choices": [
        {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, "tool_calls": []}}
    ],
}


@fresh(
    "openai", "answer_without_text", OUR_BUG, "a model that calls a tool says nothing; external_service is defensible"
)
def _() -> None:
    with serving(Answer(200, _COMPLETION)) as url:
        client = openai.OpenAI(api_key="none", base_url=url, max_retries=0, timeout=2)
        said: Any = client.chat.completions.create(model="a-model", messages=[]).choices[0].message.content
        json.loads(said)


@fresh("openai", "await_forgotten", OUR_BUG)
async def _() -> None:
    client = openai.AsyncOpenAI(api_key="none", base_url=base_url(), max_retries=0, timeout=2)
    pending: Any = client.chat.completions.create(model="a-model", messages=[])
    try:
        print(pending.choices)
    finally:
        pending.close()


def _anthropic(status: int, kind: str, text: str) -> None:
    with serving(Answer(status, {"type": "error", "error": {"type": kind, "message": text}})) as url:
        client = anthropic.Anthropic(api_key="none", base_url=url, max_retries=0, timeout=2)
        client.messages.create(model="a-model", max_tokens=10, messages=[{"role": "user", "content": "Hello"}])


@fresh("anthropic", "roles_must_alternate", FAILED, _OURS_400)
def _() -> None:
    _anthropic(400, "invalid_request_error", 'messages: first message must use the "user" role')


@fresh("anthropic", "output_blocked", FAILED, _OURS_400)
def _() -> None:
    _anthropic(400, "invalid_request_error", "Output blocked by content filtering policy")


@fresh("anthropic", "answer_without_blocks", OUR_BUG, "an empty list, of which the view takes the first")
def _() -> None:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "a-model",
        "content": [],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 0},
    }
    with serving(Answer(200, message)) as url:
        client = anthropic.Anthropic(api_key="none", base_url=url, max_retries=0, timeout=2)
        answer = client.messages.create(model="a-model", max_tokens=10, messages=[])
        print(answer.content[0])


# --- money and messages -----------------------------------------------------------------------------------------------
def _stripe(status: int, **error: Any) -> None:
    with serving(Answer(status, {"error": error})) as url:
        client = stripe.StripeClient(
            "sk_test_none", base_addresses={"api": url}, max_network_retries=0, http_client=stripe.RequestsClient()
        )
        client.v1.payment_intents.create({"amount": 100, "currency": "eur"})


@fresh(
    "stripe",
    "price_of_the_other_mode",
    OUR_SETTINGS,
    "a key or a price of another mode; external_service is defensible",
)
def _() -> None:
    text = "No such price: 'price_none'; a similar object exists in live mode, but a test mode key was used."
    _stripe(404, type="invalid_request_error", code="resource_missing", param="price", message=text)


@fresh("stripe", "refunded_already", FAILED, _OURS_400)
def _() -> None:
    text = "Charge ch_none has already been refunded."
    _stripe(400, type="invalid_request_error", code="charge_already_refunded", message=text)


@fresh("stripe", "token_used_twice", FAILED, _OURS_400)
def _() -> None:
    text = "You cannot use a Stripe token more than once: tok_none."
    _stripe(400, type="invalid_request_error", code="token_already_used", message=text)


@fresh(
    "stripe", "security_code_incorrect", Means("business_logic", False, (402, 422), "low"), "a card that was declined"
)
def _() -> None:
    text = "Your card's security code is incorrect."
    _stripe(402, type="card_error", code="incorrect_cvc", decline_code="incorrect_cvc", param="cvc", message=text)


class _Local(twilio.http.http_client.TwilioHttpClient):
    def __init__(self, url: str) -> None:
        super().__init__(timeout=2)
        self.base = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, re.sub(r"https://[^/]+", self.base, url), *args, **kwargs)


def _twilio(status: int, code: int, text: str) -> None:
    with serving(Answer(status, {"code": code, "message": text, "status": status})) as url:
        client = twilio.rest.Client("AC" + "0" * 32, "none", http_client=_Local(url))
        client.messages.create(to="+15005550006", from_="+15005550007", body="Your parcel is there")


@fresh("twilio", "number_of_the_sender_invalid", FAILED, f"{_OURS_400}; configuration is defensible")
def _() -> None:
    text = "The 'From' phone number provided (+15005550007) is not a valid message-capable phone number"
    _twilio(400, 21606, text)


@fresh("twilio", "too_many_codes_sent", THROTTLED)
def _() -> None:
    _twilio(429, 60203, "Max send attempts reached")


@fresh("twilio", "number_of_a_landline", REFUSED, "a recipient that cannot be reached so")
def _() -> None:
    _twilio(400, 21614, "'To' number is not a valid mobile number")


@fresh("sendgrid", "template_missing", OUR_SETTINGS, f"404 of a peer; {_BEFOREHAND}; external_service is defensible")
def _() -> None:
    with serving(Answer(404, {"errors": [{"message": "template not found", "field": "template_id"}]})) as url:
        sendgrid.SendGridAPIClient("none", host=url).send({"template_id": "d-none"})


@fresh("slack_sdk", "limit_of_requests_by_status", THROTTLED, "429 without a word in its body")
def _() -> None:
    with serving(Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"})) as url:
        slack_sdk.WebClient(token="none", base_url=f"{url}/", timeout=2).chat_postMessage(channel="C1", text="Hi")


@fresh("slack_sdk", "text_missing", FAILED, "our request was wrong")
def _() -> None:
    with serving(Answer(200, {"ok": False, "error": "no_text"})) as url:
        slack_sdk.WebClient(token="none", base_url=f"{url}/", timeout=2).chat_postMessage(channel="C1", text="")


# --- gRPC -------------------------------------------------------------------------------------------------------------
def _grpc(handle: Any, call: Any, *, kind: str = "unary", **options: Any) -> None:
    class Handler(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            if kind == "unary":
                return grpc.unary_unary_rpc_method_handler(handle)
            return grpc.unary_stream_rpc_method_handler(handle)

    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)])
    server.add_generic_rpc_handlers([Handler()])
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        with grpc.insecure_channel(f"{HOST}:{port}", **options) as channel:
            call(channel, server)
    finally:
        server.stop(0)


@fresh(
    "grpcio", "answer_larger_than_allowed", TOO_LARGE_FOR_US, "a limit of our client; external_service is defensible"
)
def _() -> None:
    def call(channel: Any, _server: Any) -> None:
        channel.unary_unary("/shop.Stock/List")(b"", timeout=5)

    _grpc(lambda _request, _context: b"a" * 5_000_000, call)


@fresh("grpcio", "server_leaves_in_the_middle_of_a_stream", LINK, "it says goodbye; external_service is defensible")
def _() -> None:
    import threading

    go_on = threading.Event()

    def handle(_request: Any, _context: Any) -> Any:
        yield b"one"
        go_on.wait(5)
        yield b"two"

    def call(channel: Any, server: Any) -> None:
        answers = channel.unary_stream("/shop.Stock/Watch")(b"", timeout=5)
        next(answers)
        server.stop(0)
        try:
            next(answers)
        finally:
            go_on.set()

    _grpc(handle, call, kind="stream")


@fresh("grpcio", "aio_channel_closed", OUR_BUG)
async def _() -> None:
    channel = grpc.aio.insecure_channel(f"{HOST}:9")
    call = channel.unary_unary("/shop.Stock/List")
    await channel.close()
    await call(b"")


# --- Google -----------------------------------------------------------------------------------------------------------
def _firestore(code: Any, text: str) -> None:
    import os

    import google.auth.credentials
    import google.cloud.firestore

    def handle(_request: Any, context: Any) -> Any:
        context.abort(code, text)

    class Handler(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            return grpc.unary_stream_rpc_method_handler(handle)

    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers([Handler()])
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    os.environ["FIRESTORE_EMULATOR_HOST"] = f"{HOST}:{port}"
    try:
        client = google.cloud.firestore.Client("shop", google.auth.credentials.AnonymousCredentials())
        list(client.collection("orders").limit(1).stream(retry=None, timeout=3))
    finally:
        del os.environ["FIRESTORE_EMULATOR_HOST"]
        server.stop(0)


@fresh("google-cloud-firestore", "index_missing", OUR_SETTINGS, f"{_BEFOREHAND}; external_service is defensible")
def _() -> None:
    text = "The query requires an index. You can create it here: https://console.example.test/firestore/indexes"
    _firestore(grpc.StatusCode.FAILED_PRECONDITION, text)


@fresh("google-cloud-firestore", "too_much_contention", Means("concurrency", True, 503, "medium"))
def _() -> None:
    text = "Too much contention on these documents. Please try again."
    _firestore(grpc.StatusCode.ABORTED, text)


@fresh("google-cloud-firestore", "permission_missing", REFUSED_US)
def _() -> None:
    _firestore(grpc.StatusCode.PERMISSION_DENIED, "Missing or insufficient permissions.")


@fresh("google-auth", "clock_is_wrong", REFUSED_US, "the clock of our host; configuration is defensible")
def _() -> None:
    import google.auth.transport.requests
    import google.oauth2.credentials

    text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    with serving(Answer(400, {"error": "invalid_grant", "error_description": text})) as url:
        google.oauth2.credentials.Credentials(
            None, refresh_token="none", token_uri=url, client_id="shop", client_secret="none"
        ).refresh(google.auth.transport.requests.Request())
