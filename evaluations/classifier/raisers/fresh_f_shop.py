"""A shop and its till: what its own code raises."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import httpx

from evaluations.classifier.raisers._fresh_f import (
    answering,
    bug,
    closed_port,
    contention,
    link,
    not_there,
    ours_refused,
    peer,
    ran_out,
    rule,
    settings,
    silent,
    stored,
    wrong_input,
)


class ShopError(Exception):
    """Everything the shop refuses."""


class OutOfStock(ShopError):
    def __init__(self, sku: str, wanted: int, left: int) -> None:
        super().__init__(f"{sku}: {wanted} wanted, {left} left")
        self.sku = sku


@rule()
def fresh_f_shop_out_of_stock() -> None:
    raise OutOfStock("LAMP-12", 3, 1)


class CartIsEmpty(ShopError):
    pass


@rule((400, 409, 422))
def fresh_f_shop_cart_is_empty() -> None:
    raise CartIsEmpty


class CouponExpired(ShopError):
    def __str__(self) -> str:
        return f"Coupon {self.args[0]} ended on {self.args[1]}"


@rule()
def fresh_f_shop_coupon_expired() -> None:
    raise CouponExpired("SUMMER24", "2024-09-01")


class MinimumOrderValueNotReached(ShopError):
    def __init__(self, total: Decimal, minimum: Decimal) -> None:
        super().__init__(f"order total {total} EUR is below the minimum of {minimum} EUR")


@rule()
def fresh_f_shop_minimum_order_value() -> None:
    raise MinimumOrderValueNotReached(Decimal("7.90"), Decimal("20.00"))


class OrderStatus(Enum):
    OPEN = "open"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class IllegalOrderTransition(ShopError):
    def __init__(self, current: OrderStatus, wanted: OrderStatus) -> None:
        super().__init__(f"cannot move order from {current.value} to {wanted.value}")


@rule()
def fresh_f_shop_illegal_transition() -> None:
    raise IllegalOrderTransition(OrderStatus.SHIPPED, OrderStatus.CANCELLED)


class ReturnWindowClosedException(Exception):
    code = "RETURN_WINDOW_CLOSED"
    http_status = 409

    def __init__(self, days: int) -> None:
        super().__init__(f"Items can be returned within 30 days, this order is {days} days old")


@rule(409)
def fresh_f_shop_return_window_closed() -> None:
    raise ReturnWindowClosedException(44)


class CardDeclined(ShopError):
    """The bank of the buyer said no."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"card was declined: {reason}")
        self.reason = reason


@rule((402, 409, 422))
def fresh_f_shop_card_declined() -> None:
    answer = {"status": "declined", "decline_code": "insufficient_funds"}
    if answer["status"] == "declined":
        raise CardDeclined(answer["decline_code"])


class AlreadyRefunded(ShopError):
    pass


@rule()
def fresh_f_shop_already_refunded() -> None:
    raise AlreadyRefunded("payment pay_20391 was refunded in full on 3 May")


class RefundExceedsPayment(ValueError):
    pass


@rule()
def fresh_f_shop_refund_exceeds_payment() -> None:
    paid, refund = 4000, 5200
    if refund > paid:
        raise RefundExceedsPayment(f"refund of {refund} cents is more than the {paid} cents that were paid")


class GiftCardAlreadyRedeemed(Exception):
    pass


@rule()
def fresh_f_shop_gift_card_redeemed() -> None:
    raise GiftCardAlreadyRedeemed("This gift card has been redeemed already")


@dataclass
class ShippingNotPossible(Exception):
    country: str
    reason: str = "we do not ship batteries by air"


@rule()
def fresh_f_shop_shipping_not_possible() -> None:
    raise ShippingNotPossible(country="NO")


class DomainError(Exception):
    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


@rule()
def fresh_f_shop_domain_error_discount() -> None:
    raise DomainError("DISCOUNT_NOT_COMBINABLE", "Only one discount per order can be used", codes=["A", "B"])


@rule((403, 409, 422))
def fresh_f_shop_domain_error_age() -> None:
    raise DomainError("AGE_RESTRICTED", "The cart contains items for adults only")


class PaymentRequired(ShopError):
    status_code = 402


@rule(402)
def fresh_f_shop_payment_required() -> None:
    raise PaymentRequired("The order has to be paid before it can be downloaded")


class PurchaseLimitExceeded(ShopError):
    pass


@rule()
def fresh_f_shop_purchase_limit() -> None:
    raise PurchaseLimitExceeded("No more than 2 of this item per customer")


class StockInsuffisant(Exception):
    pass


@rule()
def fresh_f_shop_stock_insuffisant() -> None:
    raise StockInsuffisant("Il ne reste que 2 exemplaires de cet article")


class OrderAlreadyPlaced(ShopError):
    pass


@rule(note="It says something, so it keeps its meaning whatever it was raised from.")
def fresh_f_shop_order_already_placed() -> None:
    store = sqlite3.connect(":memory:")
    store.execute("create table orders (cart_id integer unique)")
    store.execute("insert into orders values (1)")
    try:
        store.execute("insert into orders values (1)")
    except sqlite3.IntegrityError as exc:
        raise OrderAlreadyPlaced("an order was placed from this cart already") from exc
    finally:
        store.close()


class ProductNotFound(ShopError):
    def __init__(self, sku: str) -> None:
        super().__init__(f"no product with sku {sku}")


