"""Parcels, vehicles, devices and calls: logistics, IoT and telephony."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass

import httpx
from tenacity import Retrying, stop_after_attempt

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
    turned_away,
    wrong_input,
)


class LogisticsError(Exception):
    pass


class ShipmentAlreadyDispatched(LogisticsError):
    pass


@rule()
def fresh_f_logistics_already_dispatched() -> None:
    raise ShipmentAlreadyDispatched("the address cannot be changed once the shipment has left the depot")


class NoRouteToDestination(LogisticsError):
    pass


@rule()
def fresh_f_logistics_no_route() -> None:
    raise NoRouteToDestination("we do not deliver to islands in winter")


class VehicleNotAssignable(LogisticsError):
    code = "vehicle_in_service"


@rule()
def fresh_f_logistics_vehicle_not_assignable() -> None:
    raise VehicleNotAssignable("vehicle 17 is in the workshop until Friday")


class DriverHoursExceeded(LogisticsError):
    pass


@rule()
def fresh_f_logistics_driver_hours() -> None:
    raise DriverHoursExceeded("tour would exceed nine hours of driving")


class DangerousGoodsNotAllowed(LogisticsError):
    http_status = 422


@rule(422)
def fresh_f_logistics_dangerous_goods() -> None:
    raise DangerousGoodsNotAllowed("UN 3480 is not accepted as air freight")


class PickupWindowClosed(LogisticsError):
    pass


@rule()
def fresh_f_logistics_pickup_window() -> None:
    raise PickupWindowClosed("pickups for today were planned at 12:00")


class WarehouseZoneBlocked(LogisticsError):
    pass


@rule()
def fresh_f_logistics_zone_blocked() -> None:
    raise WarehouseZoneBlocked("zone B is blocked for stocktaking")


class DeviceNotCommissioned(Exception):
    pass


@rule()
def fresh_f_iot_not_commissioned() -> None:
    raise DeviceNotCommissioned("commands are accepted after commissioning only")


class FirmwareDowngradeForbidden(Exception):
    pass


@rule((403, 409, 422))
def fresh_f_iot_downgrade_forbidden() -> None:
    raise FirmwareDowngradeForbidden("4.1.0 is older than the installed 4.2.3")


class SetpointOutOfRange(ValueError):
    pass


@wrong_input()
def fresh_f_iot_setpoint_out_of_range() -> None:
    raise SetpointOutOfRange("target_temperature must be between 5 and 30, got 300")


class NumberNotPortable(Exception):
    pass


@rule()
def fresh_f_telephony_not_portable() -> None:
    raise NumberNotPortable("numbers of this carrier cannot be ported within the first 90 days")


class CallAlreadyEnded(Exception):
    status_code = 409


@rule(409)
def fresh_f_telephony_call_ended() -> None:
    raise CallAlreadyEnded("call was hung up, it cannot be transferred")


class PremiumNumbersBlocked(Exception):
    pass


@rule((403, 409, 422))
def fresh_f_telephony_premium_blocked() -> None:
    raise PremiumNumbersBlocked("calls to premium numbers are barred for this extension")


class PrepaidBalanceTooLow(Exception):
    pass


@rule((402, 409, 422))
def fresh_f_telephony_prepaid() -> None:
    raise PrepaidBalanceTooLow("top up your credit to make this call")


class TrackingNumberUnknown(LogisticsError):
    pass


@not_there()
def fresh_f_logistics_tracking_unknown() -> None:
    raise TrackingNumberUnknown("tracking number not found")


class NoSuchDevice(KeyError):
    def __str__(self) -> str:
        return f"no device with id {self.args[0]}"


@not_there()
def fresh_f_iot_no_such_device() -> None:
    raise NoSuchDevice("th-9921")


class TelemetryFrameError(ValueError):
    pass


@wrong_input()
def fresh_f_iot_truncated_frame() -> None:
    try:
        struct.unpack("<IHH", b"\x01\x02\x03")
    except struct.error as exc:
        raise TelemetryFrameError("uploaded telemetry frame is truncated") from exc


class InvalidPhoneNumber(Exception):
    def __init__(self) -> None:
        super().__init__("phone number is not in E.164 format")


@wrong_input()
def fresh_f_telephony_invalid_number() -> None:
    raise InvalidPhoneNumber


@turned_away((401, 403))
def fresh_f_iot_device_not_authenticated() -> None:
    class DeviceAuthFailed(Exception):
        pass

    raise DeviceAuthFailed("device presented an unknown client certificate")


class FleetAccessDenied(PermissionError):
    status_code = 403


@turned_away(403)
def fresh_f_iot_fleet_access() -> None:
    raise FleetAccessDenied("your role may not send commands to this fleet")


@ours_refused()
def fresh_f_telephony_sms_provider_401() -> None:
    class SmsNotSent(Exception):
        pass

    with answering(401, b'{"message": "invalid credentials"}') as address:
        try:
            httpx.post(f"{address}/messages", trust_env=False).raise_for_status()
        except httpx.HTTPStatusError as exc:
            raise SmsNotSent("text message was not sent") from exc


@peer(transient=True)
def fresh_f_logistics_carrier_503() -> None:
    raise RuntimeError("carrier api returned 503")


@peer(transient=False)
def fresh_f_logistics_carrier_400() -> None:
    class CarrierRejectedLabel(Exception):
        pass

    with answering(400, b'{"error": "unknown service code"}') as address:
        response = httpx.post(f"{address}/labels", json={"service": "X"}, trust_env=False)
    raise CarrierRejectedLabel(f"carrier answered {response.status_code}: {response.text}")


@peer(transient=False)
def fresh_f_logistics_customs_html() -> None:
    class CustomsGatewayError(Exception):
        pass

    with answering(200, b"<h1>Wartung</h1>", "text/html") as address:
        body = httpx.get(address, trust_env=False).text
    try:
        json.loads(body)
    except json.JSONDecodeError as exc:
        raise CustomsGatewayError("customs gateway answered with something unreadable") from exc


class UpstreamTrunkBusy(Exception):
    pass


@peer(transient=True)
def fresh_f_telephony_trunk_busy() -> None:
    raise UpstreamTrunkBusy("carrier answered SIP 503 Service Unavailable")


@link((502, 503, 504))
def fresh_f_iot_gateway_unreachable() -> None:
    class GatewayUnreachable(Exception):
        pass

    try:
        socket.create_connection(("127.0.0.1", closed_port()), timeout=1)
    except ConnectionRefusedError as exc:
        raise GatewayUnreachable("gateway of site 4 cannot be reached") from exc


@link(504)
def fresh_f_iot_command_timeout() -> None:
    class CommandTimedOut(Exception):
        pass

    with silent() as port, socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        connection.sendall(b"PING\n")
        try:
            connection.recv(16)
        except TimeoutError as exc:
            raise CommandTimedOut("no answer from the device within 0.1 s") from exc


@link()
def fresh_f_logistics_retries_exhausted() -> None:
    port = closed_port()

    def track() -> None:
        httpx.get(f"http://127.0.0.1:{port}/track/1", trust_env=False)

    for attempt in Retrying(stop=stop_after_attempt(2)):
        with attempt:
            track()


@link()
def fresh_f_telephony_connection_reset() -> None:
    raise ConnectionResetError("media server closed the control connection")


class DeviceBusy(Exception):
    pass


@contention()
def fresh_f_iot_device_busy() -> None:
    raise DeviceBusy("another update of this device is in progress")


class SiteLockNotAcquired(Exception):
    pass


@contention(503)
def fresh_f_iot_site_lock() -> None:
    raise SiteLockNotAcquired("lock 'site:4' is held by another worker")


@dataclass
class ShadowCorrupted(Exception):
    device: str
    detail: str

    def __str__(self) -> str:
        return f"stored shadow of {self.device} cannot be read: {self.detail}"


@stored()
def fresh_f_iot_shadow_corrupted() -> None:
    try:
        json.loads('{"reported": {"temp": 2')
    except json.JSONDecodeError as exc:
        raise ShadowCorrupted("th-77", "document ends early") from exc


@settings()
def fresh_f_telephony_no_trunk() -> None:
    class TelephonyConfigError(Exception):
        pass

    raise TelephonyConfigError("no SIP trunk is configured for country code 49")


@settings()
def fresh_f_iot_broker_url() -> None:
    raise ValueError("MQTT_BROKER_URL is not set")


@bug((500, 501))
def fresh_f_logistics_unhandled_carrier() -> None:
    carrier = "post"
    match carrier:
        case "dhl" | "ups":
            return
        case _:
            raise NotImplementedError(f"label printing is not implemented for carrier {carrier!r}")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_telephony_all_lines_in_use() -> None:
    class NoFreeLine(Exception):
        pass

    raise NoFreeLine("all 30 connections of the trunk pool are in use")


@ran_out(transient=True, status=429, severity="low")
def fresh_f_iot_message_rate() -> None:
    class TelemetryRateExceeded(Exception):
        status_code = 429

    raise TelemetryRateExceeded("a device may send one message a second")
