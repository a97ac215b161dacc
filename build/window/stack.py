"""Who the development stack lets in, and what Heimdal says of its customers: what the window must agree with."""

import json
import os
import urllib.request
from collections import namedtuple

Person = namedtuple("Person", "account email")


class Stack:
    """The oracle: it asks Heimdal's stand-in itself, never the portal."""

    def __init__(self):
        self.admin = os.environ["DEVSTACK_ADMIN_ACCOUNT"]
        self.admin_code = os.environ["DEVSTACK_ADMIN_INVITE_CODE"]
        self.stranger = os.environ["DEVSTACK_STRANGER_ACCOUNT"]
        self.invitee = Person(os.environ["DEVSTACK_MSP_USER_ACCOUNT"], os.environ["DEVSTACK_MSP_USER_EMAIL"])
        self.invitee_tenant = os.environ["DEVSTACK_MSP_USER_TENANT"]
        self.invitee_msp = os.environ["DEVSTACK_MSP_USER_MSP"]
        customers = heimdal_customers()
        self.resellers = {c["id"]: c["name"] for c in customers if c["customer_type"] == "RESELLER"}
        # Every type but RESELLER is a client, whatever Heimdal calls it.
        self.customers = [c for c in customers if c["customer_type"] != "RESELLER"]
        self.msps = list(self.resellers.values())
        # Those that Heimdal calls inactive or a demo are listed, but not counted among the active.
        self.active = [c["name"] for c in self.customers if c.get("is_active", True) and not c.get("is_demo")]

    def clients_of(self, msp):
        return [c["name"] for c in self.customers if self.resellers.get(c.get("reseller_id")) == msp]


def heimdal_customers():
    url, customer = os.environ["DEVSTACK_HEIMDAL_URL"], os.environ["DEVSTACK_HEIMDAL_CUSTOMER_ID"]
    request = urllib.request.Request(f"{url}/customers?customerId={customer}")
    request.add_header("Authorization", f"Bearer {os.environ['DEVSTACK_HEIMDAL_API_KEY']}")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
