"""The product's customers under names that the portal has never seen, and what must become of them."""

import json
import os
import urllib.request

from stack import heimdal_customers

# Old name of each of the product's fields: its new name, and the field that an administrator chooses for it.
NAMES = {
    "id": ("Ziffer", "Customer id"),
    "name": ("Etikett", "Name"),
    "customer_type": ("Sorte", "Type"),
    "reseller_id": ("Obhut", "MSP (parent)"),
    "purchased_licenses": ("Gekauft", "Licences purchased"),
    "active_licenses": ("Belegt", "Licences active"),
}
CHOICES = dict(NAMES.values())


class Renamed:
    """What the fake Heimdal says once ordered: each client has one licence more in use, and one client another MSP."""

    def __init__(self, stack):
        customers = heimdal_customers()
        clients = [c for c in customers if c["name"] in stack.active]
        self.moved = next(c for c in clients if stack.resellers.get(c["reseller_id"]) not in (None, stack.invitee_msp))
        self.msp_before = stack.resellers[self.moved["reseller_id"]]
        target = next(id for id, name in stack.resellers.items() if name not in (self.msp_before, stack.invitee_msp))
        self.msp_after = stack.resellers[target]
        self.purchased, self.active_before = self.moved["purchased_licenses"], self.moved["active_licenses"]
        self.active_after = self.active_before + 1
        self.customers = [self.renamed(c, target) for c in customers]

    def renamed(self, customer, target):
        changed = dict(customer)
        if customer["customer_type"] != "RESELLER" and customer.get("active_licenses") is not None:
            changed["active_licenses"] += 1
        if customer["id"] == self.moved["id"]:
            changed["reseller_id"] = target
        return {NAMES.get(name, (name,))[0]: value for name, value in changed.items()}

    def order(self):
        """Makes the fake Heimdal return them."""
        url = os.environ["DEVSTACK_HEIMDAL_ORDERS_URL"].rstrip("/") + "/order"
        body = json.dumps({"customers": self.customers, "shape": {"form": ""}}).encode()
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20):
            pass
