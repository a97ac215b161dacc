"""Who the development stack lets in, and what Heimdal says of its customers: what the window must agree with."""

import json
import os
import subprocess
import urllib.request
from collections import namedtuple

Person = namedtuple("Person", "account email")


class Stack:
    """The oracle: it asks the fake Heimdal itself, never the portal."""

    def __init__(self):
        self.admin = os.environ["DEVSTACK_ADMIN_ACCOUNT"]
        self.admin_code = os.environ["DEVSTACK_ADMIN_INVITE_CODE"]
        self.stranger = Person(os.environ["DEVSTACK_STRANGER_ACCOUNT"], os.environ["DEVSTACK_STRANGER_EMAIL"])
        self.stranger_domain = os.environ["DEVSTACK_STRANGER_DOMAIN"]
        self.nameless = os.environ["DEVSTACK_NAMELESS_ACCOUNT"]
        self.nameless_name = os.environ["DEVSTACK_NAMELESS_NAME"]
        self.mssp = os.environ["DEVSTACK_MSSP"]
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

    def create_mssp(self, name, email, *provider):
        """Creates another MSSP, as its operator does, and returns the code of its administrator's invite."""
        command = [os.environ["PORTAL_API"], "bootstrap", "--mssp", name, "--admin", email, "--provider", *provider]
        settings = {**os.environ, "PORTAL_DATABASE_URL": os.environ["DEVSTACK_OWNER_DATABASE_URL"]}
        result = subprocess.run(command, capture_output=True, text=True, env=settings, timeout=60, check=False)
        if result.returncode != 0:
            raise AssertionError(f"portal-api bootstrap ended with {result.returncode}: {result.stderr}")
        return json.loads(result.stdout)["code"]


def heimdal_customers():
    url, customer = os.environ["DEVSTACK_HEIMDAL_URL"], os.environ["DEVSTACK_HEIMDAL_CUSTOMER_ID"]
    request = urllib.request.Request(f"{url}/customers?customerId={customer}")
    request.add_header("Authorization", f"Bearer {os.environ['DEVSTACK_HEIMDAL_API_KEY']}")
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.load(response)