@not_there()
def fresh_f_shop_product_not_found() -> None:
    catalogue: dict[str, str] = {}
    try:
        catalogue["TABLE-9"]
    except KeyError as exc:
        raise ProductNotFound("TABLE-9") from exc


class InvalidQuantity(ShopError):
    pass


@wrong_input()
def fresh_f_shop_invalid_quantity() -> None:
    raise InvalidQuantity("quantity must be a positive whole number, got -2")


class InvalidPostalCode(ValueError):
    def __init__(self, value: str, country: str) -> None:
        super().__init__(f"{value!r} is not a postal code of {country}")


@wrong_input()
def fresh_f_shop_invalid_postal_code() -> None:
    raise InvalidPostalCode("12-ABC", "DE")


class BadCheckoutPayload(ShopError):
    status = 400


@wrong_input(400)
def fresh_f_shop_bad_checkout_payload() -> None:
    try:
        json.loads('{"items": [')
    except json.JSONDecodeError as exc:
        raise BadCheckoutPayload("checkout body could not be parsed") from exc


class PaymentProviderDown(Exception):
    pass


@peer(transient=True)
def fresh_f_shop_payment_provider_down() -> None:
    with answering(503) as address:
        response = httpx.post(f"{address}/charges", json={"amount": 1200}, trust_env=False)
    if response.status_code == 503:
        raise PaymentProviderDown("payment provider answered 503")


class PaymentGatewayError(Exception):
    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"gateway returned HTTP {status}: {body}")
        self.upstream_status = status


@peer(transient=True)
def fresh_f_shop_gateway_error_502() -> None:
    raise PaymentGatewayError(502, "Bad Gateway")


@peer(transient=False)
def fresh_f_shop_gateway_error_500() -> None:
    raise PaymentGatewayError(500, '{"error": "internal_error"}')


class InventoryServiceException(Exception):
    pass


@link()
def fresh_f_shop_inventory_unreachable() -> None:
    try:
        httpx.get(f"http://127.0.0.1:{closed_port()}/stock/7", trust_env=False)
    except httpx.HTTPError as exc:
        raise InventoryServiceException("inventory lookup failed") from exc


@link(504)
def fresh_f_shop_inventory_silent() -> None:
    with silent() as port:
        try:
            httpx.get(f"http://127.0.0.1:{port}/stock/7", timeout=0.1, trust_env=False)
        except httpx.HTTPError as exc:
            raise InventoryServiceException("inventory lookup failed") from exc


class PricingServiceTimeout(Exception):
    pass


@link(504)
def fresh_f_shop_pricing_timeout() -> None:
    raise PricingServiceTimeout("pricing did not answer within 2.0 s")


class TaxServiceMalformedResponse(Exception):
    pass


@peer(transient=False)
def fresh_f_shop_tax_malformed() -> None:
    with answering(200, b"<html>maintenance</html>", "text/html") as address:
        response = httpx.get(address, trust_env=False)
    try:
        response.json()
    except ValueError as exc:
        raise TaxServiceMalformedResponse("tax service sent something that is not JSON") from exc


class PspAuthenticationFailed(Exception):
    pass


@ours_refused()
def fresh_f_shop_psp_key_refused() -> None:
    raise PspAuthenticationFailed("payment provider rejected our API key (401)")


class PaymentSettingsMissing(Exception):
    pass


@settings()
def fresh_f_shop_payment_settings_missing() -> None:
    raise PaymentSettingsMissing("PSP_MERCHANT_ID is not configured for shop 'at'")


@settings()
def fresh_f_shop_no_tax_table() -> None:
    rates = {"DE": 19, "AT": 20}
    if "CH" not in rates:
        raise RuntimeError("TAX_RATES has no entry for CH; add it to the settings")


class StockReservationLockTimeout(ShopError):
    pass


@contention(503)
def fresh_f_shop_stock_lock_timeout() -> None:
    raise StockReservationLockTimeout("could not lock stock row for LAMP-12 within 3 s")


class CorruptOrderRecord(Exception):
    pass


@stored()
def fresh_f_shop_stored_totals_differ() -> None:
    raise CorruptOrderRecord("order 8812: stored total 40.00 differs from the sum of its stored lines 38.00")


@bug()
def fresh_f_shop_price_not_decimal() -> None:
    price: Any = 12.5
    if not isinstance(price, Decimal):
        raise TypeError(f"Money() takes a Decimal, not {type(price).__name__}")


class CheckoutRateLimited(ShopError):
    status_code = 429


@ran_out(transient=True, status=429, severity="low")
def fresh_f_shop_checkout_rate_limited() -> None:
    raise CheckoutRateLimited("too many checkout attempts, wait a minute")


class GutscheinBereitsEingeloest(Exception):
    pass


@rule()
def fresh_f_shop_gutschein_eingeloest() -> None:
    raise GutscheinBereitsEingeloest("Der Gutschein wurde bereits eingelöst")


class SubscriptionAlreadyCancelled(ShopError):
    pass


@rule()
def fresh_f_shop_subscription_cancelled() -> None:
    raise SubscriptionAlreadyCancelled("subscription was cancelled on 2024-01-31 and cannot be cancelled again")


class PriceChanged(ShopError):
    pass


@rule(409)
def fresh_f_shop_price_changed() -> None:
    raise PriceChanged("the price of LAMP-12 is 19.90 now, the order was for 17.90")
